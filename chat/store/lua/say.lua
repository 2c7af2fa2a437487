-- Say a message once. KEYS: ... refs older buckets... ARGV: head tail id author to events seconds ref_seconds ref limits...
local refs, older, ref = KEYS[12], KEYS[13], ARGV[9]
local head, tail, id, author, to = unpack(ARGV, 1, 5)
local known = answered(refs, older, ref)
if known then return {'accepted', string.match(known, '^(%S+) (%d+)$')} end
-- Whoever is erased, or has lost their name while the store was away, says nothing more.
if redis.call('HEXISTS', PEOPLE, author) == 0 then
  return {redis.call('EXISTS', ROOM) == 0 and 'room_closed' or 'not_seated'}
end
if to ~= '' and redis.call('HEXISTS', IDS, to) == 0 then return {'unknown_message'} end
local kind, left = sanctioned(author)
if kind then return {'limited', kind == 'mute' and 'muted' or 'excluded', left * 1000} end
local short = draw(14, 10)
if short then return {'limited', unpack(short)} end
local offset = append(head, tail, tonumber(ARGV[6]), tonumber(ARGV[7]))
redis.call('HSET', IDS, id, offset)
redis.call('HINCRBY', VOICES, author, 1)
redis.call('EXPIRE', IDS, ARGV[7])
redis.call('EXPIRE', VOICES, ARGV[7])
answer(refs, older, ref, id .. ' ' .. offset, tonumber(ARGV[8]))
return {'accepted', id, tostring(offset)}
