-- Turn a session's nonce. KEYS: session sanction. ARGV: hash of the nonce shown, hash of the next one.
-- The old nonce dies when the new one is first shown, so that a lost answer locks nobody out. Answers nil where there is no such
-- session, or one that is being erased, else its batch, whether it is lasting, the seconds left, the sanction that they carry, and the seat.
local nonce, following, batch, lasting, over, seat = unpack(redis.call('HMGET', KEYS[1], 'nonce', 'next', 'batch', 'lasting', 'over', 'seat'))
if not nonce or over then return nil end
if ARGV[1] == following then
  redis.call('HSET', KEYS[1], 'nonce', following)
elseif ARGV[1] ~= nonce then
  return nil
end
redis.call('HSET', KEYS[1], 'next', ARGV[2])
return {batch or '', lasting or '0', redis.call('TTL', KEYS[1]), redis.call('GET', KEYS[2]) or '', seat or ''}
