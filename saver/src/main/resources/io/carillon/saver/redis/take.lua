-- Acks and loads.

-- What is parked is offered once more: the client does acknowledge, after all.
local function unpark(box)
  for at = 1, #box.records, RECORD_BYTES do
    local r = read(box, at)
    if is_parked(r) then
      r.flags = r.flags - FLAG_PARKED
      r.unanswered = PARK_AFTER - 1
      r.not_before = 0
      write(box, at, r)
    end
  end
  box.parked = 0
  due(box.b, box.user, NOW)
end

-- Three arguments an ack, from a[first]: seq, kind (0 done, 1 later, 2 refused, 3 done, and somebody is told), seconds or
-- reason.
-- Returns the ids of what went and whether anything changed.
local function apply_acks(box, a, first, acks)
  local gone, changed, done = {}, false, false
  for i = first, first + 3 * (acks - 1), 3 do
    local at = find_seq(box, tonumber(a[i]))
    if at then
      changed = true
      local kind, detail = a[i + 1], tonumber(a[i + 2])
      if kind == '1' then
        local r = read(box, at)
        r.not_before = NOW + 1000 * detail
        r.unanswered = 0
        write(box, at, r)
        due(box.b, box.user, r.not_before)
      else
        local r = drop(box, at, kind == '2' and REFUSED or ACKED, detail, kind == '3')
        gone[#gone + 1] = r.id
        done = done or kind ~= '2'
      end
    end
  end
  if done and box.parked > 0 then
    unpark(box)
  end
  return gone, changed
end

-- A user -, then acks -> {1, ids that went}
function ops.A(b, a)
  local box = open(b, a[1])
  local gone, changed = apply_acks(box, a, 2, (#a - 1) / 3)
  if changed then
    save(box)
  end
  return { 1, table.concat(gone) }
end

-- A load counts against what was written and not answered; the pauses grow; in the end it is parked.
local function count_unanswered(box, seq)
  local at = find_seq(box, seq)
  if not at then
    return
  end
  local r = read(box, at)
  if is_parked(r) or r.not_before > NOW then
    return
  end
  r.unanswered = r.unanswered + 1
  if r.unanswered >= PARK_AFTER then
    r.flags = r.flags + FLAG_PARKED
    box.parked = box.parked + 1
    fate(box.b, box.user, r, PARKED, 0)
  else
    r.not_before = NOW + 1000 * math.min(2 ^ r.unanswered, 60)
  end
  write(box, at, r)
end

-- L user messages bytes acks unanswered in-flight, then three for each ack, the unanswered seqs, the seqs in flight
-- -> {1, ids that acks took, more, overflowed, then record, prev seq and body of each message}
function ops.L(b, a)
  local box = open(b, a[1])
  local messages, bytes = tonumber(a[2]), tonumber(a[3])
  local acks, unanswered, flying = tonumber(a[4]), tonumber(a[5]), tonumber(a[6])
  local next_arg = 7
  local gone, changed = apply_acks(box, a, next_arg, acks)
  next_arg = next_arg + 3 * acks
  for i = next_arg, next_arg + unanswered - 1 do
    count_unanswered(box, tonumber(a[i]))
    changed = true
  end
  next_arg = next_arg + unanswered
  local in_flight = {}
  for i = next_arg, next_arg + flying - 1 do
    in_flight[tonumber(a[i])] = true
  end

  local answer = { 1, table.concat(gone), 0, box.overflowed }
  local ids, at = {}, 1
  while at <= #box.records do
    local r = read(box, at)
    if r.expires <= NOW then
      drop(box, at, EXPIRED)
      changed = true
    else
      if not is_parked(r) and r.not_before <= NOW and not in_flight[r.seq] then
        -- One message always fits: what a room may write is never less than a frame, but for what is in flight.
        if #ids >= messages or (r.size > bytes and (#ids > 0 or flying > 0)) then
          answer[3] = 1
          break
        end
        ids[#ids + 1] = r.id
        bytes = bytes - r.size
        answer[#answer + 1] = string.sub(box.records, at, at + RECORD_BYTES - 1)
        answer[#answer + 1] = seq_before(box, at)
        answer[#answer + 1] = ''
      end
      at = at + RECORD_BYTES
    end
  end
  if box.overflowed > 0 then
    box.overflowed = 0
    changed = true
  end
  if #ids > 0 then
    local bodies = redis.call('HMGET', box.key, unpack(ids))
    for i = 1, #ids do
      answer[4 + 3 * i] = bodies[i] or ''
    end
  end
  if changed then
    save(box)
  end
  return answer
end
