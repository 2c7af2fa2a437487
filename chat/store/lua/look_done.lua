-- Note how far a room was read, and open the cases that follow, in one step. KEYS: ... moderation second_look. ARGV: holder after to
-- case_seconds, then of each doubtful message: id kind token lang findings(JSON) score salt help (self, other, or ''). Answers how many
-- cases were opened; nil when another has read it meanwhile.
local LOOK = KEYS[17]
local cursor, holder = unpack(redis.call('HMGET', LOOK, 'cursor', 'holder'))
if holder ~= ARGV[1] or (cursor and cursor ~= ARGV[2]) then return nil end
local opened = 0
for i = 5, #ARGV, 8 do
  local id, kind, token, lang, findings, score, salt, help = unpack(ARGV, i, i + 7)
  local offset = redis.call('HGET', IDS, id)
  local event = offset and redis.call('HGET', EVENTS, offset)
  if event then
    local said, _, author = cjson.decode(event), string.match(event, SAID)
    if kind ~= '' and not redis.call('HGET', CASES, id) then
      open_case(token, kind, id, author, ARGV[4], {
        'text', said.text, 'who', string.match(event, '"author":(%b{})'), 'said_at', said.at,
        'lang', lang, 'findings', findings, 'score', score, 'salt', salt,
      })
      opened = opened + 1
    end
    if help ~= '' then redis.call('SPUBLISH', CHANNEL, '!help ' .. author .. ' ' .. help) end
  end
end
redis.call('HSET', LOOK, 'cursor', ARGV[3])
return opened
