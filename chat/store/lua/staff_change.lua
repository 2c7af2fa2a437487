-- Change an account, and end its logins. KEYS: account sessions codes channel. ARGV: account, hashes of new recovery codes... '' field
-- value...
-- Answers 1, or 0 where there is no such account any more.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local i = 2
if ARGV[i] ~= '' then redis.call('DEL', KEYS[3]) end
while ARGV[i] ~= '' do
  redis.call('SADD', KEYS[3], ARGV[i])
  i = i + 1
end
redis.call('HSET', KEYS[1], unpack(ARGV, i + 1))
redis.call('DEL', KEYS[2])
redis.call('SPUBLISH', KEYS[4], ARGV[1] .. ' *')
return 1
