-- Seat a member under a name nobody else bears here. ARGV: author skeleton person(JSON) present_seconds
-- Answers the person as registered (a name once taken stays while something of theirs is in the room), the connection's seat,
-- epoch, newest offset, and how many are present.
local author, skeleton, person = unpack(ARGV, 1, 3)
if redis.call('EXISTS', ROOM) == 0 then return {'room_closed'} end
local registered = redis.call('HGET', PEOPLE, author)
if registered then
  person = string.match(registered, '\n(.*)$')
elseif person == '' then
  return {'name_needed'}
else
  local bearer = redis.call('HGET', NAMES, skeleton)
  if bearer then
    local until_when = tonumber(redis.call('ZSCORE', PRESENT, bearer) or 0)
    if until_when <= now then redis.call('ZREM', PRESENT, bearer) end
    forget(bearer)
    if redis.call('HEXISTS', NAMES, skeleton) == 1 then return {'name_taken'} end
  end
  redis.call('HSET', NAMES, skeleton, author)
  redis.call('HSET', PEOPLE, author, skeleton .. '\n' .. person)
end
redis.call('ZADD', PRESENT, now + tonumber(ARGV[4]), author)
local seat = redis.call('HINCRBY', LOG, 'seats', 1)
-- The newest of two tabs wins; the process that has the older one hears of it.
redis.call('SPUBLISH', CHANNEL, '!opened ' .. author .. ' ' .. seat)
return {'seated', person, tostring(seat), redis.call('HGET', LOG, 'epoch'), tostring(newest()), redis.call('ZCARD', PRESENT)}
