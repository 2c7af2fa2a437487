-- List the logins of an account. ARGV: now, idle seconds, seconds at most. Answers hash, begun, seen, hash…
local now, idle, lasts, found = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), {}
for _, token in ipairs(redis.call('HKEYS', KEYS[2])) do
  local begun, seen = alive(token, now, idle, lasts)
  if begun then
    found[#found + 1] = token
    found[#found + 1] = begun
    found[#found + 1] = seen
  end
end
return found
