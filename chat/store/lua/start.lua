-- Begin a session; whoever had one as the same person has it no longer. KEYS: session, mark of what it is given for. ARGV: hash of the
-- nonce, batch, lasting (0 or 1), seconds, once, seat ('' for members)
-- `once`: '' always, 'alone' unless there is this session already, else the seconds for which the mark refuses another one.
-- Answers 1, or 0 where it was not begun.
local once = ARGV[5]
if once == 'alone' then
  if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
elseif once ~= '' and not redis.call('SET', KEYS[2], 1, 'NX', 'EX', once) then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'nonce', ARGV[1], 'batch', ARGV[2], 'lasting', ARGV[3])
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'seat', ARGV[6]) end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
