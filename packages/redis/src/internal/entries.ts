/** Records as the arguments of the script that writes them, and as entries of a stream that are read. */
import { type Change, type Control, isControl, isLineChange, latestKey } from "@boltodds/protocol"
import { joined, lineField, partitionOf, type RedisKeys } from "../redisKeys.ts"
import type { StreamSettings } from "../RedisOptions.ts"
import type { Reply } from "./Link.ts"

/** A longer record becomes several entries, in characters: readers ask for many entries at once. */
const longest = 64 * 1024

/** What a record is to the script. */
type Place = Pick<StreamSettings, "latest" | "partitions">

/** Appends the arguments of a record to others. Returns of how many entries it is. */
export const appendRecord = (
  args: Array<string>,
  value: unknown,
  text: string,
  keys: RedisKeys,
  { latest, partitions }: Place,
): number => {
  const record = isRecord(value) ? value : undefined
  const partition = partitions === 0 ? undefined : placeOf(record, partitions)
  const pieces = text.length <= longest ? none : piecesOf(text)
  for (const [index, piece] of pieces.entries()) {
    begin(args, "p", partition)
    args.push(`${index + 1}/${pieces.length}`, piece)
  }
  if (record === undefined || !latest) begin(args, "r", partition)
  else if (isControl(record)) control(args, record, keys, partition)
  else change(args, record, keys, partition)
  args.push(pieces.length === 0 ? text : "")
  return pieces.length === 0 ? 1 : pieces.length
}

const none: ReadonlyArray<string> = []

const begin = (args: Array<string>, what: string, partition: string | undefined): void => {
  args.push(what)
  if (partition !== undefined) args.push(partition)
}

/**
 * A book knows a game by its sportsbook and its name, so the fields of a game need no more. Its opening and its closing
 * make all before them obsolete, the verification of the game included.
 */
const change = (args: Array<string>, record: Change, keys: RedisKeys, partition: string | undefined): void => {
  const key = keys.game(record.sportsbook, record.game)
  if (isLineChange(record)) {
    begin(args, record.change === "line_closed" ? "x" : "l", partition)
    args.push(key, lineField(record.outcome))
    return
  }
  switch (record.change) {
    case "game_opened":
      begin(args, "o", partition)
      args.push(key)
      return
    case "game_closed":
      begin(args, "c", partition)
      args.push(key)
      return
    case "game_amended":
      begin(args, "l", partition)
      args.push(key, "facts")
      return
    default:
      // A kind of a later version: it must not replace what this version knows.
      begin(args, "l", partition)
      args.push(key, `other:${(record as Change).change}`)
  }
}

const control = (args: Array<string>, record: Control, keys: RedisKeys, partition: string | undefined): void => {
  if (record.control === "stream_started") {
    begin(args, "s", partition)
    args.push(record.control)
  } else if (record.control === "game_verified") {
    begin(args, "l", partition)
    args.push(keys.game(record.sportsbook, record.game), "verified")
  } else if (record.control === "quarantined" && record.sportsbook !== null && record.game !== null) {
    const { touches, session, outcome } = record
    begin(args, "l", partition)
    const field = joined(["quarantined", touches, session, ...outcome === null ? [] : [outcome]])
    args.push(keys.game(record.sportsbook, record.game), field)
  } else {
    begin(args, "k", partition)
    args.push(joined(latestKey(record)))
  }
}

/** A control is a barrier: it is in all partitions, between the records that it is between in the log. */
const placeOf = (record: Change | Control | undefined, partitions: number): string =>
  record === undefined || isControl(record) ? "*" : String(partitionOf(record.sportsbook, record.game, partitions))

const isRecord = (value: unknown): value is Change | Control =>
  typeof value === "object" && value !== null && ("control" in value || "change" in value && "sportsbook" in value)

/** Not in the middle of a character. */
const piecesOf = (text: string): ReadonlyArray<string> => {
  const pieces: Array<string> = []
  for (let from = 0; from < text.length;) {
    let until = Math.min(from + longest, text.length)
    const last = text.charCodeAt(until - 1)
    if (until < text.length && last >= 0xd800 && last <= 0xdbff) until--
    pieces.push(text.slice(from, until))
    from = until
  }
  return pieces
}

/** An entry as it was read. */
export interface Entry {
  readonly id: string
  /** Its position in the stream, from 1. */
  readonly position: number
  /** Undefined: it was not written by this package. */
  readonly record: string | undefined
  /** Of a record in several entries: which of how many, as `2/3`. */
  readonly piece: string | undefined
}

/** The entries of the answer to `XREAD` of one stream. */
export const entriesOf = (reply: Reply): ReadonlyArray<Entry> => {
  if (reply === null) return []
  const [stream] = reply as ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, ReadonlyArray<string>]>]>
  return (stream?.[1] ?? []).map(([id, fields]) => {
    const position = positionOf(id)
    const [first, a, second, b] = fields
    if (position > 0 && first === "record" && fields.length === 2) return { id, position, record: a, piece: undefined }
    if (position > 0 && first === "piece" && second === "record" && fields.length === 4) {
      return { id, position, record: b, piece: a }
    }
    return { id, position, record: undefined, piece: undefined }
  })
}

/** The position of an id. Those that the server makes have 0, or a number of another kind. */
export const positionOf = (id: string): number => Number(id.slice(id.indexOf("-") + 1))

/** Joins the pieces of records, which follow each other. */
export class Pieces {
  #texts: Array<string> = []

  /** The text of the record that this entry completes; undefined where pieces are missing. */
  join(text: string, piece: string | undefined): string | undefined {
    if (piece === undefined) return text
    const [number = 0, count = 0] = piece.split("/").map(Number)
    if (number === 1) this.#texts = []
    if (this.#texts.length !== number - 1) return undefined
    this.#texts.push(text)
    if (number < count) return undefined
    const whole = this.#texts.join("")
    this.#texts = []
    return whole
  }
}
