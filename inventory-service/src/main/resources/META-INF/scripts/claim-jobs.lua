-- Claims due jobs: each is re-scored to now + lease, so no other replica sees it as due meanwhile, and if the claimer dies
-- it comes due again by itself. The new score is the claim's fencing token: it is unique, because a job can only be
-- claimed again once Redis's clock has passed it.
--
-- KEYS[1] jobs:{main}   sorted set; score = due time in Unix ms + attempts / 1024
-- ARGV[1] at most so many jobs
-- ARGV[2] lease in milliseconds
--
-- Returns {jobs due before this claim, member, lease token, attempts including this one, ms late, member, ...}.

local jobs, limit, lease = KEYS[1], ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local until_now = '(' .. string.format('%.0f', now + 1) -- a score's fraction does not make it later

local due = redis.call('ZRANGEBYSCORE', jobs, '-inf', until_now, 'WITHSCORES', 'LIMIT', 0, limit)
if #due == 0 then
  return { 0 }
end

local claimed = { redis.call('ZCOUNT', jobs, '-inf', until_now) }
for i = 1, #due, 2 do
  local member, score = due[i], math.max(tonumber(due[i + 1]) or 0, 0) -- -inf, by hand, is due as well
  local due_at = math.floor(score)
  local found = member
  if string.find(member, '[^\32-\126]') then
    -- No client could name this job again to finish or bury it, so it gets a name that can be written.
    member = string.gsub(member, '[^\32-\126]', function(c) return string.format('\\x%02x', string.byte(c)) end)
  end
  local attempts = math.min(math.floor((score - due_at) * 1024 + 0.5) + 1, 1023)
  local token = string.format('%.17g', now + lease + attempts / 1024)
  redis.call('ZADD', jobs, token, member)
  if member ~= found then
    redis.call('ZREM', jobs, found)
  end
  claimed[#claimed + 1] = member
  claimed[#claimed + 1] = token
  claimed[#claimed + 1] = attempts
  claimed[#claimed + 1] = now - due_at
end
return claimed
