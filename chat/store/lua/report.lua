-- Report somebody's message, once. KEYS: ... moderation refs older slow bucket. ARGV: message reporter words(JSON) token case_seconds
-- ref_seconds ref trusted_weight salt limits...
-- Whoever was often wrong weighs less, and draws from the slow bucket too.
local refs, older, ref = KEYS[17], KEYS[18], ARGV[7]
local message, reporter, words, token = unpack(ARGV, 1, 4)
local known = answered(refs, older, ref)
if known then return repeated(known) end
local objects = objection(reporter, message)
if objects and objects[1] ~= 'limited' then return objects end
local event = redis.call('HGET', EVENTS, redis.call('HGET', IDS, message))
local _, author = string.match(event, SAID)
if author == reporter then return {'own_message'} end
local right, wrong = string.match(redis.call('HGET', REPORTERS, reporter) or '0 0', '^(%d+) (%d+)$')
local weight = 2 * (right + 1) / (right + wrong + 2)
local trusted = weight >= tonumber(ARGV[8])
local short = draw(trusted and 20 or 19, trusted and 13 or 10)
if short then return {'limited', unpack(short)} end
local open = redis.call('HGET', CASES, message)
if open then
  token = open
  -- The text of a case that the second look opened is reported now: people come before likelihoods.
  if field(token, 'kind') == 'second_look' then redis.call('HSET', case_key(token), 'kind', 'reported') end
else
  local said = cjson.decode(event)
  open_case(token, 'reported', message, author, ARGV[5], {'text', said.text, 'who', string.match(event, '"author":(%b{})'), 'said_at', said.at, 'salt', ARGV[9]})
end
redis.call('HSET', case_key(token), 'r:' .. reporter, string.format('%.2f ', weight) .. words)
note(PREFIX .. 'reports-by:' .. reporter, token, ARGV[5])
changed(token)
answer(refs, older, ref, message .. ' 0', tonumber(ARGV[6]))
return {'accepted', message, '0'}
