-- Take a case to decide it, renew that, hand it on, or give it back. KEYS: ... moderation. ARGV: token staff seconds (0: give it back)
-- to (whom it is handed to) admin (0 or 1) version ('': whatever it is). Answers 'ok', version and until when; or what keeps from it, and who has it.
local token, staff, seconds, to = unpack(ARGV, 1, 4)
local key = case_key(token)
local state, by, lease, escalated = unpack(redis.call('HMGET', key, 'state', 'claimed_by', 'lease_until', 'escalated'))
if not state then return {'case_unknown', ''} end
if state ~= 'open' then return {'already_decided', redis.call('HGET', key, 'by') or ''} end
if escalated and ARGV[5] == '0' then return {'escalated', ''} end
if ARGV[6] ~= '' and redis.call('HGET', key, 'version') ~= ARGV[6] then return {'stale', ''} end
local taken = by and tonumber(lease) > now
if taken and by ~= staff then return {'already_claimed', by} end
if seconds == '0' then
  if taken then
    redis.call('HDEL', key, 'claimed_by', 'lease_until')
    changed(token)
  end
  return {'ok', redis.call('HGET', key, 'version'), 0}
end
if to ~= '' then
  if not taken then return {'not_claimed', ''} end
  staff = to
end
redis.call('HSET', key, 'claimed_by', staff, 'lease_until', now + seconds)
if not taken or to ~= '' then changed(token) end
return {'ok', redis.call('HGET', key, 'version'), now + seconds}
