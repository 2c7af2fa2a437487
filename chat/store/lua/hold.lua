-- Say a message of which a case is opened, once. KEYS: ... moderation refs older buckets... ARGV: head tail id author to events seconds
-- ref_seconds ref held (1: nobody sees it until it is decided) token kind case_seconds held_most fields (how many) field value... limits...
local refs, older, ref = KEYS[17], KEYS[18], ARGV[9]
local head, tail, id, author, to = unpack(ARGV, 1, 5)
local held, token, kind = ARGV[10] == '1', ARGV[11], ARGV[12]
local known = answered(refs, older, ref)
if known then return repeated(known) end
local objects = objection(author, to)
-- A cry for help of somebody who is muted, or writes too fast, is held rather than refused: moderators see it.
local cry = kind == 'distress'
if objects and not (cry and objects[1] == 'limited') then return objects end
local fields = 2 * tonumber(ARGV[15])
local short = not objects and draw(19, 16 + fields)
if short and not cry then return {'limited', unpack(short)} end
held = held or (objects or short) and true
if held then
  local waiting = 0
  for _, other in ipairs(redis.call('ZRANGE', PREFIX .. 'cases-of:' .. author, 0, -1)) do
    if field(other, 'state') == 'open' and field(other, 'held') then waiting = waiting + 1 end
  end
  if waiting >= tonumber(ARGV[14]) then return {'held_many'} end
end
local facts = {unpack(ARGV, 16, 15 + fields)}
if held then
  for _, fact in ipairs({'held', 1, 'head', head, 'tail', tail}) do facts[#facts + 1] = fact end
  open_case(token, kind, id, author, ARGV[13], facts)
  answer(refs, older, ref, id .. ' ~' .. token, tonumber(ARGV[8]))
  return {'held', id, token}
end
local offset = publish(id, author, head, tail, tonumber(ARGV[6]), tonumber(ARGV[7]))
facts[#facts + 1], facts[#facts + 2] = 'said_at', now
open_case(token, kind, id, author, ARGV[13], facts)
answer(refs, older, ref, id .. ' ' .. offset, tonumber(ARGV[8]))
return {'accepted', id, tostring(offset)}
