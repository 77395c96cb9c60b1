-- Schedules a job, once per id: its place among the jobs and its record, in one step. The record remembers the id, so
-- scheduling it again changes nothing, whatever has become of the job meanwhile.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] job:{main}:<id>    hash
-- KEYS[3] recurring:{main}   hash
-- ARGV[1] member
-- ARGV[2] 'at' or 'in'
-- ARGV[3] due at this time, in Unix ms, or in so many ms
-- ARGV[4] no job may be due at this time or later, in Unix ms
-- ARGV[5] what was asked for, as text
-- ARGV[6] how it recurs; '' if it runs once
-- ARGV[7] channel that wakes the pollers
-- ARGV[8...] field, value, ...: what its handler wants to find in the record
--
-- Returns {outcome, member, score or '', how it recurs or '', {field, value, ...}}: the job as it stands. The outcome is
-- NEW, EXISTING (this id was scheduled before, perhaps with other content), or TOO_LATE, which comes alone.

local jobs, record, recurring = KEYS[1], KEYS[2], KEYS[3]
local member, base, millis, latest = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local schedule, recurrence, channel = ARGV[5], ARGV[6], ARGV[7]

local function job(outcome, work)
  local recurs = redis.pcall('HGET', recurring, work)
  return { outcome, work, redis.call('ZSCORE', jobs, work) or '', type(recurs) == 'string' and recurs or '',
    redis.call('HGETALL', record) }
end

local earlier = redis.call('HGET', record, 'work')
if earlier then
  return job('EXISTING', earlier)
end
if recurrence ~= '' then
  redis.call('HEXISTS', recurring, member) -- a key of another type is found out now, not after the first write
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = base == 'in' and now + millis or millis
if due >= latest then
  return { 'TOO_LATE' }
end

-- The job first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened yet.
redis.call('ZADD', jobs, string.format('%.0f', due), member)
redis.call('DEL', record) -- a hash without `work` is no job's; its TTL or fields must not become this one's
redis.call('HSET', record, 'work', member, 'status', 'SCHEDULED', 'schedule', schedule,
  'scheduledAt', string.format('%.0f', now), unpack(ARGV, 8))
if recurrence == '' then
  redis.pcall('HDEL', recurring, member)
else
  redis.call('HSET', recurring, member, recurrence)
end
-- Pollers sleep until the first job that is not due yet. Is it this one, or is this one due? Jobs that are due already but
-- left, as their workers are busy, must not hide it.
if redis.call('ZCOUNT', jobs, string.format('%.0f', now + 1), string.format('%.0f', due)) <= 1 then
  local publish = string.find(channel, '{', 1, true) and 'SPUBLISH' or 'PUBLISH' -- with a hash tag it is a sharded one
  redis.pcall(publish, channel, string.format('%.0f', math.max(0, due - now))) -- a hint: the job is there without it
end
return job('NEW', member)
