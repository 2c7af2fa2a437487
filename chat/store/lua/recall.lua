-- Take back a message that is held. KEYS: ... moderation refs older. ARGV: message author ref_seconds ref
-- Answers as `withdraw` does; nil where no such message is held.
local refs, older, ref = KEYS[17], KEYS[18], ARGV[4]
local known = answered(refs, older, ref)
if known then return repeated(known) end
local token = redis.call('HGET', CASES, ARGV[1])
if not token or not field(token, 'held') then return nil end
if field(token, 'author') ~= ARGV[2] then return {'not_yours'} end
end_case(token, 'withdrawn')
erase_case(token)
changed(token)
answer(refs, older, ref, ARGV[1] .. ' 0', tonumber(ARGV[3]))
return {'accepted', ARGV[1], '0'}
