-- Let a case stand in one queue and in no other. KEYS: claimed, then of each queue: order age. ARGV: case which (the number of its queue,
-- from 1; 0: it is no more) rank at claimed_by ('': nobody)
local case, which = ARGV[1], tonumber(ARGV[2])
for queue = 1, (#KEYS - 1) / 2 do
  local order, age = KEYS[2 * queue], KEYS[2 * queue + 1]
  if queue == which then
    redis.call('ZADD', order, ARGV[3], case)
    redis.call('ZADD', age, ARGV[4], case)
  else
    redis.call('ZREM', order, case)
    redis.call('ZREM', age, case)
  end
end
if ARGV[5] == '' then redis.call('HDEL', KEYS[1], case) else redis.call('HSET', KEYS[1], case, ARGV[5]) end
return 1
