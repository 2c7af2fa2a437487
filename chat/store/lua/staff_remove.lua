-- Remove an account, with all that is its own. KEYS: names account codes sessions channel. ARGV: folded name, account.
-- Answers 1, or 0 where there is no such account any more.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
redis.call('SPUBLISH', KEYS[5], ARGV[2] .. ' *')
return 1
