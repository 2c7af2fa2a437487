-- Prepended to what looks at logins. KEYS: account sessions, then the script's own.
-- Tell when a login began and was last used, or nil once it is over: then it is erased.
local function alive(token, now, idle, lasts)
  local begun, seen = string.match(redis.call('HGET', KEYS[2], token) or '', '^(%d+) (%d+)$')
  begun, seen = tonumber(begun), tonumber(seen)
  if not begun then return nil end
  if now >= begun + lasts or now >= seen + idle then
    redis.call('HDEL', KEYS[2], token)
    return nil
  end
  return begun, seen
end
