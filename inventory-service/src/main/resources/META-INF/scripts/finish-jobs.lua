-- Ends claimed jobs and lets their effects happen: for each job both in one step, once, and only for the claim that holds its
-- lease. The effect is another script, put in the marked place; without one, the jobs just end.
--
-- An effect sees its own KEYS and ARGV, the last of which is the owner token, and checks before it does anything. The first thing that it does must be a write: only
-- this one may be refused (memory limit, wrong type). It may return a table with the field `refused`, a reason why this
-- can never work (the job is buried), or fail (the job is tried again); in both cases it has done nothing.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] recurring:{main}   hash
-- KEYS[3...] keys that all effects share; then for each job: job:{main}:<id> (a hash; touched only if it is this job's),
--            and the other keys of its effect
-- ARGV[1] retention of an ended job's record in milliseconds
-- ARGV[2] how many keys the effects share
-- ARGV[3] how many other keys each has
-- ARGV[4] how many arguments the effects share
-- ARGV[5] how many other arguments each has, without the owner token
-- ARGV[6...] arguments that all effects share; then for each job: member; lease token, as claim-jobs.lua gave it; owner token of this claim: <replica>/<nonce>; due
--            time of the next run in Unix ms ('none' if a recurring job has no further one; '' if it is not
--            recurring); and the other arguments of its effect
--
-- Returns for each job a code and a reason:
--   0, ''       the job is gone or somebody else's by now: nothing has happened
--   1, ''       this claim ended it, now or when this call was sent for the first time
--   2, reason   the effect refused
--   3, reason   the effect failed

local jobs, recurring, retention = KEYS[1], KEYS[2], ARGV[1]
local shared_keys, own_keys = tonumber(ARGV[2]), tonumber(ARGV[3])
local shared_arguments, own_arguments = tonumber(ARGV[4]), tonumber(ARGV[5])

local function effect(KEYS, ARGV)
  --[[effect]]
end

local function reason_of(failure)
  return type(failure) == 'table' and failure.err or tostring(failure)
end

local done = {} -- members to be removed, all at once after the effects, which costs less than one by one

local function finish(score, record, keys, member, token, owner, next_due, arguments)
  if score ~= token and tonumber(score or '-1') ~= tonumber(token) then -- Redis may write the same number otherwise
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
    done[#done + 1] = member
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

-- Those that are shared, and then those of one job. The tables are used again for the next one.
local keys, arguments = { unpack(KEYS, 3, 2 + shared_keys) }, { unpack(ARGV, 6, 5 + shared_arguments) }

local JOB_ARGUMENTS = 4 + own_arguments
local members = {}
for i = 6 + shared_arguments, #ARGV, JOB_ARGUMENTS do
  members[#members + 1] = ARGV[i]
end
local scores = redis.call('ZMSCORE', jobs, unpack(members))

local answers = {}
local key, argument = 3 + shared_keys, 6 + shared_arguments
for job, member in ipairs(members) do
  for i = 1, own_keys do
    keys[shared_keys + i] = KEYS[key + i]
  end
  for i = 1, own_arguments do
    arguments[shared_arguments + i] = ARGV[argument + 3 + i]
  end
  local owner = ARGV[argument + 2]
  arguments[shared_arguments + own_arguments + 1] = owner
  local code, reason =
    finish(scores[job], KEYS[key], keys, member, ARGV[argument + 1], owner, ARGV[argument + 3], arguments)
  answers[#answers + 1] = code
  answers[#answers + 1] = reason
  key = key + 1 + own_keys
  argument = argument + JOB_ARGUMENTS
end
if #done > 0 then
  redis.call('ZREM', jobs, unpack(done))
end
return answers
