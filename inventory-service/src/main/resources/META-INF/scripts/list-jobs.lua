-- One page of all jobs by due time, those of one due time by their bytes, which is how the set keeps them.
--
-- A page begins after a job, not at a rank: jobs that have gone meanwhile shift nothing. Members are cut to LONGEST bytes,
-- also where they are compared, so of members that are the same so far, which only a hand can write, a page that ends
-- between them shows the first ones only.
--
-- KEYS[1] jobs:{main}        sorted set
-- KEYS[2] recurring:{main}   hash
-- ARGV[1] score of the last job of the page before; '' for the first page
-- ARGV[2] member of that job, cut as this script gave it
-- ARGV[3] so many jobs at the most
--
-- Returns for each job: member, score, how it recurs or ''.

local jobs, recurring = KEYS[1], KEYS[2]
local last_score, last_member, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])

local LONGEST = 1024

-- Lua's own < goes by the locale of the server.
local function is_after(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x > y
    end
  end
  return #a > #b
end

-- The first rank after the given job, among those of its due time: a binary search, as there may be a great many.
local low = 0
if last_score ~= '' then
  low = redis.call('ZCOUNT', jobs, '-inf', '(' .. last_score)
  local high = redis.call('ZCOUNT', jobs, '-inf', last_score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local member = redis.call('ZRANGE', jobs, middle, middle)[1]
    if is_after(string.sub(member, 1, LONGEST), last_member) then
      high = middle
    else
      low = middle + 1
    end
  end
end

local found = redis.call('ZRANGE', jobs, low, low + limit - 1, 'WITHSCORES')
local members = {}
for i = 1, #found, 2 do
  members[#members + 1] = found[i]
end
local schedules = #members > 0 and redis.pcall('HMGET', recurring, unpack(members)) or {}
local page = {}
for i, member in ipairs(members) do
  page[#page + 1] = string.sub(member, 1, LONGEST)
  page[#page + 1] = found[2 * i]
  page[#page + 1] = schedules[i] or ''
end
return page
