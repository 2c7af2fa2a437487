-- Prepended to every script of a room. KEYS are those of `keys.Room`, then the script's own.
local ROOM, LOG, EVENTS, IDS, VOICES, PRESENT, PEOPLE, NAMES, KNOWN, SANCTIONS, CHANNEL = unpack(KEYS, 1, 11)
local time = redis.call('TIME')
local now = tonumber(time[1])

local function newest()
  return tonumber(redis.call('HGET', LOG, 'offset') or 0)
end

local function oldest()
  return tonumber(redis.call('HGET', LOG, 'first') or 1)
end

-- Whether somebody is here, or something of theirs is left to read: then nobody else may bear their name.
local function counts(author)
  return tonumber(redis.call('ZSCORE', PRESENT, author) or 0) > now or redis.call('HEXISTS', VOICES, author) == 1
end

-- The full hour that follows in `seconds`: the second at which somebody came would be the same in all their rooms, and join them.
local function hour_after(seconds)
  return math.ceil((now + seconds) / 3600) * 3600
end

-- Should no server be there to forget people, the store does it by itself.
local function remember(seconds)
  redis.call('EXPIRE', PEOPLE, seconds)
  redis.call('EXPIRE', NAMES, seconds)
  redis.call('EXPIRE', KNOWN, seconds)
end

-- What keeps somebody from writing here, and for how many seconds still; nil where nothing does.
local function sanctioned(author)
  local kind, ends = string.match(redis.call('HGET', SANCTIONS, author) or '', '^(%a+) (%d+)')
  if kind and kind ~= 'lifted' and tonumber(ends) > now then return kind, ends - now end
end

-- Put a sanction on somebody, in place of the one that was there; '' takes it off.
local function impose(author, record)
  if record == '' then
    redis.call('HDEL', SANCTIONS, author)
  else
    redis.call('HSET', SANCTIONS, author, record)
    local seconds = string.match(record, '^%a+ (%d+)') - now
    if redis.call('TTL', SANCTIONS) < seconds then redis.call('EXPIRE', SANCTIONS, math.max(seconds, 1)) end
  end
end

-- Tell whoever has them what is on somebody, or no longer.
local function tell_sanction(author, record)
  redis.call('SPUBLISH', CHANNEL, '!sanctioned ' .. author .. ' ' .. record)
end

-- End a sanction now; answers false where there is none. One for the whole community leaves a note until its end: whoever carries it
-- elsewhere hears of it when they come back here.
local function lift(author)
  local kind, ends, scope = string.match(redis.call('HGET', SANCTIONS, author) or '', '^(%a+) (%d+) (%a+) ')
  if not kind or kind == 'lifted' then return false end
  local lifted = 'lifted ' .. ends .. ' ' .. scope .. ' '
  impose(author, scope == 'all' and lifted or '')
  tell_sanction(author, lifted)
  return true
end

-- Know somebody no longer: the name is free.
local function forget(author)
  local person = redis.call('HGET', PEOPLE, author)
  if person then
    local skeleton = string.match(person, '^[^\n]*')
    if redis.call('HGET', NAMES, skeleton) == author then redis.call('HDEL', NAMES, skeleton) end
    redis.call('HDEL', PEOPLE, author)
  end
  redis.call('ZREM', KNOWN, author)
end

local SAID = '^{"type":"said","offset":%d+,"at":%d+,"id":"([^"]+)","author":{"id":"([^"]+)"'

-- Give `found` each message of `author` and its offset, downwards from before `before` (0: the newest), through `span` offsets at most.
-- Answers the offset before which to go on, 0 at the end.
local function walk(author, before, span, found)
  local last, first = newest(), oldest()
  if before > 0 then last = math.min(last, before - 1) end
  local stop = math.max(first, last - span + 1)
  for offset = last, stop, -1 do
    local event = redis.call('HGET', EVENTS, offset)
    local id, by = string.match(event or '', SAID)
    if by == author then found(offset, event, id) end
  end
  return stop > first and stop or 0
end

-- What an author's refs were answered with stands in two halves, of which the older is dropped as a whole: a ref is known for `seconds`
-- at least and twice that at most, and all of them can be found.
local function answered(refs, older, ref)
  return redis.call('HGET', refs, ref) or redis.call('HGET', older, ref)
