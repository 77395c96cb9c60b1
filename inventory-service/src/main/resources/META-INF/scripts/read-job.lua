-- Reads a job: its record and its place among the jobs, at one moment.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] job:{main}:<id>    hash
-- KEYS[3] recurring:{main}   hash
-- ARGV[1] member to look for if the record is no job's: the job of the order with this id
--
-- Returns {outcome, member, score or '', how it recurs or '', {field, value, ...}}. The outcome is FOUND; ORDERS_JOB,
-- without fields; or UNKNOWN, which comes alone.

local jobs, record, recurring = KEYS[1], KEYS[2], KEYS[3]
local orders_job = ARGV[1]

local work = redis.call('HGET', record, 'work')
local score = redis.call('ZSCORE', jobs, work or orders_job)
if not work and not score then
  return { 'UNKNOWN' }
end
local recurs = redis.pcall('HGET', recurring, work or orders_job)
return { work and 'FOUND' or 'ORDERS_JOB', work or orders_job, score or '', type(recurs) == 'string' and recurs or '',
  work and redis.call('HGETALL', record) or {} }
