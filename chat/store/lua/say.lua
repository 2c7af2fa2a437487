-- Say a message once. KEYS: ... ref buckets... ARGV: head tail id author to events seconds ref_seconds limits...
local ref = KEYS[12]
local head, tail, id, author, to = unpack(ARGV, 1, 5)
local known = redis.call('GET', ref)
if known then return {'accepted', string.match(known, '^(%S+) (%d+)$')} end
if redis.call('EXISTS', ROOM) == 0 then return {'room_closed'} end
if to ~= '' and redis.call('HEXISTS', IDS, to) == 0 then return {'unknown_message'} end
local kind, left = sanctioned(author)
if kind then return {'limited', kind == 'mute' and 'muted' or 'excluded', left * 1000} end
local short = draw(13, 9)
if short then return {'limited', unpack(short)} end
local offset = append(head, tail, tonumber(ARGV[6]), tonumber(ARGV[7]))
redis.call('HSET', IDS, id, offset)
redis.call('HINCRBY', VOICES, author, 1)
redis.call('EXPIRE', IDS, ARGV[7])
redis.call('EXPIRE', VOICES, ARGV[7])
redis.call('SET', ref, id .. ' ' .. offset, 'EX', ARGV[8])
return {'accepted', id, tostring(offset)}
