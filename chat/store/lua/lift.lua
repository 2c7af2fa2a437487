-- End a sanction. KEYS: ... ARGV: author. Answers 1, or nil where there is none.
-- One for the whole community leaves a note until its end: whoever carries it elsewhere hears of it when they come back here.
local record = redis.call('HGET', SANCTIONS, ARGV[1])
local kind, ends, scope = string.match(record or '', '^(%a+) (%d+) (%a+) ')
if not kind or kind == 'lifted' then return nil end
local lifted = 'lifted ' .. ends .. ' ' .. scope .. ' '
if scope == 'all' then
  redis.call('HSET', SANCTIONS, ARGV[1], lifted)
else
  redis.call('HDEL', SANCTIONS, ARGV[1])
end
redis.call('SPUBLISH', CHANNEL, '!sanctioned ' .. ARGV[1] .. ' ' .. lifted)
return 1
