-- Know somebody of the staff by their login. ARGV: now, idle seconds, seconds at most, hash of the token, 1 where they do something.
-- Answers nil, or name, role, when it began and was last used, and the seed of who they are in rooms.
local now, idle, lasts, token = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local begun, seen = alive(token, now, idle, lasts)
local name, role, seed = unpack(redis.call('HMGET', KEYS[1], 'name', 'role', 'seed'))
if not begun or not role then return nil end
if ARGV[5] == '1' and now > seen then
  seen = now
  redis.call('HSET', KEYS[2], token, begun .. ' ' .. seen)
end
return {name, role, begun, seen, seed}
