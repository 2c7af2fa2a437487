-- Read events, a thousand at most: Lua's stack holds no more than some thousands. ARGV: from to. Without `from`, the newest `to`. Answers epoch, newest, oldest, the first offset read, and the events, nil where void.
local first, last = oldest(), newest()
local from, to = tonumber(ARGV[1]), tonumber(ARGV[2])
if not from then from, to = last - to + 1, last end
from, to = math.max(from, first), math.min(to, last)
to = math.min(to, from + 999)
local events = {}
if from <= to then
  local offsets = {}
  for offset = from, to do offsets[#offsets + 1] = offset end
  events = redis.call('HMGET', EVENTS, unpack(offsets))
end
return {redis.call('HGET', LOG, 'epoch') or '', last, first, from, events}
