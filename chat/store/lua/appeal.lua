-- Contest a decision, once, while its time lasts. KEYS: ... moderation. ARGV: of (token of the decided case) author ('': by receipt) text token
-- window_seconds decided_seconds. Answers 'appealed' and the new case's token; or what keeps from it.
local of, text, token = ARGV[1], ARGV[3], ARGV[4]
local key = case_key(of)
local author, verdict, kind = field(of, 'author'), field(of, 'verdict'), field(of, 'kind')
if not author or (ARGV[2] ~= '' and ARGV[2] ~= author) then return {'case_unknown'} end
if field(of, 'appealed') then return {'appealed', field(of, 'appealed')} end
if not field(of, 'told') or kind == 'appeal' or (verdict ~= 'remove' and not field(of, 'sanction')) then return {'not_appealable'} end
if field(of, 'decided_at') + ARGV[5] < now then return {'appeal_late'} end
local facts = {'of', of, 'appeal', text}
for _, name in ipairs({'text', 'who', 'lang', 'findings', 'said_at'}) do
  local value = field(of, name)
  if value then
    facts[#facts + 1] = name
    facts[#facts + 1] = value
  end
end
open_case(token, 'appeal', field(of, 'message'), author, ARGV[6], facts)
redis.call('HSET', key, 'appealed', token)
-- What it is about must last as long as the appeal.
redis.call('EXPIRE', key, ARGV[6])
return {'appealed', token}
