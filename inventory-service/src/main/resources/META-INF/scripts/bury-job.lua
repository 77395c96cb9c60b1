-- Moves a job to the dead letters, in one step; a recurring job goes on with its next run. Counts only for the claim that
-- holds the lease.
--
-- KEYS[1] jobs:{main}           sorted set
-- KEYS[2] dead-letters:{main}   stream
-- KEYS[3] job:{main}:<id>       hash; touched only if it is this job's
-- KEYS[4] recurring:{main}      hash
-- ARGV[1] member
-- ARGV[2] lease token, as claim-jobs.lua gave it; '' if the job was ended before its work began (at most once)
-- ARGV[3] due time of the next run in Unix ms; 'none' if a recurring job has no further one; '' if it is not recurring
-- ARGV[4] reason, for a person
-- ARGV[5] replica
-- ARGV[6] length to which the dead letters are trimmed, approximately
-- ARGV[7] retention of the buried job's record in milliseconds
--
-- Returns 1 if it was buried, 0 if the job is done or somebody else's by now.

local jobs, dead_letters, record, recurring = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local member, token, next_due, reason = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local replica, max_length, retention = ARGV[5], ARGV[6], ARGV[7]

if token ~= '' and tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= tonumber(token) then
  return 0
end
local ends = next_due == '' or next_due == 'none'
redis.call('XADD', dead_letters, 'MAXLEN', '~', max_length, '*',
  'source', 'job', 'reason', reason, 'payload', member, 'bytes', #member, 'replica', replica)
if token ~= '' then
  if ends then
    redis.call('ZREM', jobs, member)
  else
    redis.call('ZADD', jobs, next_due, member)
  end
  if next_due == 'none' then
    redis.pcall('HDEL', recurring, member)
  end
end
if redis.pcall('HGET', record, 'work') == member then
  redis.call('HSET', record, 'lastError', reason)
  if ends then
    redis.call('HSET', record, 'status', 'DEAD')
    redis.call('PEXPIRE', record, retention)
  end
end
return 1
