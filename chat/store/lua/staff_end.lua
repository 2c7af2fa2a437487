-- End logins of an account. KEYS: sessions channel. ARGV: account, the beginning of the token's hash ('' for all of them).
-- Answers how many there were.
local ended = 0
for _, token in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(token, 1, #ARGV[2]) == ARGV[2] then
    redis.call('HDEL', KEYS[1], token)
    redis.call('SPUBLISH', KEYS[2], ARGV[1] .. ' ' .. token)
    ended = ended + 1
  end
end
return ended
