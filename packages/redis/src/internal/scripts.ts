/** What runs within the server: each script is done whole or not at all, and nothing comes between. */
import { createHash } from "node:crypto"

/** A script, and the name by which a server that has it knows it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

const script = (source: string): Script => ({ source, sha: createHash("sha1").update(source).digest("hex") })

/**
 * Makes the manifest where it is missing, compares it with the settings of the writer, and says how far the stream is.
 *
 * Keys: manifest, log, games, controls, and the partitions. Arguments: the name of the writer; `take` for one that has not written yet, else
 * `keep`; a name for a stream that is made anew; the last position that this writer knows; pairs of settings.
 *
 * A stream that has lost what was acknowledged gets a new name and skips a position: readers notice. A new writer cannot know
 * of a loss: the manifest counts the writers, and has the last id of the log and of each partition as the last of them took
 * over. A reader that was further has read what was lost.
 */
export const claimScript: Script = script(`
local manifest, log = KEYS[1], KEYS[2]
local writer, mode, name, known = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('EXISTS', manifest) == 0 then
  if mode == 'take' and redis.call('EXISTS', log) == 1 then return {'foreign'} end
  for _, key in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('UNLINK', key) end
  for i = 2, #KEYS do redis.call('DEL', KEYS[i]) end
  local last = known > 0 and known + 1 or 0
  redis.call('HSET', manifest, 'created', name, 'writer', writer, 'last', last, 'id', '0-0', 'batch', '', 'stored', 0)
  for i = 5, #ARGV, 2 do redis.call('HSET', manifest, ARGV[i], ARGV[i + 1]) end
  return {mode == 'take' and 'ok' or 'forgot', last, '', 0}
end
for i = 5, #ARGV, 2 do
  local found = redis.call('HGET', manifest, ARGV[i]) or ''
  if found ~= ARGV[i + 1] and found ~= '' and ARGV[i + 1] ~= '' then return {'differs', ARGV[i], found} end
end
local found = redis.call('HMGET', manifest, 'writer', 'last', 'batch', 'stored')
local last = tonumber(found[2])
if mode == 'take' then
  redis.call('HSET', manifest, 'writer', writer, 'took', redis.call('HGET', manifest, 'id'))
  redis.call('HINCRBY', manifest, 'takes', 1)
  for p = 0, #KEYS - 5 do
    redis.call('HSET', manifest, 'took:' .. p, redis.call('HGET', manifest, 'partition:' .. p) or '0-0')
  end
elseif found[1] ~= writer then
  return {'fenced'}
elseif last < known then
  redis.call('HSET', manifest, 'created', name, 'last', known + 1, 'batch', '', 'stored', 0)
  return {'forgot', known + 1, '', 0}
end
return {'ok', last, found[3], tonumber(found[4])}
`)

/**
 * Appends records to the log and to the partitions, and sets the latest records.
 *
 * Keys: manifest, log, games, controls, and the partitions. Arguments: the name of the writer; the position at which the
 * stream must end; the batch; how many of its records are stored after this; whether the last of these ends a group; the
 * time of the first of them, in milliseconds; how long entries are kept, in milliseconds; how many are kept, in the log and
 * in all partitions together; then the records, each as a word for what it does and what it needs:
 *
 * r TEXT · l KEY FIELD TEXT: a record of a game · x KEY FIELD TEXT: a line closes · o KEY TEXT: a game opens ·
 * c KEY TEXT: a game closes · k FIELD TEXT: a control · s FIELD TEXT: all begins anew · p LABEL TEXT: a piece of the record
 * that follows, which then has an empty text. With partitions the number of one comes after the word, or * for all.
 *
 * An entry has the id TIME-POSITION, by the time of the records, which never goes back. Each is higher than the one before:
 * without that Redis refuses it. A server without memory refuses the first of them, so nothing is done before that.
 *
 * The same records get the same ids at each attempt. A server that is killed while it writes a script to its file may do a
 * part of it when it is killed and started once more, before what was written since: Redis 7.0 cuts the file within the
 * transaction. With equal ids the one or the other is refused, and the rest of the script does the same again.
 */
