-- Take one of the entries of this minute, or give it back. KEYS: taken. ARGV: how many there are; 0: give one back
-- Answers 0, or the seconds until there are entries again.
local most = tonumber(ARGV[1])
if most == 0 then
  if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end
  return 0
end
if tonumber(redis.call('GET', KEYS[1]) or 0) >= most then return math.max(1, redis.call('TTL', KEYS[1])) end
if redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], 60) end
return 0
