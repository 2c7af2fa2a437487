-- Open an account. KEYS: names account codes. ARGV: folded name, account, most accounts, hashes of recovery codes... '' field value...
-- Answers the code of what is wrong, or nil.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'account_exists' end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 'accounts_many' end
local i = 4
while ARGV[i] ~= '' do
  redis.call('SADD', KEYS[3], ARGV[i])
  i = i + 1
end
redis.call('HSET', KEYS[2], unpack(ARGV, i + 1))
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return nil
