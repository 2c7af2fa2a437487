-- Tell those whom a decision concerns, once it can't be undone any more, and remember who reported rightly. KEYS: ... moderation. ARGV: token
-- undo_seconds. Answers 1 when it is told, 0 when it is too early.
local token = ARGV[1]
if field(token, 'state') ~= 'decided' or field(token, 'told') then return 1 end
if field(token, 'decided_at') + ARGV[2] > now then return 0 end
redis.call('HSET', case_key(token), 'told', 1)
local author, followed = field(token, 'author'), field(token, 'verdict') == 'remove'
if author then tell(author, token) end
for _, name in ipairs(redis.call('HKEYS', case_key(token))) do
  local reporter = string.match(name, '^r:(.*)$')
  if reporter then
    local right, wrong = string.match(redis.call('HGET', REPORTERS, reporter) or '0 0', '^(%d+) (%d+)$')
    if followed then right = right + 1 else wrong = wrong + 1 end
    redis.call('HSET', REPORTERS, reporter, string.format('%d %d', right, wrong))
    tell(reporter, token)
  end
end
changed(token)
return 1
