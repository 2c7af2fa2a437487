-- Take back one's own message. KEYS: ... refs older buckets... ARGV: head tail message author events seconds ref_seconds ref limits...
local refs, older, ref = KEYS[12], KEYS[13], ARGV[8]
local head, tail, message, author = unpack(ARGV, 1, 4)
local known = answered(refs, older, ref)
if known then return repeated(known) end
local offset = redis.call('HGET', IDS, message)
if not offset then return {'unknown_message'} end
local event = redis.call('HGET', EVENTS, offset)
local _, by = string.match(event, SAID)
if by ~= author then return {'not_yours'} end
local short = draw(14, 9)
if short then return {'limited', unpack(short)} end
erase(offset)
local place = append(head, tail, tonumber(ARGV[5]), tonumber(ARGV[6]))
answer(refs, older, ref, message .. ' ' .. place, tonumber(ARGV[7]))
return {'accepted', message, tostring(place)}
