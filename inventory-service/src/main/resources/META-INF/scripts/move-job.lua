-- Gives a scheduled job another due time and lets its attempts start again; of a recurring job it moves the next run
-- only. Whoever has claimed the job loses it.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] job:{main}:<id>    hash
-- KEYS[3] recurring:{main}   hash
-- ARGV[1] member of the job of the order with this id, which cannot be moved here
-- ARGV[2] 'at' or 'in'
-- ARGV[3] due at this time, in Unix ms, or in so many ms
-- ARGV[4] no job may be due at this time or later, in Unix ms
-- ARGV[5] token of this request. When the command comes again, perhaps after the job has run, it is known by it
-- ARGV[6] channel that wakes the pollers
--
-- Returns {'CHANGED', member, score or '', how it recurs or '', {field, value, ...}}, the job as it stands, if it was moved
-- now or when this command was sent for the first time; else {ENDED}, {ORDERS_JOB}, {UNKNOWN} or {TOO_LATE}.

local jobs, record, recurring = KEYS[1], KEYS[2], KEYS[3]
local orders_job, base, millis, latest = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local token, channel = ARGV[5], ARGV[6]

local content = redis.call('HMGET', record, 'work', 'status', 'movedBy')
local work, status, moved_by = content[1], content[2], content[3]

local function moved()
  local recurs = redis.pcall('HGET', recurring, work)
  return { 'CHANGED', work, redis.call('ZSCORE', jobs, work) or '', type(recurs) == 'string' and recurs or '',
    redis.call('HGETALL', record) }
end

if not work then
  return { redis.call('ZSCORE', jobs, orders_job) and 'ORDERS_JOB' or 'UNKNOWN' }
end
if moved_by == token then
  return moved()
end
if status ~= 'SCHEDULED' then
  return { 'ENDED' }
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = base == 'in' and now + millis or millis
if due >= latest then
  return { 'TOO_LATE' }
end

-- The job first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened yet.
redis.call('ZADD', jobs, string.format('%.0f', due), work)
redis.call('HSET', record, 'movedBy', token)
-- Pollers sleep until the first job that is not due yet. Is it this one, or is this one due? Jobs that are due already but
-- left, as their workers are busy, must not hide it.
if redis.call('ZCOUNT', jobs, string.format('%.0f', now + 1), string.format('%.0f', due)) <= 1 then
  local publish = string.find(channel, '{', 1, true) and 'SPUBLISH' or 'PUBLISH' -- with a hash tag it is a sharded one
  redis.pcall(publish, channel, string.format('%.0f', math.max(0, due - now))) -- a hint: the job is there without it
end
return moved()
