-- Prepended to scripts that draw from buckets. A bucket is a key whose time to live is what it lacks, each token `interval` ms and
-- `burst` tokens at most (the generic cell rate algorithm, ITU-T I.371): nothing to read but a clock, and full again is gone.

-- Take a token from every bucket, or from none. The buckets are KEYS from `first` on, ARGV from `argument` on: code, burst, interval of
-- each. Answers nil, or the code of the one that lacks most, and for how many ms.
local function draw(first, argument)
  local lacks, code, wait = {}, nil, 0
  for i = first, #KEYS do
    local at = argument + 3 * (i - first)
    local full, interval = ARGV[at + 1] * ARGV[at + 2], tonumber(ARGV[at + 2])
    local lack = math.max(redis.call('PTTL', KEYS[i]), 0)
    -- More than can be lacking: the clock was set back, or the limit changed. Whoever comes then must not wait for it.
    if lack > full then lack = 0 end
    lacks[i] = lack + interval
    if lacks[i] - full > wait then code, wait = ARGV[at], lacks[i] - full end
  end
  if code then return {code, wait} end
  for i = first, #KEYS do redis.call('SET', KEYS[i], '', 'PX', lacks[i]) end
end
