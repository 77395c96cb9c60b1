-- The effect of a job `publish <id>`: publishes the message of its record. Runs inside finish-jobs.lua.
--
-- KEYS[1] job:{main}:<id>   hash: channel, message, status
--
-- Returns {receivers on this node}; refuses if the record is gone, or says that the job has ended.

local content = redis.call('HMGET', KEYS[1], 'channel', 'message', 'status')
local channel, message, status = content[1], content[2], content[3]
if not channel or not message then
  return { refused = 'its record is gone: there is no channel and no message' }
end
if status and status ~= 'SCHEDULED' then
  return { refused = 'its record says that it has ended: ' .. status }
end
-- Changes nothing, but Redis refuses it when it is out of memory: then no message is out whose job stays.
redis.call('HSET', KEYS[1], 'channel', channel)
return { redis.call('PUBLISH', channel, message) }
