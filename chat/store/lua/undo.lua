-- Undo a decision of one's own, while nobody was told of it. KEYS: ... moderation audit. ARGV: token staff undo_seconds | the hash that the
-- chain must end in, the entry to add | events history_seconds | lease_seconds case_seconds | head and tail of a withdrawal
-- Answers 'undone' and the version; or what keeps from it, and who decided.
local token, staff = ARGV[1], ARGV[2]
local key = case_key(token)
local events, history = tonumber(ARGV[6]), tonumber(ARGV[7])
local state, by, verdict = field(token, 'state'), field(token, 'by'), field(token, 'verdict')
if not state then return {'case_unknown', ''} end
if state ~= 'decided' then return {'not_decided', ''} end
if by ~= staff then return {'not_your_decision', by} end
if field(token, 'told') or field(token, 'decided_at') + ARGV[3] < now then return {'too_late', by} end
if not record_decision(KEYS[17], ARGV[4], ARGV[5]) then return {'audit_moved', ''} end
local author, message, held = field(token, 'author'), field(token, 'message'), field(token, 'held')
if verdict == 'publish' then
  unsay_case(token, ARGV[10], ARGV[11], events, history)
elseif verdict == 'remove' and not held then
  say_case(token, events, history)
elseif verdict == 'reverse' then
  local first = field(token, 'of')
  redis.call('HDEL', case_key(first), 'reversed')
  if field(first, 'verdict') == 'remove' then
    unsay_case(first, ARGV[10], ARGV[11], events, history)
  else
    say_case(first, events, history)
  end
end
local was, record = field(token, 'was'), field(token, 'record')
local current = redis.call('HGET', SANCTIONS, author) or ''
if string.find(current, '^lifted') then current = '' end
if was and current == (record or '') then
  if was == '' then
    lift(author)
  else
    impose(author, was)
    tell_sanction(author, was)
  end
end
redis.call('HDEL', key, 'verdict', 'reason', 'words', 'by', 'decided_at', 'sanction', 'record', 'was', 'proposed')
redis.call('HSET', key, 'state', 'open', 'claimed_by', staff, 'lease_until', now + ARGV[8])
redis.call('EXPIRE', key, ARGV[9])
redis.call('ZREM', DECIDED, token)
redis.call('ZADD', QUEUE, field(token, 'opened_at'), token)
redis.call('HSETNX', CASES, message, token)
redis.call('ZREM', EFFECTS, 'tell ' .. token)
return {'undone', changed(token)}
