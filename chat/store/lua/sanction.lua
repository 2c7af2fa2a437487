-- Keep somebody from writing or from coming in, and tell whoever has them. KEYS: ... ARGV: author-or-message kind seconds scope reason
-- Answers 'sanctioned' and the author id.
local author, kind, ends = ARGV[1], ARGV[2], now + tonumber(ARGV[3])
if redis.call('EXISTS', ROOM) == 0 then return {'room_unknown', ''} end
local offset = redis.call('HGET', IDS, author)
if offset then
  author = string.match(redis.call('HGET', EVENTS, offset), '"author":{"id":"([^"]+)"')
elseif not redis.call('ZSCORE', KNOWN, author) and redis.call('HEXISTS', SANCTIONS, author) == 0 then
  return {'author_unknown', ''}
end
if redis.call('HLEN', SANCTIONS) >= 500 and redis.call('HEXISTS', SANCTIONS, author) == 0 then return {'sanctions_many', ''} end
local record = kind .. ' ' .. ends .. ' ' .. ARGV[4] .. ' ' .. ARGV[5]
impose(author, record)
tell_sanction(author, record)
return {'sanctioned', author}
