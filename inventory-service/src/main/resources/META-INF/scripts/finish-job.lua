-- Ends a claimed job and lets its effect happen, in one step: once, and only for the claim that holds the lease. The effect
-- is another script, put in the marked place; without one, the job just ends.
--
-- An effect sees its own KEYS and ARGV. It checks before it writes, and only its first write may be refused. It may return
-- redis.error_reply (the job is tried again) or a table with the field `refused`, a reason why this can never work (the
-- job is buried); in both cases it has written nothing.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] job:{main}:<id>    hash; touched only if it is this job's
-- KEYS[3] recurring:{main}   hash
-- KEYS[4...] the effect's
-- ARGV[1] member
-- ARGV[2] lease token, as claim-jobs.lua gave it
-- ARGV[3] owner token of this claim: <replica>/<nonce>
-- ARGV[4] due time of the next run in Unix ms; 'none' if a recurring job has no further one; '' if it is not recurring
-- ARGV[5] retention of the ended job's record in milliseconds
-- ARGV[6...] the effect's
--
-- Returns {1, ''} if this claim ended it, now or when this call was sent for the first time;
-- {0, ''} if the job is gone or somebody else's by now: nothing has happened; {2, reason} if the effect refused.

local jobs, record, recurring = KEYS[1], KEYS[2], KEYS[3]
local member, token, owner, next_due, retention = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local function effect(KEYS, ARGV)
  --[[effect]]
end

local has_record = redis.pcall('HGET', record, 'work') == member
if tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= tonumber(token) then
  return { has_record and redis.call('HGET', record, 'lastRunBy') == owner and 1 or 0, '' }
end

-- Changes nothing, and is what Redis refuses when it is out of memory; after it, nothing else is refused for that. So an
-- effect that is no write, such as PUBLISH, does not happen before a refusal.
redis.call('ZADD', jobs, token, member)

local answer = effect({ unpack(KEYS, 4) }, { unpack(ARGV, 6) })
if type(answer) == 'table' and answer.err then
  return answer
end
if type(answer) == 'table' and answer.refused then
  return { 2, answer.refused }
end

local ends = next_due == '' or next_due == 'none'
if ends then
  redis.call('ZREM', jobs, member)
else
  redis.call('ZADD', jobs, next_due, member)
end
if next_due == 'none' then
  redis.pcall('HDEL', recurring, member)
end
if has_record then
  local time = redis.call('TIME')
  redis.pcall('HINCRBY', record, 'runs', 1)
  redis.call('HSET', record, 'status', ends and 'DONE' or 'SCHEDULED', 'lastRunBy', owner,
    'lastRunAt', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
  redis.call('HDEL', record, 'lastError')
  if ends then
    redis.call('PEXPIRE', record, retention)
  end
end
return { 1, '' }
