-- Prepended to scripts that deal with cases. KEYS 12 to 16 are those of `keys.Room.moderation`. A case, and what is kept of one person's
-- cases, is named from its token or author: all in this room's slot.
local CASES, QUEUE, DECIDED, EFFECTS, REPORTERS = unpack(KEYS, 12, 16)
local PREFIX = string.match(ROOM, '^(.*:)room$')
local CASES_MOST = 100 -- remembered of one person; beyond, the oldest no longer stand beside the newest

local function case_key(token) return PREFIX .. 'case:' .. token end
local function field(token, name) return redis.call('HGET', case_key(token), name) end

-- Have something done outside this slot, or later, as often as it takes. The words are others each time, so that striking off what was
-- done never strikes off what was added meanwhile.
local function effect(words, due) redis.call('ZADD', EFFECTS, due or now, words) end

local function changed(token)
  local version = redis.call('HINCRBY', case_key(token), 'version', 1)
  effect('index ' .. token .. ' ' .. version)
  return version
end

-- Note a case beside somebody's others, in `list`: of those about their messages, or of those that they reported.
local function note(list, token, seconds)
  redis.call('ZADD', list, now, token)
  redis.call('ZREMRANGEBYRANK', list, 0, -CASES_MOST - 1)
  redis.call('EXPIRE', list, seconds)
end

-- Open a case; `facts` are its other fields and their values in turn.
local function open_case(token, kind, message, author, seconds, facts)
  local key = case_key(token)
  redis.call('HSET', key, 'kind', kind, 'state', 'open', 'message', message, 'author', author, 'opened_at', now, unpack(facts))
  redis.call('EXPIRE', key, seconds)
  redis.call('HSET', CASES, message, token)
  redis.call('ZADD', QUEUE, now, token)
  for _, each in ipairs({CASES, QUEUE, REPORTERS}) do redis.call('EXPIRE', each, seconds) end
  note(PREFIX .. 'cases-of:' .. author, token, seconds)
  changed(token)
end

-- End a case: decided, withdrawn, lapsed.
local function end_case(token, state)
  local key = case_key(token)
  local message = redis.call('HGET', key, 'message')
  redis.call('HSET', key, 'state', state)
  redis.call('HDEL', key, 'claimed_by', 'lease_until')
  redis.call('ZREM', QUEUE, token)
  if redis.call('HGET', CASES, message) == token then redis.call('HDEL', CASES, message) end
end

-- What nobody is to read any more: the words, what was found in them, what was written about them, and the salt of their commitment.
local function erase_case(token)
  local key = case_key(token)
  local gone = {'text', 'head', 'tail', 'findings', 'salt', 'appeal', 'words', 'who', 'sanction_words', 'was'}
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.find(name, '^[rw]:') then gone[#gone + 1] = name end
  end
  redis.call('HDEL', key, unpack(gone))
end

-- Part an event around the offset and the time that the store gave it.
local function parted(event)
  return string.match(event, '^({"type":"said","offset":)%d+,"at":%d+(,.*)$')
end

-- Tell somebody how a case stands, wherever they are.
local function tell(author, token)
  redis.call('SPUBLISH', CHANNEL, '!case ' .. author .. ' ' .. token)
end

-- Publish the message of a case, unless it can be read already.
local function say_case(token, events, seconds)
  local id, author, head, tail = unpack(redis.call('HMGET', case_key(token), 'message', 'author', 'head', 'tail'))
  if head and redis.call('HEXISTS', IDS, id) == 0 then publish(id, author, head, tail, events, seconds) end
end

-- Take it away again, and keep what it takes to say it anew; `head` and `tail` are those of its withdrawal.
local function unsay_case(token, head, tail, events, seconds)
  local offset = redis.call('HGET', IDS, field(token, 'message'))
  if not offset then return end
  local before, after = parted(redis.call('HGET', EVENTS, offset))
  redis.call('HSET', case_key(token), 'head', before, 'tail', after)
  erase(offset)
  append(head, tail, events, seconds)
end

-- Add a decision to the room's chain; nil when the chain does not end where the entry begins.
local function record_decision(audit, before, entry)
  local last = redis.call('LINDEX', audit, -1)
  if (last and string.match(last, '"hash":"(%x+)"}$') or '') ~= before then return nil end
  effect('anchor - ' .. redis.call('RPUSH', audit, entry))
  return true
end

-- All cases of a list, each as its token, then its fields and their values in turn.
local function cases_in(list)
  local found = {}
  for _, token in ipairs(redis.call('ZRANGE', list, 0, -1)) do
    local fields = redis.call('HGETALL', case_key(token))
    if #fields > 0 then found[#found + 1] = {token, fields} end
  end
  return found
end
