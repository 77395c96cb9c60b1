-- Ends claimed jobs and lets their effects happen: for each job both in one step, once, and only for the claim that holds its
-- lease. The effect is another script, put in the marked place; without one, the jobs just end.
--
-- An effect sees its own KEYS and ARGV, and checks before it does anything. The first thing that it does must be a write: only
-- this one may be refused (memory limit, wrong type). It may return a table with the field `refused`, a reason why this
-- can never work (the job is buried), or fail (the job is tried again); in both cases it has done nothing.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] recurring:{main}   hash
-- KEYS[3...] for each job: job:{main}:<id> (a hash; touched only if it is this job's), then the keys of its effect
-- ARGV[1] retention of an ended job's record in milliseconds
-- ARGV[2] keys of each effect
-- ARGV[3] arguments of each effect
-- ARGV[4...] for each job: member; lease token, as claim-jobs.lua gave it; owner token of this claim: <replica>/<nonce>; due
--            time of the next run in Unix ms ('none' if a recurring job has no further one; '' if it is not
--            recurring); then the arguments of its effect
--
-- Returns for each job a code and a reason:
--   0, ''       the job is gone or somebody else's by now: nothing has happened
--   1, ''       this claim ended it, now or when this call was sent for the first time
--   2, reason   the effect refused
--   3, reason   the effect failed

local jobs, recurring, retention = KEYS[1], KEYS[2], ARGV[1]
local effect_keys, effect_arguments = tonumber(ARGV[2]), tonumber(ARGV[3])

local function effect(KEYS, ARGV)
  --[[effect]]
end

local function reason_of(failure)
  return type(failure) == 'table' and failure.err or tostring(failure)
end

local function finish(record, keys, member, token, owner, next_due, arguments)
  if tonumber(redis.call('ZSCORE', jobs, member) or '-1') ~= tonumber(token) then
    local known = redis.pcall('HMGET', record, 'work', 'lastRunBy')
    return known[1] == member and known[2] == owner and 1 or 0, ''
  end
  local ran, answer = pcall(effect, keys, arguments)
  if not ran or type(answer) == 'table' and answer.err then
    return 3, reason_of(answer)
  end
  if type(answer) == 'table' and answer.refused then
    return 2, answer.refused
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
  if redis.pcall('HGET', record, 'work') == member then
    local time = redis.call('TIME')
    redis.pcall('HINCRBY', record, 'runs', 1)
    redis.call('HSET', record, 'status', ends and 'DONE' or 'SCHEDULED', 'lastRunBy', owner,
      'lastRunAt', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
    redis.call('HDEL', record, 'lastError')
    if ends then
      redis.call('PEXPIRE', record, retention)
    end
  end
  return 1, ''
end

local answers = {}
local key, argument = 3, 4
while argument <= #ARGV do
  local code, reason = finish(KEYS[key], { unpack(KEYS, key + 1, key + effect_keys) },
    ARGV[argument], ARGV[argument + 1], ARGV[argument + 2], ARGV[argument + 3],
    { unpack(ARGV, argument + 4, argument + 3 + effect_arguments) })
  answers[#answers + 1] = code
  answers[#answers + 1] = reason
  key = key + 1 + effect_keys
  argument = argument + 4 + effect_arguments
end
return answers
