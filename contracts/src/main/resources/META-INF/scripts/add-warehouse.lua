-- Adds a warehouse to those that there are, and says so if it is new, in one step. Repeating it changes nothing.
--
-- KEYS[1] warehouses   set of names
-- ARGV[1] name
-- ARGV[2] at most so many
-- ARGV[3] channel that hears of new ones
--
-- Returns 1 if it is among them, now or before, 0 if there are too many.

local warehouses, name, most, channel = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]

if redis.call('SISMEMBER', warehouses, name) == 1 then
  return 1
end
if redis.call('SCARD', warehouses) >= most then
  return 0
end
redis.call('SADD', warehouses, name)
redis.call('PUBLISH', channel, name)
return 1
