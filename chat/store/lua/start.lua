-- Begin a session. KEYS: session. ARGV: hash of the nonce, seconds
redis.call('HSET', KEYS[1], 'nonce', ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[2])
