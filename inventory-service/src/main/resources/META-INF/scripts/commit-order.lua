-- Settles an order: takes the stock of all its items or rejects it, in one atomic step, once. This script is what makes
-- the effect happen exactly once; a lock or a lease in front of it only saves work. Repeating it changes nothing. An order
-- that was cancelled before is settled as that, and takes nothing.
--
-- KEYS[1] order:{main}:<id>   hash
-- KEYS[2] jobs:{main}         sorted set
-- KEYS[3] stock:{main}        hash
-- KEYS[4] ledger:{main}       stream
-- ARGV[1] id
-- ARGV[2] owner token of this attempt: <replica>/<nonce>
-- ARGV[3] items of the message, packed: 001=2,002=1. Used only if there is no record (another producer's message, or
--         a failover that lost the record but not the message); '' if unknown
-- ARGV[4] orderId where it differs from the id, else ''
-- ARGV[5] retention of a settled order in milliseconds
-- ARGV[6] length to which the ledger is trimmed, approximately
-- ARGV[7] channel of the outcome
-- ARGV[8] 'job' if its due job brings the order here: then the record says after how many attempts. '' or left out: a message does
--
-- Returns {code, owner token that settled it, ms from placed to settled, traceparent of the record}; code is one of
--   1 confirmed now, 2 rejected now, 3 settled now as the cancelled one that it was, 4 to 6 the same, but before, 7 no record
--   and no items, 8 scheduled, not yet released: whoever asks, its time is kept, and nothing is written.
-- With 7 and 8 the token is '' and the time 0. The traceparent is '' if the order is not traced.
-- A first answer that was lost is given again to whoever repeats the call with the same token.

local order, jobs, stock, ledger = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, token, message_items, order_id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local retention, ledger_length, channel = ARGV[5], ARGV[6], ARGV[7]
local job = 'order ' .. id

local CODES = { CONFIRMED = 1, REJECTED = 2, CANCELLED = 3 }
local EVENTS = { CONFIRMED = 'OrderConfirmed', REJECTED = 'OrderRejected', CANCELLED = 'OrderCancelled' }

--[[include units.lua]]

--[[include publish.lua]]

-- Read and check everything first: Redis does not roll a script back.
local record = redis.call('HMGET', order, 'status', 'items', 'placedAt', 'settledBy', 'settledAt', 'orderId', 'traceparent')
local status, items, placed_at, settled_by, settled_at = record[1], record[2], record[3], record[4], record[5]
local traceparent = record[7] or ''

local was = status
if status == 'CANCELLING' or status == 'CANCELLED' and redis.call('HEXISTS', order, 'cancelRequestedAt') == 1 then
  was = 'CONFIRMED' -- and was cancelled afterwards, which changes nothing of how it was settled
elseif status == 'CANCELLED' and not settled_by then
  was = nil -- it is to be settled as cancelled
end
if CODES[was] then
  redis.pcall('ZREM', jobs, job)
  local before = settled_by == token and 0 or 3
  local age = (settled_at or 0) - (placed_at or settled_at or 0) -- or a hand was in it
  return { CODES[was] + before, settled_by or '', age, traceparent }
end

if status == 'SCHEDULED' then
  return { 8, '', 0, traceparent }
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
placed_at = placed_at or now
order_id = record[6] or order_id

local settled, skus, wanted, units, shortages = 'CANCELLED', {}, {}, {}, {}
if status ~= 'CANCELLED' then
  items = items or message_items
  if items == '' then
    return { 7, '', 0, '' }
  end
  skus, wanted = units_of(items)
  if #skus == 0 then
    return redis.error_reply('ERR order ' .. id .. ' has no readable items: ' .. items)
  end
  local available = redis.call('HMGET', stock, unpack(skus))
  for i, sku in ipairs(skus) do
    local has = 0
    if available[i] then
      has = units_in(available[i])
      if not has then
        return redis.error_reply('ERR stock of ' .. sku .. ' is not a whole number: ' .. available[i])
      end
    end
    if has < wanted[sku] then
      shortages[#shortages + 1] = string.format('%s=%.0f/%s', sku, wanted[sku], available[i] or '-')
    end
    units[#units + 1] = string.format('%s=-%.0f', sku, wanted[sku])
  end
  settled = #shortages == 0 and 'CONFIRMED' or 'REJECTED'
end
local score = ARGV[8] == 'job' and tonumber(redis.pcall('ZSCORE', jobs, job)) -- its fraction: attempts, this one included

-- Write. The ledger first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened.
redis.call('XADD', ledger, 'MAXLEN', '~', ledger_length, '*',
  'effect', settled, 'id', id, 'units', settled == 'CONFIRMED' and table.concat(units, ',') or '', 'by', token)
if settled == 'CONFIRMED' then
  for _, sku in ipairs(skus) do
    redis.call('HINCRBY', stock, sku, string.format('-%.0f', wanted[sku]))
  end
end
local fields = { 'status', settled, 'settledAt', string.format('%.0f', now), 'settledBy', token }
if not status then
  fields[#fields + 1] = 'items'
  fields[#fields + 1] = items
  fields[#fields + 1] = 'placedAt'
  fields[#fields + 1] = string.format('%.0f', placed_at)
  if order_id ~= '' then
    fields[#fields + 1] = 'orderId'
    fields[#fields + 1] = order_id
  end
end
if settled == 'REJECTED' then
  fields[#fields + 1] = 'shortages'
  fields[#fields + 1] = table.concat(shortages, ',')
end
if ARGV[8] == 'job' then
  fields[#fields + 1] = 'recovered'
  fields[#fields + 1] = string.format('%.0f', score and score % 1 * 1024 or 0)
end
redis.call('HSET', order, unpack(fields))
redis.call('PEXPIRE', order, retention)
redis.pcall('ZREM', jobs, job) -- whatever is wrong with the jobs, the order is settled and the answer must say so
publish(channel, string.format(
  '{"eventType":"%s","schemaVersion":1,"id":"%s","orderId":"%s","status":"%s","settledBy":"%s","ageMs":%.0f%s}',
  EVENTS[settled], id, order_id ~= '' and order_id or id, settled, string.match(token, '^[^/]*'), now - placed_at,
  traceparent ~= '' and ',"traceparent":"' .. traceparent .. '"' or ''))
return { CODES[settled], token, now - placed_at, traceparent }
