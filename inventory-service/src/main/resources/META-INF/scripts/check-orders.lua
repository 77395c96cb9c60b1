-- Looks for orders that are settled and have no entry in the ledger, of those that the ledger still covers. Either goes on
-- with the round over all orders, a bounded step, or looks at some orders again. Each answer is true at one instant: a
-- record and its entry are written in one step.
--
-- KEYS[1] audit:{main}   hash: where the round is, as SCAN's cursor
-- KEYS[2] ledger:{main}  stream
-- ARGV[1] the step: how many keys SCAN looks at, approximately; 0: look at the orders that follow instead
-- ARGV[2...] ids
--
-- Reads the records that it looks at, order:{main}:<id>: same tag, same slot.
--
-- Returns {1 if the round has come to its end else 0, then the ids of orders whose entry is not found about the time at which
-- they were settled}.

local audit, ledger, step = KEYS[1], KEYS[2], tonumber(ARGV[1])

local PREFIX = 'order:{main}:'

-- An entry has the time of its record, or nearly, and few others have it too. Whoever asks looks at the whole ledger before it
-- complains, so this need not look far; with these bounds a step of 200 orders reads 20,000 entries at the most.
local NEAR = 1 -- ms
local MOST_ENTRIES = 100

local oldest = redis.call('XRANGE', ledger, '-', '+', 'COUNT', 1)[1]
local covered_after = oldest and tonumber(string.match(oldest[1], '^%d+')) or math.huge
covered_after = math.max(covered_after, tonumber(redis.call('HGET', audit, 'forgottenAt') or '0') or 0)

local function has_entry(id, settled_at)
  local from, to = string.format('%.0f', math.max(0, settled_at - NEAR)), string.format('%.0f', settled_at + NEAR)
  for _, raw in ipairs(redis.call('XRANGE', ledger, from, to, 'COUNT', MOST_ENTRIES)) do
    local effect, of
    for i = 1, #raw[2], 2 do
      if raw[2][i] == 'effect' then
        effect = raw[2][i + 1]
      elseif raw[2][i] == 'id' then
        of = raw[2][i + 1]
      end
    end
    if of == id and (effect == 'CONFIRMED' or effect == 'REJECTED') then
      return true
    end
  end
  return false
end

local settled, suspects = 0, {}

local function look(id)
  local record = redis.pcall('HMGET', PREFIX .. id, 'status', 'settledAt') -- a hand may have made a key of another type
  local settled_at = tonumber(record[2])
  if (record[1] == 'CONFIRMED' or record[1] == 'REJECTED') and settled_at then
    settled = settled + 1
    if settled_at > covered_after and not has_entry(id, settled_at) then
      suspects[#suspects + 1] = id
    end
  end
end

if step == 0 then
  for i = 2, #ARGV do
    look(ARGV[i])
  end
  return { 1, unpack(suspects) }
end

local scanned = redis.call('SCAN', redis.call('HGET', audit, 'cursor') or '0', 'MATCH', PREFIX .. '*', 'COUNT', step)
for _, key in ipairs(scanned[2]) do
  look(string.sub(key, #PREFIX + 1))
end

-- Write.
redis.call('HSET', audit, 'cursor', scanned[1])
local seen = redis.call('HINCRBY', audit, 'settled', settled)
if scanned[1] == '0' then
  local time = redis.call('TIME')
  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('HSET', audit, 'settled', 0, 'roundEndedAt', now, 'roundSettled', seen)
end
return { scanned[1] == '0' and 1 or 0, unpack(suspects) }
