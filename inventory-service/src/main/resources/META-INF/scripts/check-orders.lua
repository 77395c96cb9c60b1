-- Looks for orders that are settled, and for cancelled ones whose stock returned, that have no entry in the ledger that says the same, of those that the ledger still covers. Either goes on
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
-- Returns {1 if the round has come to its end else 0, then of each order that is suspect: its id, or 'return of <id>', and what is wrong
-- with it, or '' if its entry is not found about the time at which it was settled, or its stock returned}.

local audit, ledger, step = KEYS[1], KEYS[2], tonumber(ARGV[1])

local PREFIX = 'order:' .. string.match(audit, '{.*}') .. ':'

-- An entry has the time of its record, or nearly, and few others have it too. Whoever asks looks at the whole ledger before it
-- complains, so this need not look far; with these bounds a step of 50 orders reads 5,000 entries at the most.
local NEAR = 1 -- ms
local MOST_ENTRIES = 100
local LONGEST = 200 -- of what a record or an entry says about itself

local oldest = redis.call('XRANGE', ledger, '-', '+', 'COUNT', 1)[1]
local covered_after = oldest and tonumber(string.match(oldest[1], '^%d+')) or math.huge
covered_after = math.max(covered_after, tonumber(redis.call('HGET', audit, 'forgottenAt') or '0') or 0)

--[[include effects.lua]]

local SETTLES = { CONFIRMED = true, REJECTED = true, CANCELLED = true }
local RETURNS = { CANCELLED = true }

-- What the ledger says of something that was done: nil if it says the same, '' if nothing, or in words what else.
--
-- `effects`: of which an entry would say the same, or something else; entries of others do not speak of it
local function problem_of(id, done, effects)
  local effect, by, at = done[1], done[2], done[3]
  if not at then
    return effect .. ' at no time: no replica wrote that'
  elseif at <= covered_after then
    return nil
  end
  local from, to = string.format('%.0f', math.max(0, at - NEAR)), string.format('%.0f', at + NEAR)
  local problem = ''
  for _, raw in ipairs(redis.call('XRANGE', ledger, from, to, 'COUNT', MOST_ENTRIES)) do
    local entry = {}
    for i = 1, #raw[2], 2 do
      entry[raw[2][i]] = raw[2][i + 1]
    end
    if entry.id == id and effects[entry.effect] then
      if entry.effect == effect and entry.by == by then
        return nil
      end
      problem = string.format('%s by %s, but the ledger says %s by %s', effect, by or 'nobody', entry.effect,
        entry.by or 'nobody')
    end
  end
  return problem
end

local settled, suspects = 0, {}

local function look_for(id, name, done, effects)
  local problem = done and problem_of(id, done, effects)
  if problem then
    suspects[#suspects + 1] = name
    suspects[#suspects + 1] = string.sub(problem, 1, LONGEST)
  end
end

local function look(id)
  local record = redis.pcall('HMGET', PREFIX .. id, unpack(RECORD)) -- a hand may have made it another type
  local was_settled, was_returned = effects_of(record)
  if was_settled then
    settled = settled + 1
  end
  -- An entry that returns the stock does not speak of how the order was settled.
  look_for(id, id, was_settled, was_returned and { CONFIRMED = true, REJECTED = true } or SETTLES)
  look_for(id, 'return of ' .. id, was_returned, RETURNS)
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
