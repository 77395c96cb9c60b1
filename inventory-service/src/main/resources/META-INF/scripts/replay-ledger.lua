-- What the ledger says that the stock is: its entries after the checkpoint, on top of what it said up to there. The marked
-- place takes what is done with it, advance-audit.lua or compare-stock.lua, so that both read an entry alike.
--
-- KEYS[1] audit:{main}           hash
-- KEYS[2] audit-stock:{main}     hash; SKU -> units that the ledger says, up to the checkpoint
-- KEYS[3] stock:{main}           hash
-- KEYS[4] ledger:{main}          stream
-- KEYS[5] audit-findings:{main}  hash
-- ARGV[1] entries that are read at the most
-- ARGV[2] length to which the ledger is trimmed, approximately
-- ARGV[3...] and the return value: see the other script

local audit, audit_stock, stock, ledger, findings = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local limit, ledger_length = tonumber(ARGV[1]), tonumber(ARGV[2])

local START = '0-0'

-- Only what HINCRBY takes as well, and exactly.
local function whole(text)
  local number = text and (text == '0' or string.match(text, '^%-?[1-9]%d*$')) and tonumber(text)
  return number and math.abs(number) <= 9007199254740991 and number or nil
end

-- '001=-2,002=-1' -> SKU -> number; nil if any of it cannot be read.
local function unpacked(text)
  local units, read = {}, text == '' and 1 or 0
  for sku, digits in string.gmatch(text, '([^=,]+)=([^=,]*)') do
    local number = whole(digits)
    if not number then
      return nil
    end
    units[sku] = (units[sku] or 0) + number
    read = read + #sku + #digits + 2
  end
  return read == #text + 1 and units or nil
end

local IS_EFFECT = { CONFIRMED = true, REJECTED = true, CANCELLED = true, RESTOCKED = true, SET = true }

-- An entry: at, effect, id, by, units (nil: it cannot be read), and whether these are to be set instead of added.
local function entry_of(raw)
  local fields = { at = raw[1] }
  for i = 1, #raw[2], 2 do
    fields[raw[2][i]] = raw[2][i + 1]
  end
  fields.at = raw[1]
  fields.sets = fields.effect == 'SET' and fields.set ~= nil
  local readable = IS_EFFECT[fields.effect] and fields.id and fields.by
  local packed = fields.sets and fields.set or fields.units
  fields.units = readable and packed and unpacked(packed) or nil
  return fields
end

local checkpoint = redis.call('HGET', audit, 'checkpoint')
local damaged = checkpoint and not string.match(checkpoint, '^%d+%-%d+$') -- by a hand
if damaged then
  checkpoint = false
end
local missed = false
if checkpoint == START then
  missed = redis.call('XLEN', ledger) >= ledger_length
elseif checkpoint then
  -- As long as an entry is left that is not younger, none of those that follow was trimmed.
  missed = #redis.call('XREVRANGE', ledger, checkpoint, '-', 'COUNT', 1) == 0
end

local entries = {}
if checkpoint and not missed then
  for i, raw in ipairs(redis.call('XRANGE', ledger, '(' .. checkpoint, '+', 'COUNT', limit)) do
    entries[i] = entry_of(raw)
  end
end

local set, added = {}, {} -- by SKU; what was added since it was set, or at all
for _, entry in ipairs(entries) do
  for sku, units in pairs(entry.units or {}) do
    if entry.sets then
      set[sku], added[sku] = units, 0
    else
      added[sku] = (added[sku] or 0) + units
    end
  end
end

local function expected(sku)
  return (set[sku] or whole(redis.call('HGET', audit_stock, sku)) or 0) + (added[sku] or 0)
end

--[[effect]]
