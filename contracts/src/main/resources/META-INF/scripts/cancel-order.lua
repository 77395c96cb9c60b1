-- Cancels an order, in one atomic step. One that is not settled is CANCELLED at once: nothing was taken for it, and nothing will
-- be. Of one that is CONFIRMED the stock is still to return: it is CANCELLING, and has a job of its own, until a replica has done
-- that. Repeating it changes nothing; an order of which something is left to do gets its job back if that had been given up.
--
-- What the ledger and the retention have to do with it is left to the replicas, which know them: who finds an order cancelled
-- before it was settled settles it as that.
--
-- KEYS[1] order:{main}:<id>   hash
-- KEYS[2] jobs:{main}         sorted set
-- ARGV[1] id
-- ARGV[2] grace in milliseconds: if no replica has done what is left so long afterwards, its job comes due
-- ARGV[3] channel of orders
-- ARGV[4] traceparent of the request, '' if it is not traced
--
-- Returns {1, field, value, ...} if this call cancelled it, {0, field, value, ...} if it was cancelled before, or is REJECTED,
-- which stays so: the record as it stands now. {0} if there is no such order.

local order, jobs = KEYS[1], KEYS[2]
local id, grace, order_channel, traceparent = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local settling, returning = 'order ' .. id, 'cancel ' .. id

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

--[[include iso8601.lua]]

--[[include publish.lua]]

local function field(name)
  return redis.call('HGET', order, name)
end

local function answer(changed)
  local record = redis.call('HGETALL', order)
  table.insert(record, 1, changed)
  return record
end

local due = digits(now + grace)
local status = field('status')

-- In each case the job first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened yet.
if status == 'PLACED' then
  redis.call('ZADD', jobs, 'NX', due, settling) -- it has one, which may be claimed, unless that was given up
  redis.call('HSET', order, 'status', 'CANCELLED', 'cancelledAt', digits(now))
  return answer(1)
elseif status == 'SCHEDULED' then
  redis.call('ZADD', jobs, due, settling) -- nobody waits for its time any more
  redis.call('HSET', order, 'status', 'CANCELLED', 'cancelledAt', digits(now))
  return answer(1)
elseif status == 'CONFIRMED' then
  local trace = traceparent ~= '' and ',"traceparent":"' .. traceparent .. '"' or ''
  local message = string.format(
    '{"eventType":"OrderCancelled","schemaVersion":1,"id":"%s","orderId":"%s","cancelledAt":"%s"%s}',
    id, field('orderId') or id, iso8601(now), trace)
  redis.call('ZADD', jobs, due, returning)
  redis.call('HSET', order, 'status', 'CANCELLING', 'cancelRequestedAt', digits(now))
  if traceparent ~= '' then
    redis.call('HSET', order, 'cancelTraceparent', traceparent)
  end
  redis.call('PERSIST', order) -- stock is owed: it must not be forgotten before that has returned
  publish(order_channel, message)
  return answer(1)
elseif status == 'CANCELLING' then
  redis.call('ZADD', jobs, 'NX', due, returning)
elseif status == 'CANCELLED' and not field('settledBy') then
  redis.call('ZADD', jobs, 'NX', due, settling)
end
return answer(0)
