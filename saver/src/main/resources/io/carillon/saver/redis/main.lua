-- Runs the operations in order.
local COLD_TOO = { O = true, W = true, S = true, X = true, C = true }
local answers = {}
local at = 5
while at <= #ARGV do
  local code, n = ARGV[at], tonumber(ARGV[at + 2])
  local b = bucket(tonumber(ARGV[at + 1]))
  local a = {}
  for i = 1, n do
    a[i] = ARGV[at + 2 + i]
  end
  -- A rebuild may put into a bucket that is not whole yet, by its nonce.
  if b.warm or COLD_TOO[code] or (code == 'P' and a[10] ~= '' and a[10] == b.nonce) then
    answers[#answers + 1] = ops[code](b, a)
  else
    answers[#answers + 1] = { -1 }
  end
  at = at + 3 + n
end
for _, b in pairs(buckets) do
  if b.moved then
    redis.call('HSET', b.tag .. 'b', 's', string.format('%.0f', b.last))
  end
end
answers[#answers + 1] = { fates_dropped }
return answers
