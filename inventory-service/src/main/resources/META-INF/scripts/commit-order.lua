-- Settles an order: takes the stock of all its items or rejects it, in one atomic step, once. This script is what makes
-- the effect happen exactly once; a lock or a lease in front of it only saves work. Repeating it changes nothing.
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
--
-- Returns {code, owner token that settled it, ms from placed to settled, traceparent of the record}; code is one of
--   1 confirmed now, 2 rejected now, 3 was confirmed before, 4 was rejected before, 5 no record and no items,
--   6 scheduled, not yet released: whoever asks, its time is kept, and nothing is written.
-- With 5 and 6 the token is '' and the time 0. The traceparent is '' if the order is not traced.
-- A first answer that was lost is given again to whoever repeats the call with the same token.

local order, jobs, stock, ledger = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, token, message_items, order_id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local retention, ledger_length, channel = ARGV[5], ARGV[6], ARGV[7]
local job = 'order ' .. id

local CODES = { CONFIRMED = 1, REJECTED = 2 }

-- Read and check everything first: Redis does not roll a script back.
local record = redis.call('HMGET', order, 'status', 'items', 'placedAt', 'settledBy', 'settledAt', 'orderId', 'traceparent')
local status, items, placed_at, settled_by, settled_at = record[1], record[2], record[3], record[4], record[5]
local traceparent = record[7] or ''

if status == 'CONFIRMED' or status == 'REJECTED' then
  redis.pcall('ZREM', jobs, job)
  local before = settled_by == token and 0 or 2
  local age = (settled_at or 0) - (placed_at or settled_at or 0) -- or a hand was in it
  return { CODES[status] + before, settled_by or '', age, traceparent }
end

if status == 'SCHEDULED' then
  return { 6, '', 0, traceparent }
end

items = items or message_items
if items == '' then
  return { 5, '', 0, '' }
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
placed_at = placed_at or now
order_id = record[6] or order_id

-- Units per SKU, in the order of first mention: equal SKUs count together.
local skus, wanted = {}, {}
for sku, quantity in string.gmatch(items, '([^=,]+)=(%d+)') do
  if not wanted[sku] then
    skus[#skus + 1] = sku
  end
  wanted[sku] = (wanted[sku] or 0) + tonumber(quantity)
end
if #skus == 0 then
  return redis.error_reply('ERR order ' .. id .. ' has no readable items: ' .. items)
end

-- Only what HINCRBY takes as well, and exactly: it refuses 100.0, 1e3 or 007, which tonumber accepts.
local function units_in(text)
  local number = (text == '0' or string.match(text, '^%-?[1-9]%d*$')) and tonumber(text)
  return number and math.abs(number) <= 9007199254740991 and number
end

local available = redis.call('HMGET', stock, unpack(skus))
local shortages, units = {}, {}
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
local settled = #shortages == 0 and 'CONFIRMED' or 'REJECTED'

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
redis.call('HSET', order, unpack(fields))
redis.call('PEXPIRE', order, retention)
redis.pcall('ZREM', jobs, job) -- whatever is wrong with the jobs, the order is settled and the answer must say so
local publish = string.find(channel, '{', 1, true) and 'SPUBLISH' or 'PUBLISH' -- with a hash tag it is a sharded one
redis.call(publish, channel, string.format(
  '{"eventType":"%s","id":"%s","orderId":"%s","status":"%s","settledBy":"%s","ageMs":%.0f%s}',
  settled == 'CONFIRMED' and 'OrderConfirmed' or 'OrderRejected', id, order_id ~= '' and order_id or id, settled,
  string.match(token, '^[^/]*'), now - placed_at, traceparent ~= '' and ',"traceparent":"' .. traceparent .. '"' or ''))
return { CODES[settled], token, now - placed_at, traceparent }
