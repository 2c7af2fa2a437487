-- Take back one's own message. KEYS: ... ref buckets... ARGV: head tail message author events seconds ref_seconds limits...
local ref = KEYS[12]
local head, tail, message, author = unpack(ARGV, 1, 4)
local known = redis.call('GET', ref)
if known then return {'accepted', string.match(known, '^(%S+) (%d+)$')} end
local offset = redis.call('HGET', IDS, message)
if not offset then return {'unknown_message'} end
local event = redis.call('HGET', EVENTS, offset)
if string.match(event, '^{"type":"said","offset":%d+,"at":%d+,"id":"[^"]+","author":{"id":"([^"]+)"') ~= author then
  return {'not_yours'}
end
local short = draw(13, 8)
if short then return {'limited', unpack(short)} end
erase(offset)
local place = append(head, tail, tonumber(ARGV[5]), tonumber(ARGV[6]))
redis.call('SET', ref, message .. ' ' .. place, 'EX', ARGV[7])
return {'accepted', message, tostring(place)}
