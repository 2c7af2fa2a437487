-- Take a room to read on, for a while. KEYS: ... second_look. ARGV: holder lease_seconds count. Answers nil while another has it or nothing is
-- new; else the offset after which it was read, the newest, and the events that follow, nil where void.
local LOOK = KEYS[12]
local cursor, holder, lease = unpack(redis.call('HMGET', LOOK, 'cursor', 'holder', 'lease'))
if holder and holder ~= ARGV[1] and tonumber(lease) > now then return nil end
if redis.call('EXISTS', ROOM) == 0 then return nil end
local first, last = oldest(), newest()
cursor = tonumber(cursor or first - 1)
if cursor > last then cursor = 0 end -- another order than the one that was read
if cursor < first - 1 then
  -- Gone before anybody has read it again: only that is known.
  redis.call('HINCRBY', LOOK, 'unread', first - 1 - cursor)
  cursor = first - 1
  redis.call('HSET', LOOK, 'cursor', cursor)
end
if cursor == last then return nil end
redis.call('HSET', LOOK, 'holder', ARGV[1], 'lease', now + ARGV[2])
local events = {}
local to = math.min(last, cursor + tonumber(ARGV[3]))
for offset = cursor + 1, to do events[#events + 1] = redis.call('HGET', EVENTS, offset) end
return {cursor, last, to, events}
