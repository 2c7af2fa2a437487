-- Lift a sanction, and say so in the chain. KEYS: ... moderation audit. ARGV: author | the hash that the chain must end in, the entry to add
-- Answers 'lifted'; or what keeps from it.
local record = redis.call('HGET', SANCTIONS, ARGV[1])
local kind, ends, scope = string.match(record or '', '^(%a+) (%d+) (%a+) ')
if not kind or kind == 'lifted' then return {'sanction_unknown', ''} end
if not record_decision(KEYS[17], ARGV[2], ARGV[3]) then return {'audit_moved', ''} end
if scope == 'all' then impose(ARGV[1], 'lifted ' .. ends .. ' all ') else impose(ARGV[1], '') end
tell_sanction(ARGV[1], 'lifted ' .. ends .. ' ' .. scope .. ' ')
return {'lifted', ''}
