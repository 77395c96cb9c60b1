-- Moves a claimed job to the dead letters, in one step. Counts only for the claim that holds the lease.
--
-- KEYS[1] jobs:{main}           sorted set
-- KEYS[2] dead-letters:{main}   stream
-- ARGV[1] member
-- ARGV[2] lease token, as claim-jobs.lua gave it
-- ARGV[3] reason, for a person
-- ARGV[4] replica
-- ARGV[5] length to which the dead letters are trimmed, approximately
--
-- Returns 1 if it was buried, 0 if the job is done or claimed by somebody else.

local jobs, dead_letters = KEYS[1], KEYS[2]
local member, token, reason, replica, max_length = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]

if tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= token then
  return 0
end
redis.call('XADD', dead_letters, 'MAXLEN', '~', max_length, '*',
  'source', 'job', 'reason', reason, 'payload', member, 'bytes', #member, 'replica', replica)
redis.call('ZREM', jobs, member)
return 1
