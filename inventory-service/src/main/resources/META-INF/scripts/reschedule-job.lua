-- Gives a claimed job another due time: a pause before its next attempt, or none when it is handed back. Counts only for
-- the claim that holds the lease.
--
-- KEYS[1] jobs:{main}       sorted set
-- KEYS[2] job:{main}:<id>   hash; touched only if it is this job's; not needed without ARGV[5]
-- ARGV[1] member
-- ARGV[2] lease token, as claim-jobs.lua gave it
-- ARGV[3] due in so many milliseconds
-- ARGV[4] attempts that count
-- ARGV[5] why the last attempt failed, for a person; '' if it did not
--
-- Returns 1 if it was rescheduled, 0 if the job is done or somebody else's by now.

local jobs, record = KEYS[1], KEYS[2]
local member, token, delay, attempts, failure = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]

if tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= token then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', jobs, string.format('%.17g', now + delay + attempts / 1024), member)
if failure ~= '' and redis.pcall('HGET', record, 'work') == member then
  redis.call('HSET', record, 'lastError', failure)
end
return 1
