-- Count an admission, or only read the counts. KEYS: counts. ARGV: how many to add, seconds a step, seconds that they are kept
-- Answers the counts by step, as a flat list.
local now, width, kept = tonumber(redis.call('TIME')[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if tonumber(ARGV[1]) > 0 then
  redis.call('HINCRBY', KEYS[1], math.floor(now / width), ARGV[1])
  for _, step in ipairs(redis.call('HKEYS', KEYS[1])) do
    if tonumber(step) * width < now - kept then redis.call('HDEL', KEYS[1], step) end
  end
  redis.call('EXPIRE', KEYS[1], kept)
end
return redis.call('HGETALL', KEYS[1])
