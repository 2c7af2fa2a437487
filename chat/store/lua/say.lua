-- Say a message once. KEYS: ... ref pace. ARGV: head tail id author to slow events seconds ref_seconds
local ref, pace = KEYS[11], KEYS[12]
local head, tail, id, author, to = unpack(ARGV, 1, 5)
local known = redis.call('GET', ref)
if known then return {'accepted', string.match(known, '^(%S+) (%d+)$')} end
if redis.call('EXISTS', ROOM) == 0 then return {'room_closed'} end
if to ~= '' and redis.call('HEXISTS', IDS, to) == 0 then return {'unknown_message'} end
local slow = tonumber(ARGV[6])
if slow > 0 and not redis.call('SET', pace, 1, 'PX', slow * 1000, 'NX') then
  return {'slow_mode', redis.call('PTTL', pace)}
end
local offset = append(head, tail, tonumber(ARGV[7]), tonumber(ARGV[8]))
redis.call('HSET', IDS, id, offset)
redis.call('HINCRBY', VOICES, author, 1)
redis.call('EXPIRE', IDS, ARGV[8])
redis.call('EXPIRE', VOICES, ARGV[8])
redis.call('SET', ref, id .. ' ' .. offset, 'EX', ARGV[9])
return {'accepted', id, tostring(offset)}
