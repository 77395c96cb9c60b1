-- Puts a message that cannot be processed with the dead letters. All replicas hear it; the mark lets one entry be written.
--
-- KEYS[1] dead-letters:{main}           stream
-- KEYS[2] dead-letter:{main}:<digest>   string, the mark
-- ARGV[1] channel
-- ARGV[2] reason, for a person
-- ARGV[3] payload, cut to a bounded length
-- ARGV[4] length of the whole payload in bytes
-- ARGV[5] replica
-- ARGV[6] length to which the dead letters are trimmed, approximately
-- ARGV[7] how long the mark is kept, in milliseconds
--
-- Returns 1 if it was written, 0 if the same message has been buried already.

local dead_letters, mark = KEYS[1], KEYS[2]
if redis.call('EXISTS', mark) == 1 then
  return 0
end
redis.call('XADD', dead_letters, 'MAXLEN', '~', ARGV[6], '*',
  'source', ARGV[1], 'reason', ARGV[2], 'payload', ARGV[3], 'bytes', ARGV[4], 'replica', ARGV[5])
redis.call('SET', mark, '', 'PX', ARGV[7])
return 1
