-- Keeps the result of an audit, unless it is out of date: everything was forgotten while it ran, or a later audit has ended.
-- One that ended in the future is not later: the clock has gone back, as after a failover to a node that is behind.
--
-- KEYS[1] audit:{main}  hash
-- ARGV[1] begunAt of that audit's baseline, as advance-audit.lua gave it
-- ARGV[2] when it began, in Unix ms
-- ARGV[3] the result, as JSON
--
-- Returns 1 if it was kept, else 0.

local audit, begun_at, audited_at, verdict = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', audit, 'begunAt', 'auditedAt')
local last = tonumber(known[2] or '0') or 0
if known[1] ~= begun_at or last > tonumber(audited_at) and last <= now then
  return 0
end
redis.call('HSET', audit, 'auditedAt', audited_at, 'verdict', verdict)
return 1
