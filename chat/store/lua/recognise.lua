-- Know a session again without turning its nonce. KEYS: session sanction. ARGV: hash of the nonce shown, 1 to let nobody in
-- under it any more.
-- Answers nil where there is no such session, else its batch, whether it is lasting, the seconds left, the sanction that they carry, and the seat.
local nonce, following, batch, lasting, seat = unpack(redis.call('HMGET', KEYS[1], 'nonce', 'next', 'batch', 'lasting', 'seat'))
if not nonce then return nil end
if ARGV[1] == following then
  redis.call('HSET', KEYS[1], 'nonce', following)
  redis.call('HDEL', KEYS[1], 'next')
elseif ARGV[1] ~= nonce then
  return nil
end
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'over', 1) end
return {batch or '', lasting or '0', redis.call('TTL', KEYS[1]), redis.call('GET', KEYS[2]) or '', seat or ''}
