-- The clock of the node that keeps the jobs; in a cluster, TIME alone asks any node.
--
-- KEYS[1] jobs:{main}
--
-- Returns now in Unix ms.

local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
