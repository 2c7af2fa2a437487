-- Keep the room's presence and history true. ARGV: history_seconds present_seconds grace_seconds names_seconds
-- here... '' left...; a `+` before one marks the staff
-- Answers epoch, newest, oldest, how many are present, those of them who have written something visible, in JSON, and who is excluded
-- (author, record, author…).
expire(tonumber(ARGV[1]))
local alive, grace = now + tonumber(ARGV[2]), now + tonumber(ARGV[3])
local i = 5
while ARGV[i] ~= '' do
  local mark, author = string.match(ARGV[i], '^(%+?)(.*)$')
  redis.call('ZADD', PRESENT, alive, author)
  -- The staff are seen though they say nothing: they count as having written, without a message.
  if mark == '+' and redis.call('HSETNX', VOICES, author, 0) == 1 and redis.call('TTL', VOICES) < 0 then
    redis.call('EXPIRE', VOICES, ARGV[1])
  end
  i = i + 1
end
if i > 5 then redis.call('EXPIRE', PRESENT, ARGV[2]) end
for j = i + 1, #ARGV do redis.call('ZADD', PRESENT, 'XX', 'LT', grace, ARGV[j]) end
redis.call('ZREMRANGEBYSCORE', PRESENT, '-inf', now)
-- Whoever could not come back under the same session is forgotten, unless they never left or can still be read.
for _, author in ipairs(redis.call('ZRANGEBYSCORE', KNOWN, '-inf', now, 'LIMIT', 0, 500)) do
  if counts(author) then redis.call('ZADD', KNOWN, hour_after(3600), author) else forget(author) end
end
remember(ARGV[4])
local sanctions, excluded = redis.call('HGETALL', SANCTIONS), {}
for k = 1, #sanctions, 2 do
  local kind, ends = string.match(sanctions[k + 1], '^(%a+) (%d+)')
  if tonumber(ends) <= now then
    redis.call('HDEL', SANCTIONS, sanctions[k])
  elseif kind == 'exclude' then
    excluded[#excluded + 1] = sanctions[k]
    excluded[#excluded + 1] = sanctions[k + 1]
  end
end
local named = {}
for _, author in ipairs(redis.call('HKEYS', VOICES)) do
  if #named == 200 then break end
  if redis.call('ZSCORE', PRESENT, author) then
    named[#named + 1] = string.match(redis.call('HGET', PEOPLE, author) or '', '\n(.*)$')
  elseif redis.call('HGET', VOICES, author) == '0' then
    redis.call('HDEL', VOICES, author)
  end
end
return {redis.call('HGET', LOG, 'epoch') or '', newest(), oldest(), redis.call('ZCARD', PRESENT), named, excluded}
