-- Keeps the result of an audit, unless it is out of date: everything was forgotten while it ran, or a later audit has ended.
--
-- KEYS[1] audit:{main}  hash
-- ARGV[1] begunAt of that audit's baseline, as advance-audit.lua gave it
-- ARGV[2] when it began, in Unix ms
-- ARGV[3] the result, as JSON
--
-- Returns 1 if it was kept, else 0.

local audit, begun_at, audited_at, verdict = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

local known = redis.call('HMGET', audit, 'begunAt', 'auditedAt')
if known[1] ~= begun_at or (tonumber(known[2] or '0') or 0) > tonumber(audited_at) then
  return 0
end
redis.call('HSET', audit, 'auditedAt', audited_at, 'verdict', verdict)
return 1
