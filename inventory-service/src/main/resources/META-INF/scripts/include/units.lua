-- Only what HINCRBY takes as well, and exactly: it refuses 100.0, 1e3 or 007, which tonumber accepts.
local function units_in(text)
  local number = (text == '0' or string.match(text, '^%-?[1-9]%d*$')) and tonumber(text)
  return number and math.abs(number) <= 9007199254740991 and number
end

-- The SKUs of packed items, in the order of first mention, and the units of each: equal SKUs count together.
local function units_of(items)
  local skus, units = {}, {}
  for sku, quantity in string.gmatch(items, '([^=,]+)=(%d+)') do
    if not units[sku] then
      skus[#skus + 1] = sku
    end
    units[sku] = (units[sku] or 0) + tonumber(quantity)
  end
  return skus, units
end
