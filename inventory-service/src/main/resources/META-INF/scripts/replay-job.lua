-- Schedules a buried job again, with its attempts starting at 0, and removes its dead letter, in one step. Running it again
-- finds the letter gone and changes nothing.
--
-- KEYS[1] dead-letters:{main}   stream
-- KEYS[2] jobs:{main}           sorted set
-- KEYS[3] job:{main}:<id>       hash; touched only if it is this job's
-- ARGV[1] id of the letter
-- ARGV[2] member: the letter's payload
-- ARGV[3] channel that wakes the pollers
--
-- Returns 1 if it was replayed, 0 if the letter is gone, 2 if its job was cancelled meanwhile: then the letter stays.

local dead_letters, jobs, record = KEYS[1], KEYS[2], KEYS[3]
local letter, member, channel = ARGV[1], ARGV[2], ARGV[3]

if #redis.call('XRANGE', dead_letters, letter, letter) == 0 then
  return 0
end
local known = redis.pcall('HMGET', record, 'work', 'status')
local has_record = known[1] == member
if has_record and known[2] == 'CANCELLED' then
  return 2
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The job may be there already: the next run of a recurring one, or an order that was placed again. A fraction says that
-- it is being worked on, or waits for another attempt: then that is the retry. Otherwise it is due now, if not before.
local score = tonumber(redis.call('ZSCORE', jobs, member) or now)
local is_under_way = score ~= math.floor(score)
local due = is_under_way and score or math.min(score, now)

-- The job first: it is the write that may be refused (memory limit, wrong type), and then nothing has happened yet.
redis.call('ZADD', jobs, string.format('%.17g', due), member)
redis.call('XDEL', dead_letters, letter)
if has_record then
  redis.call('HSET', record, 'status', 'SCHEDULED')
  redis.call('PERSIST', record)
end
if not is_under_way then
  local publish = string.find(channel, '{', 1, true) and 'SPUBLISH' or 'PUBLISH' -- with a hash tag it is a sharded one
  redis.pcall(publish, channel, '0') -- a hint: the job is there without it
end
return 1
