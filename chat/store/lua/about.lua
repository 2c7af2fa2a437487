-- Tell what is kept of somebody. KEYS: ... moderation refs older buckets... ARGV: author before span. Looks through `span` offsets at most, downwards
-- from before `before` (0: the newest). Answers nil where nothing is kept, else the person as known here, until when they are known and
-- count as present, the events found, the offset before which to go on (0: all is told), how many refs are remembered, for how many seconds
-- yet a bucket lacks something, the sanction that is kept, the cases about them and those that they reported.
local author, before, span = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local voices = tonumber(redis.call('HGET', VOICES, author) or 0)
local registered = redis.call('HGET', PEOPLE, author)
local present = redis.call('ZSCORE', PRESENT, author)
local refs = redis.call('HLEN', KEYS[17]) + redis.call('HLEN', KEYS[18])
local sanction = redis.call('HGET', SANCTIONS, author)
local limited = 0
for i = 19, #KEYS do limited = math.max(limited, redis.call('PTTL', KEYS[i])) end
local cases, reports = cases_in(PREFIX .. 'cases-of:' .. author), cases_in(PREFIX .. 'reports-by:' .. author)
if #cases == 0 and #reports == 0 and voices == 0 and not registered and not present and not sanction and refs == 0 and limited == 0 then return nil end
local events = {}
if voices > 0 then
  before = walk(author, before, span, function(_, event) events[#events + 1] = event end)
else
  before = 0
end
return {
  registered and string.match(registered, '\n(.*)$') or '',
  tonumber(redis.call('ZSCORE', KNOWN, author) or 0),
  tonumber(present or 0),
  events,
  before,
  refs,
  math.ceil(limited / 1000),
  sanction or '',
  cases,
  reports,
}
