-- Begin a session. KEYS: session. ARGV: hash of the nonce, batch, lasting (0 or 1), seconds
redis.call('HSET', KEYS[1], 'nonce', ARGV[1], 'batch', ARGV[2], 'lasting', ARGV[3])
return redis.call('EXPIRE', KEYS[1], ARGV[4])
