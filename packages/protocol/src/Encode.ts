/** Records as lines of JSON. */
import { type Change, type GameChange, isLineChange, type LineChange } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"

/**
 * The JSON text of a record, without a newline. The fields of a change stand in the order of its interface, whatever
 * order it was made in, so equal changes give equal bytes; fields of others (a processor's) follow. A control's fields
 * stand in the order it has them. `part` is always written.
 *
 * @example
 * ```ts
 * import { type Control, encodeRecord } from "@boltodds/protocol"
 *
 * const stamp = { run: "01", seq: 7, part: 0, session: "main", epoch: 1, at: "2026-07-16T04:54:37.438Z", sent_at: null, frame: null }
 * const control: Control = { control: "synced", ...stamp, games: 15, lines: 4200 }
 * console.log(encodeRecord(control))
 * ```
 */
export const encodeRecord = (record: Change | Control): string => {
  if (isControl(record)) return JSON.stringify(record.part === undefined ? withPart(record) : record)
  return isLineChange(record) ? encodeLine(record) : JSON.stringify({ ...inOrder(record, 0), ...record })
}

/** A record of an older version, or of a caller who leaves it out. */
const withPart = ({ control, run, seq, ...rest }: Control): object => ({ control, run, seq, part: 0, ...rest })

/** The fields that every line change has, in their order. */
const lineFields: ReadonlyArray<string> = [
  "change",
  "run",
  "seq",
  "part",
  "session",
  "epoch",
  "at",
  "sent_at",
  "frame",
  "cause",
  "sport",
  "sportsbook",
  "game",
  "universal_game_id",
  "book_game_id",
  "home_team",
  "away_team",
  "starts_at",
  "outcome",
  "market",
  "target",
  "target_kind",
  "side",
  "line",
  "line_derived",
  "odds",
  "link",
  "previous_odds",
  "previous_line",
] satisfies ReadonlyArray<keyof LineChange>

/** The fields that few line changes have. */
const optionalFields: ReadonlySet<string> = new Set<keyof LineChange>([
  "origin",
  "last",
  "delayed",
  "merged",
  "unverified",
  "late",
  "line_split",
  "market_raw",
  "target_raw",
  "side_raw",
  "line_raw",
])

/**
 * A busy feed's time goes here. Most records are made in the order of their fields already, and a few have one of the
 * optional fields after the others: only those are copied.
 */
const encodeLine = (r: LineChange): string => {
  const fields = Object.keys(r)
  for (let index = 0; index < lineFields.length; index++) {
    if (fields[index] !== lineFields[index]) return JSON.stringify({ ...inOrder(r, 0), ...r })
  }
  if (fields.length === lineFields.length) return JSON.stringify(r)
  for (let index = lineFields.length; index < fields.length; index++) {
    if (!optionalFields.has(fields[index]!)) return JSON.stringify({ ...inOrder(r, 0), ...r })
  }
  return JSON.stringify(inOrder(r, r.part))
}

/**
 * The fields of a change in their order; JSON leaves out those that are undefined. One literal: V8 makes it several times
 * faster than one that is put together of others.
 */
const inOrder = (
  r: { readonly [Field in keyof LineChange | keyof GameChange]?: unknown },
  part: number | undefined,
): object => ({
  change: r.change,
  run: r.run,
  seq: r.seq,
  part,
  origin: r.origin,
  session: r.session,
  epoch: r.epoch,
  at: r.at,
  sent_at: r.sent_at,
  frame: r.frame,
  last: r.last,
  delayed: r.delayed,
  cause: r.cause,
  sport: r.sport,
  sportsbook: r.sportsbook,
  game: r.game,
  universal_game_id: r.universal_game_id,
  book_game_id: r.book_game_id,
  home_team: r.home_team,
  away_team: r.away_team,
  starts_at: r.starts_at,
  merged: r.merged,
  unverified: r.unverified,
  outcome: r.outcome,
  market: r.market,
  target: r.target,
  target_kind: r.target_kind,
  side: r.side,
  line: r.line,
  line_derived: r.line_derived,
  odds: r.odds,
  link: r.link,
  previous_odds: r.previous_odds,
  previous_line: r.previous_line,
  late: r.late,
  line_split: r.line_split,
  market_raw: r.market_raw,
  target_raw: r.target_raw,
  side_raw: r.side_raw,
  line_raw: r.line_raw,
  partial: r.partial,
  reset: r.reset,
})
