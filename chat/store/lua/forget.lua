-- Erase somebody. KEYS: ... moderation refs older buckets... ARGV: author before span head tail events seconds. Looks through `span` offsets at most,
-- downwards from before `before` (0: the newest); `head` and `tail` are those of a withdrawal, with a `?` where the message is named.
-- Answers how many messages are gone, and the offset before which to go on, 0 when all is done.
local author, before, span, head, tail = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
redis.call('UNLINK', unpack(KEYS, 17))
-- What moderators have of them goes too, and with it the time to contest it.
local about, reported = PREFIX .. 'cases-of:' .. author, PREFIX .. 'reports-by:' .. author
for _, token in ipairs(redis.call('ZRANGE', about, 0, -1)) do
  local state = field(token, 'state')
  if state then
    if state == 'open' then end_case(token, 'withdrawn') end
    erase_case(token)
    redis.call('HDEL', case_key(token), 'author')
    changed(token)
  end
end
for _, token in ipairs(redis.call('ZRANGE', reported, 0, -1)) do
  if redis.call('HDEL', case_key(token), 'r:' .. author) == 1 then changed(token) end
end
redis.call('HDEL', REPORTERS, author)
redis.call('UNLINK', about, reported)
local voices = redis.call('HEXISTS', VOICES, author) == 1
if not voices and redis.call('HEXISTS', PEOPLE, author) == 0 and not redis.call('ZSCORE', PRESENT, author) then return {0, 0} end
-- First of all they can say no more, and whoever serves them closes their connection: what is found below is then all there is.
forget(author)
redis.call('ZREM', PRESENT, author)
redis.call('SPUBLISH', CHANNEL, '!ended ' .. author .. ' ' .. 'session_erased')
if not voices then return {0, 0} end
local gone = {}
before = walk(author, before, span, function(offset, _, id)
  gone[#gone + 1] = id
  erase(offset)
end)
-- One withdrawal a message, numbered like all that is said: it reaches those, too, who are away for the moment.
for _, id in ipairs(gone) do append(head, (string.gsub(tail, '?', id)), tonumber(ARGV[6]), tonumber(ARGV[7])) end
return {#gone, before}
