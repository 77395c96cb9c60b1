-- Compares the stock of some SKUs with what the ledger says, at one instant: orders may flow meanwhile. Runs inside
-- replay-ledger.lua and writes nothing.
--
-- ARGV[3...] SKUs
--
-- Returns {1, then for each SKU that differs: SKU, units that the ledger says, 1 if there is such a SKU else 0, its stock}, or
-- {0} if the checkpoint is too far behind, or there is none: advance-audit.lua has to run first.

if not checkpoint or missed or #entries == limit then
  return { 0 }
end

local differing = { 1 }
for i = 3, #ARGV do
  local sku = ARGV[i]
  local says, text = expected(sku), redis.call('HGET', stock, sku)
  if whole(text or '0') ~= says then
    differing[#differing + 1] = sku
    differing[#differing + 1] = string.format('%.0f', says)
    differing[#differing + 1] = text and 1 or 0
    differing[#differing + 1] = text or ''
  end
end
return differing
