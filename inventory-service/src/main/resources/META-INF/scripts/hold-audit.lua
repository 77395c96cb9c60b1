-- Says which replica audits: it holds the lease, renews it each time it comes, and loses it when it has not come for long.
-- The lease saves work, nothing else: two auditors at once are as right as one.
--
-- KEYS[1] audit:{main}  hash
-- ARGV[1] owner token of the process
-- ARGV[2] lease in milliseconds
--
-- Returns {1 if it is this process else 0, now in Unix ms, the last complete audit as JSON, or ''}.

local audit, owner, lease = KEYS[1], ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', audit, 'holder', 'heldUntil', 'verdict')
local holder, held_until, verdict = known[1], tonumber(known[2] or '0') or 0, known[3] or ''

-- A lease longer than any was given when the clock was ahead.
if holder and holder ~= owner and held_until > now and held_until <= now + lease then
  return { 0, now, verdict }
end
redis.call('HSET', audit, 'holder', owner, 'heldUntil', string.format('%.0f', now + lease))
return { 1, now, verdict }
