-- Decide a case, once. KEYS: ... moderation audit. ARGV: token version staff verdict reason words | the hash that the chain must end in, the
-- entry to add | sanction (kind scope words, or '') seconds permanent (1: until another
-- confirms it) | events history_seconds | undo_seconds decided_seconds | head and
-- tail of a withdrawal. Answers 'decided', version, now; or what keeps from it, and who was first.
local token, version, staff, verdict = unpack(ARGV, 1, 4)
local key = case_key(token)
local events, history = tonumber(ARGV[12]), tonumber(ARGV[13])
local state = field(token, 'state')
if not state then return {'case_unknown', ''} end
if state ~= 'open' then return {'already_decided', field(token, 'by') or ''} end
local claimed_by = field(token, 'claimed_by')
if not claimed_by or tonumber(field(token, 'lease_until')) <= now then return {'not_claimed', ''} end
if claimed_by ~= staff then return {'not_claimed', claimed_by} end
if field(token, 'version') ~= version then return {'stale', ''} end
if not record_decision(KEYS[17], ARGV[7], ARGV[8]) then return {'audit_moved', ''} end
if verdict == 'escalate' then
  redis.call('HSET', key, 'escalated', staff)
  redis.call('HDEL', key, 'claimed_by', 'lease_until')
  return {'decided', changed(token), now}
end
local author = field(token, 'author')
if verdict == 'publish' then
  say_case(token, events, history)
elseif verdict == 'remove' then
  unsay_case(token, ARGV[16], ARGV[17], events, history)
elseif verdict == 'reverse' then
  local first = field(token, 'of')
  redis.call('HSET', case_key(first), 'reversed', 1)
  if field(first, 'verdict') == 'remove' then
    say_case(first, events, history)
  else
    unsay_case(first, ARGV[16], ARGV[17], events, history)
  end
  local record = field(first, 'record')
  if record and redis.call('HGET', SANCTIONS, author) == record then
    lift(author)
    redis.call('HSET', key, 'was', record)
  end
end
if ARGV[9] ~= '' then
  local kind, rest = string.match(ARGV[9], '^(%a+) (.*)$')
  redis.call('HSET', key, 'sanction', kind .. ' ' .. ARGV[10])
  if kind ~= 'warn' then
    local record = kind .. ' ' .. (now + tonumber(ARGV[10])) .. ' ' .. rest
    redis.call('HSET', key, 'was', redis.call('HGET', SANCTIONS, author) or '', 'record', record)
    if ARGV[11] == '1' then redis.call('HSET', key, 'proposed', staff) end
    impose(author, record)
    tell_sanction(author, record)
  end
end
redis.call('HSET', key, 'verdict', verdict, 'reason', ARGV[5], 'words', ARGV[6], 'by', staff, 'decided_at', now)
end_case(token, 'decided')
redis.call('ZADD', DECIDED, now, token)
redis.call('EXPIRE', DECIDED, ARGV[15])
redis.call('EXPIRE', key, ARGV[15])
effect('tell ' .. token, now + tonumber(ARGV[14]))
return {'decided', changed(token), now}
