-- Records an order, makes it due, and announces it: one atomic step, so that whoever was told of an order can be sure
-- that it will be settled. Placing the same id again changes nothing and publishes nothing; an
-- order that is still open gets its job back if that had been given up.
--
-- KEYS[1] order:{main}:<id>   hash
-- KEYS[2] jobs:{main}         sorted set
-- ARGV[1] id
-- ARGV[2] items, packed: 001=2,002=1
-- ARGV[3] grace in milliseconds: if no replica has settled the order by then, its job comes due
-- ARGV[4] channel
-- ARGV[5] event, a JSON object that lacks only placedAt; '' publishes nothing (the message is out already)
-- ARGV[6] orderId where it differs from the id, else ''
--
-- Returns {1, placedAt in Unix ms} if the order is new, else {0, field, value, ...} with the record as it stands.

local order, jobs = KEYS[1], KEYS[2]
local id, items, grace, channel, event, order_id = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = string.format('%.0f', now + grace)

local record = redis.call('HGETALL', order)
if #record > 0 then
  if redis.call('HGET', order, 'status') == 'PLACED' then
    -- It has its job already, unless that was given up: then whoever asks for the order again has it tried again.
    redis.call('ZADD', jobs, 'NX', due, 'order ' .. id)
  end
  table.insert(record, 1, 0)
  return record
end

-- Unix ms -> 2026-01-01T00:00:00.000Z. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
-- civil_from_days. Redis's Lua has no os.date.
local function iso8601(ms)
  local seconds = math.floor(ms / 1000)
  local z = math.floor(seconds / 86400) + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local day = doy - math.floor((153 * mp + 2) / 5) + 1
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', year, month, day, math.floor(seconds / 3600) % 24,
    math.floor(seconds / 60) % 60, seconds % 60, ms % 1000)
end

-- The job first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened yet.
redis.call('ZADD', jobs, due, 'order ' .. id)
redis.call('HSET', order, 'status', 'PLACED', 'items', items, 'placedAt', string.format('%.0f', now))
if order_id ~= '' then
  redis.call('HSET', order, 'orderId', order_id)
end
if event ~= '' then
  redis.call('PUBLISH', channel, string.sub(event, 1, -2) .. ',"placedAt":"' .. iso8601(now) .. '"}')
end
return {1, now}
