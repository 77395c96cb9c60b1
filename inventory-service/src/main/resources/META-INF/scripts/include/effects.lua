-- What an order's record says was done: how it was settled, and whether its stock returned afterwards. Each as {effect, by, at, how
-- its units are to those ordered: -1 taken, 1 returned, 0 none}, where `at` is nil if the record does not say; nil if it was not done.
-- A record of a cancelled order says when that was asked for only if the order was confirmed then.
--
-- `record`: status, settledBy, settledAt, cancelRequestedAt, cancelledBy, cancelledAt
local RECORD = { 'status', 'settledBy', 'settledAt', 'cancelRequestedAt', 'cancelledBy', 'cancelledAt' }

local function effects_of(record)
  local status, was_confirmed = record[1], record[4]
  local effect
  if status == 'CONFIRMED' or status == 'CANCELLING' or status == 'CANCELLED' and was_confirmed then
    effect = 'CONFIRMED'
  elseif status == 'REJECTED' or status == 'CANCELLED' and record[2] then
    effect = status
  end
  local settled = effect and { effect, record[2], tonumber(record[3]), effect == 'CONFIRMED' and -1 or 0 } or nil
  local returned = status == 'CANCELLED' and was_confirmed and { status, record[5], tonumber(record[6]), 1 } or nil
  return settled, returned
end
