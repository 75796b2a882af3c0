/** Records as lines of JSON. */
import { type Change, type GameChange, isLineChange, type LineChange } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"
import { gameText, headText, lineText, momentText } from "./texts.ts"

/**
 * The JSON text of a record, without a newline. The fields of a change stand in the order of its interface, whatever
 * order it was made in, so equal changes give equal bytes; fields of others (a processor's) follow. A control's fields
 * stand in the order it has them. `part` is always written.
 *
 * A line change is put together by hand from parts that rarely differ between neighbors, because this is where a busy
 * feed's time goes; a property test holds it equal to `JSON.stringify`.
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
  if (!isLineChange(record)) return JSON.stringify({ ...shared(record), ...ofGame(record), ...record })
  return encodeLine(record) ?? JSON.stringify({ ...shared(record), ...ofLine(record), ...record })
}

/** A record of an older version, or of a caller who leaves it out. */
const withPart = ({ control, run, seq, ...rest }: Control): object => ({ control, run, seq, part: 0, ...rest })

const requiredFields = 29

/** Undefined where the record is not exactly of its type: a field too many, one missing, one of another type. */
const encodeLine = (r: LineChange): string | undefined => {
  if (!isTyped(r)) return undefined
  let expected = requiredFields
  let marks = ""
  let merges = ""
  let end = "}"
  if (r.origin !== undefined) expected++
  if (r.last === true) {
    expected++
    marks = '"last":true,'
  }
  if (r.delayed === true) {
    expected++
    marks += '"delayed":true,'
  }
  if (r.merged !== undefined && Number.isFinite(r.merged)) {
    expected++
    merges = `"merged":${r.merged},`
  }
  if (r.unverified === true) {
    expected++
    merges += '"unverified":true,'
  }
  if (r.late === true) {
    expected++
    end = ',"late":true}'
  }
  if (Object.keys(r).length !== expected) return undefined
  const game = gameText(r)
  const line = lineText(game, r)
  return headText(r) + r.seq + momentText(r) + marks + game.text + merges + line.untilOdds + r.odds + line.afterOdds +
    r.previous_odds + ',"previous_line":' + r.previous_line + end
}

const isText = (value: unknown): boolean => value === null || typeof value === "string"
const isNumber = (value: unknown): boolean => value === null || Number.isFinite(value)

/** Types promise this, but a record may come from anywhere: an unquoted string would be another value. */
const isTyped = (r: LineChange): boolean =>
  Number.isFinite(r.seq) && Number.isFinite(r.part) && (r.origin === undefined || typeof r.origin === "string") &&
  isNumber(r.line) && isNumber(r.odds) && isNumber(r.previous_odds) &&
  isNumber(r.previous_line) && typeof r.line_derived === "boolean" && isText(r.change) && isText(r.run) &&
  isText(r.cause) && isText(r.outcome) && isText(r.market) && isText(r.target) && isText(r.target_kind) &&
  isText(r.side) && isText(r.link) && isNumber(r.epoch) && isNumber(r.frame) && isText(r.session) && isText(r.at) &&
  isText(r.sent_at) && isText(r.sport) && isText(r.sportsbook) && isText(r.game) && isText(r.universal_game_id) &&
  isText(r.book_game_id) && isText(r.home_team) && isText(r.away_team) && isText(r.starts_at)

const gameFields = (r: Change) => ({
  sport: r.sport,
  sportsbook: r.sportsbook,
  game: r.game,
  universal_game_id: r.universal_game_id,
  book_game_id: r.book_game_id,
  home_team: r.home_team,
  away_team: r.away_team,
  starts_at: r.starts_at,
})

/** The fields of every change in their order; JSON leaves out those that are undefined. */
const shared = (r: Change) => ({
  change: r.change,
  run: r.run,
  seq: r.seq,
  part: r.part ?? 0,
  origin: r.origin,
  session: r.session,
  epoch: r.epoch,
  at: r.at,
  sent_at: r.sent_at,
  frame: r.frame,
  last: r.last,
  delayed: r.delayed,
  cause: r.cause,
  ...gameFields(r),
  merged: r.merged,
  unverified: r.unverified,
})

const ofGame = (r: GameChange) => ({ partial: r.partial, reset: r.reset })

const ofLine = (r: LineChange) => ({
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
})
