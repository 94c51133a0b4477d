-- What every operation stands on. The parts are joined into one script: see Script.java.
--
-- KEYS: tags of the buckets that this call touches, "{b17}".
-- ARGV: messages max, bytes max, park after, fates max, then the operations one after another: code, index of the tag,
-- number of arguments, arguments. Answers stand in the order of the operations; {-1} is COLD. Behind them stands one
-- more: {fates that were dropped at the bound}.
--
-- Keys of a bucket, all behind its tag:
--   b         hash   m: marker "layout:run id" under which the bucket is whole; s: last seq; n, t: a rebuild's nonce, time
--   z         zset   user -> time of the mailbox's next look, milliseconds
--   f         list   fates that are not settled yet, the oldest first. While MySQL is away nobody settles them; at
--                    `fates max` the oldest is dropped. No mailbox loses anything by that: a fate is of a message that
--                    left. Its row, where there is one, outlives it until it expires, and the next rebuild that reads
--                    it puts the message back: delivered again, and dropped by the SDK by its id.
--   u:<user>  hash   a mailbox. i: its index, and message id -> body, which no operation but load reads
--   r:<id>    string seq of a message whose id is remembered, 1 h
--   c:<key>   string an idempotency key's claim, 1 h
--
-- The index is a header and then one record of fixed width for each message, lowest seq first: dedupe, acks and bounds
-- are plain searches in one short string, whatever the payloads weigh. Numbers are doubles: a seq stays below 2^53.
local LAYOUT = '1'
local HEADER, HEADER_BYTES = '>I4I4I2BBd', 20
local RECORD, RECORD_BYTES = '>dc16ddc8I4BBB', 55
local AT_ID, AT_NOT_BEFORE, AT_COLLAPSE, AT_STATE = 8, 32, 40, 52
local NO_COLLAPSE = string.rep('\0', 8)
-- Whether MySQL has it.
local STATE_NO, STATE_GOING, STATE_THERE = 0, 1, 2
local FLAG_LATE, FLAG_PARKED = 1, 2
local FATE_AT_SEQ, FATE_AT_ID = 18, 34
local ACKED, EXPIRED, COLLAPSED, OVERFLOWED, PARKED, REFUSED, RECALLED, FORGOTTEN = 1, 2, 3, 4, 5, 6, 7, 8

local MESSAGES_MAX, BYTES_MAX, PARK_AFTER = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local FATES_MAX = tonumber(ARGV[4])
local time = redis.call('TIME')
local NOW = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local NOW_MICROS = tonumber(time[1]) * 1000000 + tonumber(time[2])
-- The node says itself which life it is in: no connection can carry a stale answer.
local MARKER = LAYOUT .. ':' .. string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')

local ops = {}
local buckets = {}

local function bucket(index)
  local b = buckets[index]
  if not b then
    local tag = KEYS[index]
    local stored = redis.call('HMGET', tag .. 'b', 'm', 's', 'n', 't')
    b = {
      tag = tag,
      marker = stored[1],
      warm = stored[1] == MARKER,
      last = tonumber(stored[2] or 0),
      nonce = stored[3],
      nonce_at = tonumber(stored[4] or 0),
    }
    buckets[index] = b
  end
  return b
end

local function open(b, user)
  local box = { b = b, user = user, key = b.tag .. 'u:' .. user, gone = {} }
  local index = redis.call('HGET', box.key, 'i')
  if index then
    box.bytes, box.overflowed, box.parked, box.looks, box.version, box.offline_at = struct.unpack(HEADER, index)
    box.records = string.sub(index, HEADER_BYTES + 1)
  else
    box.bytes, box.overflowed, box.parked, box.looks, box.version, box.offline_at = 0, 0, 0, 0, 1, 0
    box.records = ''
  end
  return box
end

local function count(box)
  return #box.records / RECORD_BYTES
end

