-- Seat a member under a name nobody else bears here. ARGV: author skeleton person(JSON) present_seconds
-- known_seconds names_seconds lasting (0 or 1) known_most staff (0 or 1)
-- Answers the person as known here (a name once taken is theirs until they are forgotten), the connection's seat, epoch, newest
-- offset, how many are present, the sanction that is on them, the cases about them and those that they reported.
local author, skeleton, person = unpack(ARGV, 1, 3)
if redis.call('EXISTS', ROOM) == 0 then return {'room_closed'} end
local kind = sanctioned(author)
if kind == 'exclude' then return {'excluded', redis.call('HGET', SANCTIONS, author)} end
if redis.call('HGET', ROOM, 'locked') and ARGV[7] == '0' and not redis.call('ZSCORE', KNOWN, author) then return {'known_only'} end
local registered = redis.call('HGET', PEOPLE, author)
local staff = ARGV[9] == '1'
if registered and not staff then
  person = string.match(registered, '\n(.*)$')
elseif person == '' then
  return {'name_needed'}
else
  local bearer = redis.call('HGET', NAMES, skeleton)
  if bearer and bearer ~= author then
    if counts(bearer) then return {'name_taken'} end
    forget(bearer)
  end
  if registered then forget(author) end
  redis.call('HSET', NAMES, skeleton, author)
  redis.call('HSET', PEOPLE, author, skeleton .. '\n' .. person)
end
redis.call('ZADD', PRESENT, now + tonumber(ARGV[4]), author)
redis.call('EXPIRE', PRESENT, ARGV[4])
redis.call('ZADD', KNOWN, hour_after(tonumber(ARGV[5])), author)
-- A crowd of fresh names must not fill the store: some go, who can come back for the least time, are not here and cannot be read.
if redis.call('ZCARD', KNOWN) > tonumber(ARGV[8]) then
  for _, other in ipairs(redis.call('ZRANGE', KNOWN, 0, 9)) do
    if counts(other) then redis.call('ZADD', KNOWN, hour_after(tonumber(ARGV[5])), other) else forget(other) end
  end
end
remember(ARGV[6])
local seat = redis.call('HINCRBY', LOG, 'seats', 1)
-- The newest of two tabs wins; the process that has the older one hears of it.
redis.call('SPUBLISH', CHANNEL, '!opened ' .. author .. ' ' .. seat)
return {'seated', person, tostring(seat), redis.call('HGET', LOG, 'epoch'), tostring(newest()), redis.call('ZCARD', PRESENT),
  redis.call('HGET', SANCTIONS, author) or '', cases_in(PREFIX .. 'cases-of:' .. author), cases_in(PREFIX .. 'reports-by:' .. author)}
