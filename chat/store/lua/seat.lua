-- Take a seat of a link. KEYS: batch
-- Answers nothing where there was one, else why not.
local kind, left, closed = unpack(redis.call('HMGET', KEYS[1], 'kind', 'left', 'closed'))
if not kind then return 'invitation_unknown' end
if closed then return 'invitation_closed' end
if tonumber(left) <= 0 then return 'invitation_full' end
redis.call('HINCRBY', KEYS[1], 'left', -1)
return nil
