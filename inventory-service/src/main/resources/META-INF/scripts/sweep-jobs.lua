-- Brings forward the jobs of some kinds that nobody has claimed yet and that would come due within some time. Leased jobs
-- stay as they are.
--
-- KEYS[1] jobs:{main}   sorted set
-- ARGV[1] time in milliseconds
-- ARGV[2] skip so many (those that an earlier call of this sweep looked at and left)
-- ARGV[3] look at so many at the most
-- ARGV[4...] kinds
--
-- Returns {looked at, brought forward}.

local jobs, window, skip, limit = KEYS[1], tonumber(ARGV[1]), ARGV[2], ARGV[3]
local wanted = {}
for i = 4, #ARGV do
  wanted[ARGV[i]] = true
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waiting = redis.call('ZRANGEBYSCORE', jobs, '(' .. string.format('%.0f', now), string.format('%.0f', now + window),
  'WITHSCORES', 'LIMIT', skip, limit)
local moved = 0
for i = 1, #waiting, 2 do
  local member, score = waiting[i], tonumber(waiting[i + 1])
  if score == math.floor(score) and wanted[string.match(member, '^[^ ]*')] then
    redis.call('ZADD', jobs, string.format('%.0f', now), member)
    moved = moved + 1
  end
end
return { #waiting / 2, moved }
