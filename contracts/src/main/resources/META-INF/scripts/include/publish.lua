-- A channel with a hash tag is a sharded one.
local function publish(channel, message)
  redis.call(string.find(channel, '{', 1, true) and 'SPUBLISH' or 'PUBLISH', channel, message)
end
