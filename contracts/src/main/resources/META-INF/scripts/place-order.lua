-- Places an order, now or for later, and releases one that was placed for later. Each is one atomic step, so that whoever
-- was told of an order can be sure that it will be settled. Repeating either changes nothing and publishes no order again;
-- an order that is still open gets its job back if that had been given up.
--
-- KEYS[1] order:{main}:<id>   hash
-- KEYS[2] jobs:{main}         sorted set
-- ARGV[1] mode, one of
--           announce   a new order: published now, or, if it is scheduled for later, by its release
--           record     a new order whose message is out already (another producer's): nothing is published
--           release    an order that was scheduled and is due: published now. What it is stands in its record, so
--                      ARGV[6] to ARGV[10] are not read and may be left out
-- ARGV[2] id
-- ARGV[3] grace in milliseconds: if no replica has settled the order so long after it was placed, its job comes due
-- ARGV[4] channel of orders
-- ARGV[5] channel of jobs: hears in how many milliseconds a scheduled order is due whose job became the next one
-- ARGV[6] items, packed: 001=2,002=1
-- ARGV[7] orderId where it differs from the id, else ''
-- ARGV[8] scheduledFor in Unix ms, '' if there is none; the past means now
-- ARGV[9] traceparent, '' or left out if the order is not traced
-- ARGV[10] durable: a WAIT or WAITAOF follows on this connection, and speaks of what came over it. An order that exists came
--          over another one, maybe a moment ago, so something of it is written again, as it is. '' or left out: none follows
--
-- announce and record return
--   {1, placedAt in Unix ms, status}   the order is new, and now PLACED or SCHEDULED
--   {0, field, value, ...}             it is not: the record as it stands
-- release returns
--   {1, placedAt in Unix ms}           it was SCHEDULED and is now PLACED
--   {2, ms left}                       it is not due yet, so its job was put back
--   {0, field, value, ...}             it is not SCHEDULED (any more): the record as it stands; {0} if there is none

local order, jobs = KEYS[1], KEYS[2]
local mode, id, grace, order_channel, job_channel = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local durable = ARGV[10] == 'durable'
local job = 'order ' .. id

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

--[[include iso8601.lua]]

--[[include publish.lua]]

-- Announces an order, and adds to the fields of its record how many subscribers were told: the record is written after it, so that
-- this is no write of its own. Nobody hears the message before the script has ended. Returns the error if Redis refuses to
-- publish, to a user who has no right to the channel, say: the order has its job, and gets its record, all the same.
local function announce(message, fields)
  local told = redis.pcall(string.find(order_channel, '{', 1, true) and 'SPUBLISH' or 'PUBLISH', order_channel, message)
  if type(told) == 'table' then
    return told
  end
  fields[#fields + 1] = 'told'
  fields[#fields + 1] = told
end

-- The event of an order that is placed now. Ids and traceparents are made of characters that JSON does not escape.
local function event(items, order_id, traceparent)
  local lines = string.gsub(items, '([^=,]+)=(%d+)', '{"id":"%1","quantity":%2}')
  local trace = traceparent ~= '' and ',"traceparent":"' .. traceparent .. '"' or ''
  return string.format(
    '{"eventType":"OrderPlaced","schemaVersion":1,"id":"%s","orderId":"%s","items":[%s],"placedAt":"%s"%s}',
    id, order_id, lines, iso8601(now), trace)
end

-- The pollers sleep until the job is due that was the next one when they looked.
local function wake_pollers_if_next(due)
  if redis.call('ZCOUNT', jobs, digits(now + 1), digits(due)) <= 1 then
    publish(job_channel, digits(math.max(due - now, 0)))
  end
end

local record = redis.call('HGETALL', order)
local recorded = {}
for i = 1, #record, 2 do
  recorded[record[i]] = record[i + 1]
end

local function answer_record()
  table.insert(record, 1, 0)
  return record
end

local function release()
  if recorded.status ~= 'SCHEDULED' then
    return answer_record()
  end
  local due = tonumber(recorded.scheduledFor)
  if due > now then
    redis.call('ZADD', jobs, digits(due), job)
    return { 2, due - now }
  end
  local message = event(recorded.items, recorded.orderId or id, recorded.traceparent or '')
  -- The job first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened yet.
  redis.call('ZADD', jobs, digits(now + grace), job)
  local fields = { 'status', 'PLACED', 'placedAt', digits(now) }
  local refusal = announce(message, fields)
  redis.call('HSET', order, unpack(fields))
  return refusal or { 1, now }
end

-- An open order has its job already, unless that was given up: then whoever asks for the order again has it tried again.
local function place_again()
  if recorded.status == 'PLACED' then
    redis.call('ZADD', jobs, 'NX', digits(now + grace), job)
  elseif recorded.status == 'SCHEDULED' then
    local due = tonumber(recorded.scheduledFor)
    if redis.call('ZADD', jobs, 'NX', digits(due), job) == 1 then
      wake_pollers_if_next(due)
    end
  end
  if durable then
    redis.call('HSET', order, record[1], record[2])
  end
  return answer_record()
end

local function place(items, order_id, scheduled_for, traceparent)
  local later = scheduled_for and scheduled_for > now
  local status = later and 'SCHEDULED' or 'PLACED'
  local due = later and scheduled_for or now + grace
  local fields = { 'status', status, 'items', items, 'placedAt', digits(now) }
  if order_id ~= '' then
    fields[#fields + 1] = 'orderId'
    fields[#fields + 1] = order_id
  end
  if scheduled_for then
    fields[#fields + 1] = 'scheduledFor'
    fields[#fields + 1] = digits(scheduled_for)
  end
  if traceparent ~= '' then
    fields[#fields + 1] = 'traceparent'
    fields[#fields + 1] = traceparent
  end
  -- The job first, as in the release.
  redis.call('ZADD', jobs, digits(due), job)
  local refusal = nil
  if mode == 'announce' and not later then
    refusal = announce(event(items, order_id ~= '' and order_id or id, traceparent), fields)
  end
  redis.call('HSET', order, unpack(fields))
  if later then
    wake_pollers_if_next(due)
  end
  return refusal or { 1, now, status }
end

if mode == 'release' then
  return release()
end
if #record > 0 then
  return place_again()
end
return place(ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9] or '')
