-- Add an anchor, if the newest is still the one it was made after. KEYS: anchors audited. ARGV: newest line slug n
-- Answers 1 when the room is anchored up to `n`, by this or before, else 0.
if tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or 0) >= tonumber(ARGV[4]) then return 1 end
if (redis.call('LINDEX', KEYS[1], -1) or '') ~= ARGV[1] then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return 1
