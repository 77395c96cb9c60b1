-- Prolongs the lease of a job whose work takes long: re-scores it to now + lease again.
--
-- KEYS[1] jobs:{main}   sorted set
-- ARGV[1] member
-- ARGV[2] lease token, as claim-jobs.lua or the last renewal gave it
-- ARGV[3] attempts, as claim-jobs.lua gave them
-- ARGV[4] lease in milliseconds
--
-- Returns {the new lease token}, or {''} if the job is done or somebody else's by now.

local jobs, member, token, attempts, lease = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

if tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= token then
  return { '' }
end
local time = redis.call('TIME')
local renewed = string.format('%.17g', time[1] * 1000 + math.floor(time[2] / 1000) + lease + attempts / 1024)
redis.call('ZADD', jobs, renewed, member)
return { renewed }
