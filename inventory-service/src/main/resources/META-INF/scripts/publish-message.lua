-- The effect of a job `publish <id>`: publishes the message of its record. Runs inside finish-job.lua.
--
-- KEYS[1] job:{main}:<id>   hash: channel, message
--
-- Returns {receivers on this node}; refuses if the record is gone.

local content = redis.call('HMGET', KEYS[1], 'channel', 'message')
if not content[1] or not content[2] then
  return { refused = 'its record is gone: there is no channel and no message' }
end
return { redis.call('PUBLISH', content[1], content[2]) }
