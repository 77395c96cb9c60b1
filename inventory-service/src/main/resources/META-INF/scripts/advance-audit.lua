-- Moves the checkpoint of the audit over the next entries of the ledger, and compares each with the record of its order.
-- Runs inside replay-ledger.lua. Without a checkpoint, or when the ledger was trimmed past it, it begins anew: the stock as
-- it is is adopted, which is counted as a gap if nobody asked for it. No auditor remembers where it was, so one that was paused, or whose command is sent again, cannot count
-- an entry twice.
--
-- ARGV[3] retention of a settled order in milliseconds
-- ARGV[4] 1: forget everything, and begin anew
--
-- Reads order:{main}:<id> of the orders that the entries name: same tag, same slot.
--
-- Returns {entries that it moved over, begunAt}; begunAt is the time in Unix ms at which the stock was adopted.

local retention, forget = tonumber(ARGV[3]), ARGV[4] == '1'

-- By so much the clocks of two Redis nodes may differ, one of which took over from the other.
local TOLERANCE = 60000
local MOST_FINDINGS = 20
local ORDERS = 'order:' .. string.match(audit, '{.*}') .. ':'
local LONGEST = 100 -- of what an entry says about itself, which anybody can have written

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function begin(reason)
  local begun_at = string.format('%.0f', now)
  local last = redis.call('XREVRANGE', ledger, '+', '-', 'COUNT', 1)[1]
  local at = last and last[1] or START
  redis.call('HSET', audit, 'checkpoint', at, 'entries', 0, 'begunAt', begun_at, 'begunBecause', reason)
  if redis.call('EXISTS', stock) == 1 then
    redis.call('COPY', stock, audit_stock, 'REPLACE')
  else
    redis.call('DEL', audit_stock)
  end
  if forget then
    redis.call('HSET', audit, 'forgottenAt', begun_at)
    redis.call('HDEL', audit, 'gaps', 'unmatched', 'verdict', 'auditedAt', 'cursor', 'settled', 'roundEndedAt', 'roundSettled')
    redis.call('DEL', findings)
  elseif reason ~= 'FIRST' then
    redis.call('HINCRBY', audit, 'gaps', 1)
  end
  return { 0, begun_at }
end

if forget then
  return begin('FORGOTTEN')
elseif damaged then
  return begin('CHECKPOINT_DAMAGED')
elseif not checkpoint then
  return begin('FIRST')
elseif missed then
  return begin('LEDGER_TRIMMED')
elseif #entries == 0 then
  return { 0, redis.call('HGET', audit, 'begunAt') or '0' }
end

local function millis(at)
  return tonumber(string.match(at, '^%d+'))
end

--[[include effects.lua]]

local function moves_what_was_ordered(units, items, sign)
  local ordered = sign == 0 and {} or unpacked(items or '')
  for sku, quantity in pairs(ordered or {}) do
    if units[sku] ~= sign * quantity then
      return false
    end
  end
  for sku in pairs(units) do
    if not ordered or not ordered[sku] then
      return false
    end
  end
  return true
end

local OF_ORDERS = { CONFIRMED = true, REJECTED = true, CANCELLED = true }

-- What is wrong with an entry, or nil.
local function problem_of(entry, previous)
  if not entry.units then
    return 'cannot be read'
  elseif not OF_ORDERS[entry.effect] then
    return nil
  end
  local record = redis.pcall('HMGET', ORDERS .. entry.id, 'items', unpack(RECORD))
  local items = table.remove(record, 1)
  local settled, returned = effects_of(record)
  local claimed = returned and returned[1] == entry.effect and returned or settled
  local at = millis(entry.at)
  if not record[1] then
    return now - at < retention - TOLERANCE and 'there is no such order' or nil
  elseif not claimed or claimed[1] ~= entry.effect then
    return 'the order is ' .. record[1]
  end
  local done = claimed == returned and 'cancelled' or 'settled'
  if claimed[2] ~= entry.by then
    return 'the order was ' .. done .. ' by ' .. (claimed[2] or 'nobody')
  elseif not claimed[3] or math.abs(at - claimed[3]) > TOLERANCE and at ~= millis(previous) then
    -- After the clock went back, Redis gives new entries the time of the last one.
    return 'the order was ' .. done .. ' at another time'
  elseif not moves_what_was_ordered(entry.units, items, claimed[4]) then
    return claimed[4] == 0 and 'a ' .. string.lower(entry.effect) .. ' order takes no units' or 'other units were ordered'
  end
end

local problems = {}
local previous = checkpoint
for _, entry in ipairs(entries) do
  local problem = problem_of(entry, previous)
  if problem then
    problems[#problems + 1] = 'entry ' .. entry.at
    problems[#problems + 1] = string.format('%s %s: %s', string.sub(entry.effect or 'no effect', 1, LONGEST),
      string.sub(entry.id or 'of nothing', 1, LONGEST), problem)
  end
  previous = entry.at
end

local levels = {}
for sku in pairs(added) do
  levels[#levels + 1] = sku
  levels[#levels + 1] = string.format('%.0f', expected(sku))
end

-- Write.
for i = 1, #levels, 2 do
  redis.call('HSET', audit_stock, levels[i], levels[i + 1])
end
local unmatched = tonumber(redis.call('HGET', audit, 'unmatched') or '0') or 0
for i = 1, math.min(#problems, 2 * (MOST_FINDINGS - unmatched)), 2 do
  redis.call('HSET', findings, problems[i], problems[i + 1])
end
redis.call('HSET', audit, 'checkpoint', entries[#entries].at, 'unmatched', unmatched + #problems / 2)
redis.call('HINCRBY', audit, 'entries', #entries)
return { #entries, redis.call('HGET', audit, 'begunAt') or '0' }
