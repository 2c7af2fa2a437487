-- Lift a sanction, and say so in the chain. KEYS: ... moderation audit. ARGV: author | the hash that the chain must end in, the entry to add
-- Answers 'lifted'; or what keeps from it.
local kind = string.match(redis.call('HGET', SANCTIONS, ARGV[1]) or 'lifted', '^%a+')
if kind == 'lifted' then return {'sanction_unknown', ''} end
if not record_decision(KEYS[17], ARGV[2], ARGV[3]) then return {'audit_moved', ''} end
lift(ARGV[1])
return {'lifted', ''}
