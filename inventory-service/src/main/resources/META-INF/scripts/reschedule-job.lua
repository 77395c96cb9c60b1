-- Gives a claimed job another due time, keeping its count of attempts. Counts only for the claim that holds the lease.
--
-- KEYS[1] jobs:{main}   sorted set
-- ARGV[1] member
-- ARGV[2] lease token, as claim-jobs.lua gave it
-- ARGV[3] due in so many milliseconds
--
-- Returns 1 if it was rescheduled, 0 if the job is done or claimed by somebody else.

local jobs, member, token, delay = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local score = tonumber(redis.call('ZSCORE', jobs, member) or '-1')
if score ~= token then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', jobs, string.format('%.17g', now + delay + (score - math.floor(score))), member)
return 1
