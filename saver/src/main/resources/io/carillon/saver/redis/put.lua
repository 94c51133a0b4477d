-- P user id ttl expires collapse size state flags seq nonce body
-- ttl counts from now; a restored message brings expires and seq instead. flags: 1 remember the id, 2 late, 4 it may have
-- been put before.
-- -> {status, seq, prev seq, expires, now}; status 0 stored, 1 pending already, 2 settled already, 4 a newer one of its
-- collapse key stands, 5 expired.
function ops.P(b, a)
  local user, id, collapse = a[1], a[2], a[5]
  local flags = tonumber(a[8])
  local remember, late, again = flags % 2 == 1, flags % 4 >= 2, flags >= 4
  local box = open(b, user)
  local at = find(box, id, AT_ID)
  if at then
    local r = read(box, at)
    return { 1, r.seq, seq_before(box, at), r.expires, NOW }
  end
  local left = (a[9] ~= '' or again) and has_left(b, id)
  if left then
    return { 2, left, 0, 0, NOW }
  end
  local remembered = remember and redis.call('GET', b.tag .. 'r:' .. id)
  if remembered then
    return { 2, tonumber(remembered), 0, 0, NOW }
  end

  local r = {
    id = id,
    expires = a[4] ~= '' and tonumber(a[4]) or NOW + tonumber(a[3]),
    not_before = 0,
    collapse = collapse == '' and NO_COLLAPSE or collapse,
    size = tonumber(a[6]),
    state = tonumber(a[7]),
    unanswered = 0,
    flags = late and FLAG_LATE or 0,
  }
  r.seq = a[9] ~= '' and tonumber(a[9]) or math.max(b.last + 1, NOW_MICROS)
  if r.seq > b.last then
    b.last = r.seq
    b.moved = true
  end
  if r.expires <= NOW then
    fate(b, user, r, EXPIRED, 0)
    return { 5, r.seq, 0, r.expires, NOW }
  end
  if remember then
    redis.call('SET', b.tag .. 'r:' .. id, string.format('%.0f', r.seq), 'PX', 3600000)
  end

  if collapse ~= '' then
    at = find(box, collapse, AT_COLLAPSE)
    if at then
      if seq_at(box, at) > r.seq then
        fate(b, user, r, COLLAPSED, 0)
        return { 4, r.seq, 0, r.expires, NOW }
      end
      drop(box, at, COLLAPSED)
    end
  end

  -- Only what comes back later than newer ones does not belong at the end.
  at = #box.records + 1
  while at > 1 and seq_before(box, at) > r.seq do
    at = at - RECORD_BYTES
  end
  box.records = string.sub(box.records, 1, at - 1)
    .. struct.pack(RECORD, r.seq, r.id, r.expires, r.not_before, r.collapse, r.size, r.state, r.unanswered, r.flags)
    .. string.sub(box.records, at)
  box.bytes = box.bytes + r.size
  while count(box) > MESSAGES_MAX or box.bytes > BYTES_MAX do
    drop(box, 1, OVERFLOWED)
    box.overflowed = box.overflowed + 1
    at = at - RECORD_BYTES
  end
  box.looks = 0
  box.offline_at = 0
  if at >= 1 then
    save(box, id, a[11])
  else
    save(box)
  end
  due(b, user, NOW + 1000)
  return { at >= 1 and 0 or 4, r.seq, seq_before(box, at), r.expires, NOW }
end
