-- Try a login. KEYS: tries of this name, tried by anybody. ARGV: now (ms), whether the device is known (0 or 1), burst, tokens a
-- minute, reserve (tokens that only known devices may take), free (tries without a delay), the longest delay (s), seconds to remember.
-- The try is counted before it is known whether it succeeds: a hundred at once count as a hundred. Answers 0, or the ms to wait.
local now, reserve = tonumber(ARGV[1]), ARGV[2] == '1' and 0 or tonumber(ARGV[5])
local until_ = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if until_ > now then return until_ - now end
local burst, per_ms = tonumber(ARGV[3]), tonumber(ARGV[4]) / 60000
local tokens, at = unpack(redis.call('HMGET', KEYS[2], 'tokens', 'at'))
tokens = math.min(burst, tonumber(tokens or burst) + math.max(0, now - tonumber(at or now)) * per_ms)
if tokens < reserve + 1 then return math.ceil((reserve + 1 - tokens) / per_ms) end
redis.call('HSET', KEYS[2], 'tokens', tostring(tokens - 1), 'at', now)
redis.call('EXPIRE', KEYS[2], math.ceil(burst / per_ms / 1000))
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
local over = count - tonumber(ARGV[6])
local delay = over > 0 and math.min(2 ^ math.min(over, 30), tonumber(ARGV[7])) or 0
redis.call('HSET', KEYS[1], 'until', now + math.floor(delay * 1000))
redis.call('EXPIRE', KEYS[1], ARGV[8])
return 0
