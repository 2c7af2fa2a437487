-- Say something to the author of a case alone, and keep it with the case. KEYS: ... moderation. ARGV: token word(JSON, its time a `?`) most
-- Answers 'said' and whether they are here; or what keeps from it.
local token = ARGV[1]
local author, state = field(token, 'author'), field(token, 'state')
if not author or (state ~= 'open' and state ~= 'decided') then return {'case_unknown', 0} end
local number = 0
for _, name in ipairs(redis.call('HKEYS', case_key(token))) do
  if string.find(name, '^w:') then number = number + 1 end
end
if number >= tonumber(ARGV[3]) then return {'case_words_many', 0} end
local word = string.gsub(ARGV[2], '"at":0', '"at":' .. now, 1)
redis.call('HSET', case_key(token), 'w:' .. number, word)
redis.call('SPUBLISH', CHANNEL, '!word ' .. author .. ' ' .. word)
changed(token)
return {'said', tonumber(redis.call('ZSCORE', PRESENT, author) or 0) > now and 1 or 0}
