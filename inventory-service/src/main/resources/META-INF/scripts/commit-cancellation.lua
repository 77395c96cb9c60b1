-- Returns the stock of an order that was confirmed and then cancelled: in one atomic step, once, as commit-order.lua takes it.
-- Repeating it changes nothing, and so does asking for an order of which nothing is to return.
--
-- KEYS[1] order:{main}:<id>   hash
-- KEYS[2] jobs:{main}         sorted set
-- KEYS[3] stock:{main}        hash
-- KEYS[4] ledger:{main}       stream
-- ARGV[1] id
-- ARGV[2] owner token of this attempt: <replica>/<nonce>
-- ARGV[3] retention of a cancelled order in milliseconds
-- ARGV[4] length to which the ledger is trimmed, approximately
-- ARGV[5] channel of the outcome
--
-- Returns {code, owner token that returned it, ms from the request to then, traceparent of that request}; code is one of
--   1 returned now, 2 returned before, 3 nothing is to return: its job is dropped, 4 no record.
-- With 3 and 4 the token is '' and the time 0. The traceparent is '' if the request was not traced.
-- A first answer that was lost is given again to whoever repeats the call with the same token.

local order, jobs, stock, ledger = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, token, retention, ledger_length, channel = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local job = 'cancel ' .. id

--[[include units.lua]]

--[[include publish.lua]]

-- Read and check everything first: Redis does not roll a script back.
local record = redis.call('HMGET', order, 'status', 'items', 'cancelRequestedAt', 'cancelledAt', 'cancelledBy', 'orderId',
  'cancelTraceparent')
local status, items, requested_at, cancelled_at, cancelled_by = record[1], record[2], record[3], record[4], record[5]
local order_id, traceparent = record[6] or id, record[7] or ''

if not status then
  return { 4, '', 0, '' }
elseif status ~= 'CANCELLING' then
  redis.pcall('ZREM', jobs, job)
  if not cancelled_by then
    return { 3, '', 0, '' }
  end
  local age = (cancelled_at or 0) - (requested_at or cancelled_at or 0) -- or a hand was in it
  return { cancelled_by == token and 1 or 2, cancelled_by, age, traceparent }
end

local skus, units = units_of(items or '')
if #skus == 0 then
  return redis.error_reply('ERR order ' .. id .. ' has no readable items: ' .. (items or 'none'))
end
local available = redis.call('HMGET', stock, unpack(skus))
local returned = {}
for i, sku in ipairs(skus) do
  if available[i] and not units_in(available[i]) then
    return redis.error_reply('ERR stock of ' .. sku .. ' is not a whole number: ' .. available[i])
  end
  returned[i] = string.format('%s=%.0f', sku, units[sku])
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age = now - (requested_at or now)

-- Write. The ledger first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened.
redis.call('XADD', ledger, 'MAXLEN', '~', ledger_length, '*',
  'effect', 'CANCELLED', 'id', id, 'units', table.concat(returned, ','), 'by', token)
for _, sku in ipairs(skus) do
  redis.call('HINCRBY', stock, sku, string.format('%.0f', units[sku]))
end
redis.call('HSET', order, 'status', 'CANCELLED', 'cancelledAt', string.format('%.0f', now), 'cancelledBy', token)
redis.call('PEXPIRE', order, retention)
redis.pcall('ZREM', jobs, job) -- whatever is wrong with the jobs, the stock is back and the answer must say so
publish(channel, string.format(
  '{"eventType":"OrderCancelled","schemaVersion":1,"id":"%s","orderId":"%s","status":"CANCELLED","cancelledBy":"%s","ageMs":%.0f%s}',
  id, order_id, string.match(token, '^[^/]*'), age, traceparent ~= '' and ',"traceparent":"' .. traceparent .. '"' or ''))
return { 1, token, age, traceparent }
