-- Cancels a scheduled job and its recurrence. Whoever has claimed the job loses it. The record is kept for the retention,
-- so that the request that scheduled the job does not do so again when it is repeated.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] job:{main}:<id>    hash
-- KEYS[3] recurring:{main}   hash
-- ARGV[1] member of the job of the order with this id, which cannot be cancelled here
-- ARGV[2] retention of the cancelled job's record in milliseconds
--
-- Returns CHANGED, now or before; ENDED; ORDERS_JOB; or UNKNOWN.

local jobs, record, recurring = KEYS[1], KEYS[2], KEYS[3]
local orders_job, retention = ARGV[1], ARGV[2]

local content = redis.call('HMGET', record, 'work', 'status')
local work, status = content[1], content[2]
local is_orders_job = redis.call('ZSCORE', jobs, orders_job) -- and finds out now if the set of jobs is none

if not work then
  return is_orders_job and 'ORDERS_JOB' or 'UNKNOWN'
end
if status == 'CANCELLED' then
  return 'CHANGED'
end
if status ~= 'SCHEDULED' then
  return 'ENDED'
end

-- The record first: it is the write that may be refused (memory limit), and then nothing has happened yet.
redis.call('HSET', record, 'status', 'CANCELLED')
redis.call('PEXPIRE', record, retention)
redis.call('ZREM', jobs, work)
redis.pcall('HDEL', recurring, work)
return 'CHANGED'
