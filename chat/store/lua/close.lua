-- Erase a room and its cases, but not the chain of decisions. KEYS: ... moderation second_look
redis.call('SPUBLISH', CHANNEL, '!closed')
for _, list in ipairs({QUEUE, DECIDED}) do
  for _, token in ipairs(redis.call('ZRANGE', list, 0, -1)) do redis.call('UNLINK', case_key(token)) end
end
redis.call('UNLINK', unpack(KEYS, 1, 10))
redis.call('UNLINK', unpack(KEYS, 12, 17))
return 1
