-- Confirm for good the exclusion that another member of staff proposed. KEYS: ... moderation audit. ARGV: token staff seconds | the hash that
-- the chain must end in, the entry to add. Answers 'confirmed'; or what keeps from it, and who proposed it.
local token, staff = ARGV[1], ARGV[2]
local author, record, proposed = field(token, 'author'), field(token, 'record'), field(token, 'proposed')
if not author or not proposed or redis.call('HGET', SANCTIONS, author) ~= record then return {'sanction_unknown', ''} end
if proposed == staff then return {'same_person', staff} end
if not record_decision(KEYS[17], ARGV[4], ARGV[5]) then return {'audit_moved', ''} end
local kind, rest = string.match(record, '^(%a+) %d+ (.*)$')
record = kind .. ' ' .. (now + ARGV[3]) .. ' ' .. rest
redis.call('HSET', case_key(token), 'record', record, 'sanction', kind .. ' ' .. ARGV[3])
redis.call('HDEL', case_key(token), 'proposed')
impose(author, record)
tell_sanction(author, record)
changed(token)
return {'confirmed', ''}
