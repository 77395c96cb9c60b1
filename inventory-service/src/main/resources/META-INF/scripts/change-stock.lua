-- Sets or raises the stock of one SKU, once per change: the mark remembers that it was done, so that a repeated request,
-- or a command that the client library sends again after a reconnect, changes nothing.
--
-- KEYS[1] stock:{main}               hash
-- KEYS[2] ledger:{main}              stream
-- KEYS[3] restock:{main}:<changeId>  string, the mark
-- ARGV[1] effect: RESTOCKED adds, SET sets
-- ARGV[2] how long the mark is kept, in milliseconds
-- ARGV[3] length to which the ledger is trimmed, approximately
-- ARGV[4] changeId
-- ARGV[5] SKU
-- ARGV[6] quantity, in digits without leading zeros
-- ARGV[7] owner token of this attempt: <replica>/<nonce>
--
-- Returns {1, units after, mark} if it was done now, {0, units now, mark} if it had been done before;
-- the mark is "<SKU>=<quantity>". As the effect of a job it refuses an id that was used for another change.

local stock, ledger, mark = KEYS[1], KEYS[2], KEYS[3]
local effect, mark_ttl, ledger_length = ARGV[1], ARGV[2], ARGV[3]
local change_id, sku, quantity, token = ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7]

local text = redis.call('HGET', stock, sku) or '0'
local before = (text == '0' or string.match(text, '^%-?[1-9]%d*$')) and tonumber(text)
if not before or math.abs(before) > 9007199254740991 then
  if effect ~= 'SET' then
    return redis.error_reply('ERR stock of ' .. sku .. ' is not a whole number: ' .. text)
  end
  before = 0 -- setting it is how a person repairs it
end
local this = sku .. '=' .. ARGV[6]
local done = redis.call('GET', mark)
if done then
  return { 0, before, done, refused = done ~= this and change_id .. ' was used before, for ' .. done or nil }
end

local after = effect == 'SET' and quantity or before + quantity
local units = effect == 'SET' and string.format('%s=%.0f', sku, after - before) or this
-- Setting repairs a stock that was not what the ledger says, so the ledger must say what it is from now on.
local level = effect == 'SET' and { 'set', this } or {}
-- The ledger first: it is the write that may be refused, and then nothing has happened.
redis.call('XADD', ledger, 'MAXLEN', '~', ledger_length, '*',
  'effect', effect, 'id', change_id, 'units', units, 'by', token, unpack(level))
redis.call('HSET', stock, sku, string.format('%.0f', after))
redis.call('SET', mark, this, 'PX', mark_ttl)
return { 1, after, this }
