-- Take back a try that was none: what was shown was right, as far as it went. KEYS: tries of this name.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'count', -1)
  redis.call('HSET', KEYS[1], 'until', 0)
end
return 0
