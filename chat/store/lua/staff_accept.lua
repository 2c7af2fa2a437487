-- Log in, with what was found right. ARGV: now, idle seconds, seconds at most, most logins of one account, hash of the token, hash
-- of the password as it was read, factor ('', 'step' or 'code'), its step or the hash of the recovery code. KEYS also: codes.
-- That a factor is used and that somebody is logged in by it is one step: of two who show the same code, one is. Answers 'accepted',
-- 'used' (the factor was, or is none of this account's), or 'changed' (the account is no more as it was read).
local now, idle, lasts, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local password, totp, step = unpack(redis.call('HMGET', KEYS[1], 'password', 'totp', 'step'))
if password ~= ARGV[6] or (totp ~= '') ~= (ARGV[7] ~= '') then return 'changed' end
if ARGV[7] == 'step' then
  if tonumber(ARGV[8]) <= tonumber(step or 0) then return 'used' end
  redis.call('HSET', KEYS[1], 'step', ARGV[8])
elseif ARGV[7] == 'code' and redis.call('SREM', KEYS[3], ARGV[8]) == 0 then
  return 'used'
end
local eldest, since, count = nil, nil, 0
for _, token in ipairs(redis.call('HKEYS', KEYS[2])) do
  local _, seen = alive(token, now, idle, lasts)
  if seen then
    count = count + 1
    if not since or seen < since then eldest, since = token, seen end
  end
end
if count >= most then redis.call('HDEL', KEYS[2], eldest) end
redis.call('HSET', KEYS[2], ARGV[5], now .. ' ' .. now)
redis.call('EXPIRE', KEYS[2], lasts)
return 'accepted'
