-- The due list, the fate list, and a bucket's rebuild.

-- One mailbox whose time has come: what expired goes, what MySQL lacks is handed out, the next look is dated. An entry
-- is never popped: a saver that dies over it leaves it to the next look.
local function look(b, user, going_ms, budget, answer)
  local box = open(b, user)
  local at, deliverable, wake, writes = 1, 0, math.huge, {}
  local count_at = #answer + 3
  answer[count_at - 2], answer[count_at - 1], answer[count_at] = user, 0, 0
  local looks = math.min(box.looks + 1, 6)
  local again = NOW + 1000 * math.min(2 ^ looks, 60)
  while at <= #box.records do
    local r = read(box, at)
    if r.expires <= NOW then
      drop(box, at, EXPIRED)
    else
      wake = math.min(wake, r.expires)
      if r.state == STATE_NO or (r.state == STATE_GOING and r.seq / 1000 + going_ms < NOW) then
        wake = math.min(wake, again)
        if budget >= r.size then
          budget = budget - r.size
          if r.state == STATE_NO then
            r.state = STATE_GOING
            write(box, at, r)
          end
          answer[#answer + 1] = string.sub(box.records, at, at + RECORD_BYTES - 1)
          answer[#answer + 1] = redis.call('HGET', box.key, r.id) or ''
          answer[count_at] = answer[count_at] + 1
        end
      elseif r.state == STATE_GOING then
        wake = math.min(wake, again)
      end
      if not is_parked(r) then
        if r.not_before <= NOW then
          deliverable = 1
          wake = math.min(wake, again)
        else
          wake = math.min(wake, r.not_before)
        end
      end
      at = at + RECORD_BYTES
    end
  end
  answer[count_at - 1] = deliverable
  if #box.records == 0 then
    box.overflowed = 0
    save(box)
  else
    box.looks = looks
    save(box)
    redate(b, user, math.max(wake, NOW + 1000))
  end
  return budget
end

-- D users-max bytes-max going-ms -> {1, then for each due user: user, deliverable, n, and record and body of each of n}
function ops.D(b, a)
  local users = redis.call('ZRANGEBYSCORE', b.tag .. 'z', '-inf', NOW, 'LIMIT', 0, tonumber(a[1]))
  local answer, budget = { 1 }, tonumber(a[2])
  for i = 1, #users do
    budget = look(b, users[i], tonumber(a[3]), budget, answer)
  end
  return answer
end

-- T user offline ids: what the work of a look found: these ids are in MySQL; the user is offline, from a whole bucket.
-- The entry rests until the next expiry once all is in MySQL and two looks 10 s apart said offline.
function ops.T(b, a)
  local box = open(b, a[1])
  if #box.records == 0 then
    return { 1 }
  end
  for i = 1, #a[3], 16 do
    local at = find(box, string.sub(a[3], i, i + 15), AT_ID)
    if at then
      local r = read(box, at)
      r.state = STATE_THERE
      write(box, at, r)
    end
  end
  if a[2] == '1' then
    if box.offline_at == 0 then
      box.offline_at = NOW
    elseif NOW - box.offline_at >= 10000 then
      local all, expires = true, math.huge
      for at = 1, #box.records, RECORD_BYTES do
        local r = read(box, at)
        all = all and r.state == STATE_THERE
        expires = math.min(expires, r.expires)
      end
      if all then
        redate(b, a[1], expires)
      end
    end
  else
    box.offline_at = 0
  end
  save(box)
  return { 1 }
end

-- S n -> {1, the oldest fates}
function ops.S(b, a)
  local fates = redis.call('LRANGE', b.tag .. 'f', 0, tonumber(a[1]) - 1)
  table.insert(fates, 1, 1)
  return fates
end

-- X n last: trims up to the last of n settled fates, unless another did. It stands earlier where the bound dropped some
-- of those before it. -> {1, 1 if it trimmed}
function ops.X(b, a)
  local at = redis.call('LPOS', b.tag .. 'f', a[2], 'MAXLEN', tonumber(a[1]))
  if not at then
    return { 1, 0 }
  end
  redis.call('LTRIM', b.tag .. 'f', at + 1, -1)
  return { 1, 1 }
end

-- O nonce busy-ms: begins a rebuild. -> {1, state: 0 begun, 1 whole already, 2 another is at it; 1 if there was a
-- marker of this layout, last seq, then the fates}
function ops.O(b, a)
  if b.warm then
    return { 1, 1 }
  end
  if b.nonce and b.nonce ~= a[1] and b.nonce_at + tonumber(a[2]) > NOW then
    return { 1, 2 }
  end
  redis.call('HSET', b.tag .. 'b', 'n', a[1], 't', string.format('%.0f', NOW))
  b.nonce, b.nonce_at = a[1], NOW
  local had = b.marker and string.sub(b.marker, 1, #LAYOUT + 1) == LAYOUT .. ':'
  local answer = { 1, 0, had and 1 or 0, b.last }
  for _, settled in ipairs(redis.call('LRANGE', b.tag .. 'f', 0, -1)) do
    answer[#answer + 1] = settled
  end
  return answer
end

-- W nonce: the bucket is whole, unless another began after us. -> {1, 1 if it is}
function ops.W(b, a)
  if b.nonce ~= a[1] then
    return { 1, b.warm and 1 or 0 }
  end
  redis.call('HSET', b.tag .. 'b', 'm', MARKER)
  redis.call('HDEL', b.tag .. 'b', 'n', 't')
  b.marker, b.warm, b.nonce = MARKER, true, false
  return { 1, 1 }
end
