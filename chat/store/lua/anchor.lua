-- Add an anchor, if the newest is still the one it was made after. KEYS: anchors audited. ARGV: newest line slug. Answers 1, or 0.
if (redis.call('LINDEX', KEYS[1], -1) or '') ~= ARGV[1] then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
return 1
