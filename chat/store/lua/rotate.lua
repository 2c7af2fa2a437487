-- Turn a session's nonce. KEYS: session. ARGV: hash of the nonce shown, hash of the next one.
-- The old nonce dies when the new one is first shown, so that a lost answer locks nobody out.
local nonce, following = unpack(redis.call('HMGET', KEYS[1], 'nonce', 'next'))
if not nonce then return 0 end
if ARGV[1] == following then
  redis.call('HSET', KEYS[1], 'nonce', following)
elseif ARGV[1] ~= nonce then
  return 0
end
redis.call('HSET', KEYS[1], 'next', ARGV[2])
return 1
