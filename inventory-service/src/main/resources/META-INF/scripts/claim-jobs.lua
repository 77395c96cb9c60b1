-- Claims due jobs: each is re-scored to now + lease, so no other replica sees it as due meanwhile, and if the claimer dies
-- it comes due again by itself. The new score is the claim's fencing token: whoever gives the job another score, by
-- claiming, moving or ending it, takes the lease away from the earlier holder.
--
-- KEYS[1] jobs:{main}        sorted set; score = due time in Unix ms + attempts / 1024
-- KEYS[2] recurring:{main}   hash; member -> its schedule
-- ARGV[1] at most so many jobs
-- ARGV[2] lease in milliseconds
-- ARGV[3] attempts after which a job is given up: a count far beyond them is none, but a time that somebody added by hand
-- ARGV[4] claims nothing later than this, in Unix ms: the claimer does not wait any longer, and jobs would be leased to
--         nobody. '' if it does not know Redis's time yet
-- ARGV[5] of these, at most so many of the kinds that follow (the replica has so many free workers)
-- ARGV[6...] kinds
--
-- Returns {jobs due before this claim, ms by which the oldest of them is late, microseconds until the next job that is
-- not due yet (-1: none), now in Unix ms, then for each job: member, lease token, attempts including this one, ms late, schedule or ''}.
-- {-1, 0, 0, now in Unix ms} if it was run too late and has not looked.

local jobs, recurring = KEYS[1], KEYS[2]
local limit, lease, max_attempts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local latest, free = tonumber(ARGV[4]), tonumber(ARGV[5])
local is_bounded = {}
for i = 6, #ARGV do
  is_bounded[ARGV[i]] = true
end

-- Jobs of a kind whose workers are busy are left due. So that they hide nobody else's, the search goes past them, this far.
local LONGEST_SEARCH = 10000

-- How many attempts beyond the last one can have been counted: burying a job may have failed that often.
local MORE_ATTEMPTS = 8

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if latest and now > latest then
  return { -1, 0, 0, now }
end
local after_now = string.format('%.0f', now + 1) -- a score's fraction does not make it later
local until_now = '(' .. after_now

local found, seen, oldest = {}, 0, now
repeat
  local page = redis.call('ZRANGEBYSCORE', jobs, '-inf', until_now, 'WITHSCORES', 'LIMIT', seen, limit)
  for i = 1, #page, 2 do
    local member, score = page[i], math.max(tonumber(page[i + 1]) or 0, 0) -- -inf, by hand, is due as well
    oldest = math.min(oldest, math.floor(score))
    local bounded = is_bounded[string.match(member, '^[^ ]*')]
    if #found < 2 * limit and (not bounded or free > 0) then
      found[#found + 1] = member
      found[#found + 1] = score
      free = bounded and free - 1 or free
    end
  end
  seen = seen + #page / 2
until #page < 2 * limit or #found == 2 * limit or seen >= LONGEST_SEARCH

-- A key of another type is found out now: without their schedules, recurring jobs would end.
local any_recurring = #found > 0 and redis.call('HLEN', recurring) > 0
-- Redis takes so many scores and members at once, which costs less than one by one.
local STEP = 128

local due = seen > 0 and redis.call('ZCOUNT', jobs, '-inf', until_now) or 0
local claimed, scores, renamed = { due, now - oldest, -1, now }, {}, {}
local tokens = {} -- writing a number costs more than all else that is done for a job
for i = 1, #found, 2 do
  local member, score = found[i], found[i + 1]
  local due_at = math.floor(score)
  if string.find(member, '[^\32-\126]') then
    -- No client could name this job again to finish or bury it, so it gets a name that can be written.
    member = string.gsub(member, '[^\32-\126]', function(c) return string.format('\\x%02x', string.byte(c)) end)
  end
  local earlier = math.floor((score - due_at) * 1024 + 0.5)
  local attempts = earlier > max_attempts + MORE_ATTEMPTS and 1 or math.min(earlier + 1, 1023)
  local token = tokens[attempts]
  if not token then
    token = string.format('%.17g', now + lease + attempts / 1024)
    tokens[attempts] = token
  end
  scores[#scores + 1] = token
  scores[#scores + 1] = member
  if member ~= found[i] then
    renamed[#renamed + 1] = found[i]
  end
  claimed[#claimed + 1] = member
  claimed[#claimed + 1] = token
  claimed[#claimed + 1] = attempts
  claimed[#claimed + 1] = now - due_at
  claimed[#claimed + 1] = any_recurring and redis.call('HGET', recurring, member) or ''
end

for i = 1, #scores, 2 * STEP do
  redis.call('ZADD', jobs, unpack(scores, i, math.min(i + 2 * STEP - 1, #scores)))
end
for _, member in ipairs(renamed) do
  redis.call('ZREM', jobs, member)
end

local next_job = redis.call('ZRANGEBYSCORE', jobs, after_now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
if #next_job > 0 then
  claimed[3] = math.min(math.floor(tonumber(next_job[2])) * 1000 - (time[1] * 1000000 + time[2]), 1e15)
end
return claimed