end

local function answer(refs, older, ref, words, seconds)
  local left = redis.call('TTL', refs)
  if left >= 0 and left <= seconds then redis.call('RENAME', refs, older) end
  redis.call('HSET', refs, ref, words)
  if left <= seconds then redis.call('EXPIRE', refs, 2 * seconds) end
end

-- Read what a ref was answered with: a message and its offset, or a message and the case for which it is held, after a `~`.
local function repeated(known)
  local id, place = string.match(known, '^(%S+) (%S+)$')
  if string.sub(place, 1, 1) == '~' then return {'held', id, string.sub(place, 2)} end
  return {'accepted', id, place}
end

-- What keeps `author` from speaking here at all, or from answering `to`; nil where nothing does.
local function objection(author, to)
  -- Whoever is erased, or has lost their name while the store was away, says nothing more.
  if redis.call('HEXISTS', PEOPLE, author) == 0 then
    return {redis.call('EXISTS', ROOM) == 0 and 'room_closed' or 'not_seated'}
  end
  if to ~= '' and redis.call('HEXISTS', IDS, to) == 0 then return {'unknown_message'} end
  local kind, left = sanctioned(author)
  if kind then return {'limited', kind == 'mute' and 'muted' or 'excluded', left * 1000} end
end

-- Make an offset void. Everything before the text is ours, so that the patterns cannot be led astray by what somebody wrote.
local function erase(offset)
  local event = redis.call('HGET', EVENTS, offset)
  if not event then return end
  redis.call('HDEL', EVENTS, offset)
  local id, author = string.match(event, SAID)
  if not id then return end
  redis.call('HDEL', IDS, id)
  if redis.call('HINCRBY', VOICES, author, -1) <= 0 then redis.call('HDEL', VOICES, author) end
end

local function expired(offset, seconds)
  local event = redis.call('HGET', EVENTS, offset)
  if not event then return true end
  -- Of what cannot be read nobody knows how old it is: it must not keep the rest from being erased.
  return tonumber(string.match(event, '^{"type":"%a+","offset":%d+,"at":(%d+)') or 0) <= now - seconds
end

-- Erase what is older than `seconds`, some 500 at a time, and tell whoever still has it on the screen.
local function expire(seconds)
  local first, last = oldest(), newest()
  local start, stop = first, math.min(last, first + 499)
  if redis.call('EXISTS', EVENTS) == 0 then
    first = last + 1
  else
    while first <= stop and expired(first, seconds) do
      -- What was void before has been told: only what is erased now is news.
      if redis.call('HEXISTS', EVENTS, first) == 0 and start == first then start = first + 1 end
      erase(first)
      first = first + 1
    end
  end
  if first ~= oldest() then redis.call('HSET', LOG, 'first', first) end
  if first > start then
    redis.call('SPUBLISH', CHANNEL, '{"type":"void","offset":' .. start .. ',"until":' .. (first - 1) .. '}')
  end
end

-- Give an event its place and its time, keep it, publish it: what the whole room will see, in the same bytes.
local function append(head, tail, events, seconds)
  local offset = redis.call('HINCRBY', LOG, 'offset', 1)
  local event = head .. offset .. ',"at":' .. now .. tail
  redis.call('HSET', EVENTS, offset, event)
  local first = oldest()
  while offset - first >= events do
    erase(first)
    first = first + 1
    redis.call('HSET', LOG, 'first', first)
  end
  -- Should no server be there to erase, the store does it by itself.
  redis.call('EXPIRE', EVENTS, seconds)
  redis.call('EXPIRE', IDS, seconds)
  redis.call('EXPIRE', VOICES, seconds)
  redis.call('SPUBLISH', CHANNEL, event)
  return offset
end

-- Give a message its place, and know whose it is.
local function publish(id, author, head, tail, events, seconds)
  local offset = append(head, tail, events, seconds)
  redis.call('HSET', IDS, id, offset)
  redis.call('HINCRBY', VOICES, author, 1)
  redis.call('EXPIRE', IDS, seconds)
  redis.call('EXPIRE', VOICES, seconds)
  return offset
end