local function read(box, at)
  local r = {}
  r.seq, r.id, r.expires, r.not_before, r.collapse, r.size, r.state, r.unanswered, r.flags =
    struct.unpack(RECORD, box.records, at)
  return r
end

local function write(box, at, r)
  box.records = string.sub(box.records, 1, at - 1)
    .. struct.pack(RECORD, r.seq, r.id, r.expires, r.not_before, r.collapse, r.size, r.state, r.unanswered, r.flags)
    .. string.sub(box.records, at + RECORD_BYTES)
end

local function seq_at(box, at)
  return (struct.unpack('>d', box.records, at))
end

-- Where the record begins whose field at `offset` is `bytes`; nil where there is none.
local function find(box, bytes, offset)
  local from = 1
  while true do
    local at = string.find(box.records, bytes, from, true)
    if not at then
      return nil
    end
    if at > offset and (at - 1 - offset) % RECORD_BYTES == 0 then
      return at - offset
    end
    from = at + 1
  end
end

local function find_seq(box, seq)
  return find(box, struct.pack('>d', seq), 0)
end

-- The seq before the record at `at`; 0 where it is the first.
local function seq_before(box, at)
  if at <= 1 then
    return 0
  end
  return seq_at(box, at - RECORD_BYTES)
end

local function is_parked(r)
  return r.flags % 4 >= FLAG_PARKED
end

local fates_dropped = 0

-- The seq of a message that has left, as far as unsettled fates tell. A row that was read before its message was acknowledged must
-- not bring it back, nor must the second attempt at a put. The list is read once a call, and only for these.
local function has_left(b, id)
  if not b.left then
    b.left = {}
    for _, entry in ipairs(redis.call('LRANGE', b.tag .. 'f', 0, -1)) do
      if string.byte(entry, 1) ~= PARKED then
        b.left[string.sub(entry, FATE_AT_ID + 1, FATE_AT_ID + 16)] = struct.unpack('>d', entry, FATE_AT_SEQ + 1)
      end
    end
  end
  return b.left[id]
end

local function fate(b, user, r, reason, detail)
  local excess = redis.call('RPUSH', b.tag .. 'f',
    struct.pack('>BBddddc16', reason, r.state, detail, NOW, r.seq, r.expires, r.id) .. user) - FATES_MAX
  if b.left and reason ~= PARKED then
    b.left[r.id] = r.seq
  end
  if excess > 0 then
    redis.call('LTRIM', b.tag .. 'f', excess, -1)
    fates_dropped = fates_dropped + excess
  end
end

-- Takes a record out. What MySQL may have, every drop, and what somebody is told of, is left to the fate list.
local function drop(box, at, reason, detail, told)
  local r = read(box, at)
  box.records = string.sub(box.records, 1, at - 1) .. string.sub(box.records, at + RECORD_BYTES)
  box.bytes = box.bytes - r.size
  box.gone[#box.gone + 1] = r.id
  if is_parked(r) then
    box.parked = box.parked - 1
  end
  if reason ~= ACKED or r.state ~= STATE_NO or told then
    fate(box.b, box.user, r, reason, detail or 0)
  end
  return r
end

local function due(b, user, at)
  redis.call('ZADD', b.tag .. 'z', 'LT', at, user)
end

local function redate(b, user, at)
  redis.call('ZADD', b.tag .. 'z', at, user)
end

local function save(box, id, body)
  if #box.records == 0 and box.overflowed == 0 then
    redis.call('DEL', box.key)
    redis.call('ZREM', box.b.tag .. 'z', box.user)
    return
  end
  if #box.gone > 0 then
    redis.call('HDEL', box.key, unpack(box.gone))
  end
  local index = struct.pack(HEADER, box.bytes, box.overflowed, box.parked, box.looks, box.version, box.offline_at)
    .. box.records
  if id then
    redis.call('HSET', box.key, 'i', index, id, body)
  else
    redis.call('HSET', box.key, 'i', index)
  end
end
