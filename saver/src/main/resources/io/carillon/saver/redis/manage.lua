-- Questions and orders about one mailbox.

-- N user -> {1, 1 if something may be delivered}
function ops.N(b, a)
  local box = open(b, a[1])
  for at = 1, #box.records, RECORD_BYTES do
    local r = read(box, at)
    if r.expires > NOW and not is_parked(r) then
      return { 1, 1 }
    end
  end
  return { 1, 0 }
end

-- M user limit after -> {1, count, bytes, more, then record, prev seq and body of each}
function ops.M(b, a)
  local box = open(b, a[1])
  local limit, after = tonumber(a[2]), tonumber(a[3])
  local answer = { 1, 0, 0, 0 }
  for at = 1, #box.records, RECORD_BYTES do
    local r = read(box, at)
    if r.expires > NOW then
      answer[2] = answer[2] + 1
      answer[3] = answer[3] + r.size
      if r.seq > after then
        if limit > 0 then
          limit = limit - 1
          answer[#answer + 1] = string.sub(box.records, at, at + RECORD_BYTES - 1)
          answer[#answer + 1] = seq_before(box, at)
          answer[#answer + 1] = redis.call('HGET', box.key, r.id) or ''
        else
          answer[4] = 1
        end
      end
    end
  end
  return answer
end

-- F user -> {1, how many went, their ids}
function ops.F(b, a)
  local box = open(b, a[1])
  local gone = {}
  while #box.records > 0 do
    gone[#gone + 1] = drop(box, 1, FORGOTTEN).id
  end
  box.overflowed = 0
  save(box)
  return { 1, #gone, table.concat(gone) }
end

-- R user id -> {1, 1 if it went}
function ops.R(b, a)
  local box = open(b, a[1])
  local at = find(box, a[2], AT_ID)
  if not at then
    return { 1, 0 }
  end
  drop(box, at, RECALLED)
  save(box)
  return { 1, 1 }
end

-- I user id -> {1, 0 not there, 1 pending, 2 parked, seq}
function ops.I(b, a)
  local box = open(b, a[1])
  local at = find(box, a[2], AT_ID)
  if not at then
    return { 1, 0, 0 }
  end
  local r = read(box, at)
  if r.expires <= NOW then
    return { 1, 0, r.seq }
  end
  return { 1, is_parked(r) and 2 or 1, r.seq }
end

-- C key value -> {1, 1 if it is new, the value that stands}
function ops.C(b, a)
  local key = b.tag .. 'c:' .. a[1]
  local standing = redis.call('GET', key)
  if standing then
    return { 1, 0, standing }
  end
  redis.call('SET', key, a[2], 'PX', 3600000)
  return { 1, 1, a[2] }
end
