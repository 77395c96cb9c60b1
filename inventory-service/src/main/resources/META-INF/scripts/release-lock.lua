-- Releases a lock if it is still held with this owner token. Source: "Distributed Locks with Redis", redis.io.
--
-- KEYS[1] lock:<id>   string
-- ARGV[1] owner token
--
-- Returns 1 if it was released, 0 if it is gone or somebody else's.

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