export const writeScript: Script = script(`
local manifest, log, games, controls = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local found = redis.call('HMGET', manifest, 'writer', 'last', 'id')
if not found[1] then return {'gone'} end
if found[1] ~= ARGV[1] then return {'fenced'} end
if found[2] ~= ARGV[2] then return {'elsewhere'} end
local top = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)
if top[1] and top[1][1] ~= found[3] then return {'foreign'} end
local millis = tonumber(ARGV[6])
local before = tonumber(string.match(found[3], '^%d+'))
if before > millis then millis = before end
local prefix = string.format('%.0f', millis) .. '-'
local n = tonumber(ARGV[2])
local count = #KEYS - 4
local parts = {}
for p = 1, count do
  local id = redis.call('HGET', manifest, 'partition:' .. (p - 1)) or '0-0'
  parts[p] = tonumber(string.match(id, '%d+$'))
  local newest = redis.call('XREVRANGE', KEYS[4 + p], '+', '-', 'COUNT', 1)[1]
  if newest and (parts[p] == 0 or tonumber(string.match(newest[1], '%d+$')) ~= parts[p]) then return {'foreign'} end
end
local i = 8
local function arg()
  i = i + 1
  return ARGV[i]
end
local pieces = {}
local where = '*'
local function append(key, position, label, text)
  if label then return redis.call('XADD', key, prefix .. position, 'piece', label, 'record', text) end
  return redis.call('XADD', key, prefix .. position, 'record', text)
end
local function add(label, text)
  n = n + 1
  append(log, n, label, text)
  if count == 0 then return end
  for p = where == '*' and 1 or where + 1, where == '*' and count or where + 1 do
    parts[p] = parts[p] + 1
    append(KEYS[4 + p], parts[p], label, text)
  end
end
local function record()
  local text = arg()
  if text == '' then
    text = table.concat(pieces)
    pieces = {}
  else
    add(nil, text)
  end
  return n .. ' ' .. text
end
while i < #ARGV do
  local what = arg()
  if count > 0 then where = arg() end
  if what == 'l' then
    local key, field, value = arg(), arg(), record()
    if redis.call('HSET', key, field, value) == 1 then redis.call('SADD', games, key) end
  elseif what == 'k' then
    local field, value = arg(), record()
    redis.call('HSET', controls, field, value)
  elseif what == 'x' then
    local key, field = arg(), arg()
    record()
    redis.call('HDEL', key, field)
  elseif what == 'o' then
    local key, value = arg(), record()
    redis.call('UNLINK', key)
    redis.call('HSET', key, 'game', value)
    redis.call('SADD', games, key)
  elseif what == 'c' then
    local key = arg()
    record()
    redis.call('UNLINK', key)
    redis.call('SREM', games, key)
  elseif what == 's' then
    local field, value = arg(), record()
    for _, key in ipairs(redis.call('SMEMBERS', games)) do redis.call('UNLINK', key) end
    redis.call('DEL', games, controls)
    redis.call('HSET', controls, field, value)
  elseif what == 'p' then
    local label, text = arg(), arg()
    pieces[#pieces + 1] = text
    add(label, text)
  else
    record()
  end
end
redis.call('HSET', manifest, 'last', n, 'id', prefix .. n, 'batch', ARGV[3], 'stored', ARGV[4], 'whole', ARGV[5])
local oldest = string.format('%.0f', millis - tonumber(ARGV[7])) .. '-0'
redis.call('XTRIM', log, 'MINID', '~', oldest)
redis.call('XTRIM', log, 'MAXLEN', '~', ARGV[8])
for p = 1, count do
  if parts[p] > 0 then redis.call('HSET', manifest, 'partition:' .. (p - 1), prefix .. parts[p]) end
  redis.call('XTRIM', KEYS[4 + p], 'MINID', '~', oldest)
  redis.call('XTRIM', KEYS[4 + p], 'MAXLEN', '~', math.ceil(tonumber(ARGV[8]) / count))
end
return {'ok', n}
`)
