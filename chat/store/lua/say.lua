-- Say a message once. KEYS: ... refs older buckets... ARGV: head tail id author to events seconds ref_seconds ref limits...
local refs, older, ref = KEYS[12], KEYS[13], ARGV[9]
local head, tail, id, author, to = unpack(ARGV, 1, 5)
local known = answered(refs, older, ref)
if known then return repeated(known) end
local objects = objection(author, to)
if objects then return objects end
local short = draw(14, 10)
if short then return {'limited', unpack(short)} end
local offset = publish(id, author, head, tail, tonumber(ARGV[6]), tonumber(ARGV[7]))
answer(refs, older, ref, id .. ' ' .. offset, tonumber(ARGV[8]))
return {'accepted', id, tostring(offset)}
