-- End what nobody decided in time: held messages as old as the history, and what is left of cases that are no more. KEYS: ... moderation.
-- ARGV: history_seconds decided_seconds. Answers how many lapsed; some hundred at a time.
local lapsed = 0
for _, token in ipairs(redis.call('ZRANGEBYSCORE', QUEUE, '-inf', now - ARGV[1], 'LIMIT', 0, 100)) do
  if not field(token, 'state') then
    redis.call('ZREM', QUEUE, token)
    effect('index ' .. token .. ' 0')
  elseif field(token, 'held') then
    local author = field(token, 'author')
    end_case(token, 'lapsed')
    erase_case(token)
    redis.call('HSET', case_key(token), 'told', 1)
    tell(author, token)
    changed(token)
    lapsed = lapsed + 1
  end
end
redis.call('ZREMRANGEBYSCORE', DECIDED, '-inf', now - ARGV[2])
return lapsed
