-- Write what words bring back, and have it expire. KEYS: words. ARGV: seconds, 1 where it has to be there already, fields and values...
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return redis.call('EXPIRE', KEYS[1], ARGV[1])
