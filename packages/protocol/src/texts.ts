/**
 * The parts of a line change's JSON that its neighbors share, kept as text.
 *
 * Every part is found by what it says and compared with it before use, so a stale one is never used; all are flat
 * strings, because joining ropes costs more than writing the JSON would; and all caches start over when full (about
 * 15 MB together).
 */
import type { LineChange } from "./Change.ts"

const most = 16_384

/** Makes V8 join the pieces of a string now, once, instead of at each later use. */
const flat = (text: string): string => {
  text.charCodeAt(0)
  return text
}

const plain = /^[\w:.+-]*$/
const quoteTime = (value: string | null): string =>
  value !== null && plain.test(value) ? `"${value}"` : JSON.stringify(value)

let run: string | undefined
const heads = new Map<string, string>()

/** `{"change":…,"run":…,"seq":` */
export const headText = (r: LineChange): string => {
  if (r.run !== run || heads.size > 64) {
    heads.clear()
    run = r.run
  }
  let text = heads.get(r.change)
  if (text === undefined) {
    text = flat(`{"change":${JSON.stringify(r.change)},"run":${JSON.stringify(r.run)},"seq":`)
    heads.set(r.change, text)
  }
  return text
}

let moment: Pick<LineChange, "session" | "epoch" | "at" | "sent_at" | "frame"> | undefined
let momentKept = ""
/** The same after the part that nearly all records have. */
let momentOfWhole = ""

/** `,"part":…,"session":…,"epoch":…,"at":…,"sent_at":…,"frame":…,`: all but `part` is shared by the changes of a message. */
export const momentText = (r: LineChange): string => {
  if (
    moment !== undefined && moment.at === r.at && moment.sent_at === r.sent_at && moment.frame === r.frame &&
    moment.epoch === r.epoch && moment.session === r.session
  ) return partOf(r)
  const { session, epoch, at, sent_at, frame } = r
  moment = { session, epoch, at, sent_at, frame }
  momentKept = flat(
    `,"session":${JSON.stringify(session)},"epoch":${epoch},"at":${quoteTime(at)},"sent_at":${
      quoteTime(sent_at)
    },"frame":${frame},`,
  )
  momentOfWhole = flat(`,"part":0${momentKept}`)
  return partOf(r)
}

const partOf = ({ part, origin }: LineChange): string => {
  if (part === 0 && origin === undefined) return momentOfWhole
  return `,"part":${part}${origin === undefined ? "" : `,"origin":${JSON.stringify(origin)}`}${momentKept}`
}

/** `"cause":…,"sport":…, … ,"starts_at":…,`: what all changes of one game share. */
export interface GameText {
  readonly cause: string
  readonly sport: string
  readonly universal_game_id: string | null
  readonly book_game_id: string | null
  readonly home_team: string | null
  readonly away_team: string | null
  readonly starts_at: string | null
  readonly text: string
  readonly lines: Map<string, LineText>
}

const books = new Map<string, Map<string, GameText>>()
let kept = 0

/** The text of a change's game. */
export const gameText = (r: LineChange): GameText => {
  const known = books.get(r.sportsbook)?.get(r.game)
  if (
    known !== undefined && known.cause === r.cause && known.sport === r.sport && known.starts_at === r.starts_at &&
    known.universal_game_id === r.universal_game_id && known.book_game_id === r.book_game_id &&
    known.home_team === r.home_team && known.away_team === r.away_team
  ) return known
  const { cause, sport, sportsbook, universal_game_id, book_game_id, home_team, away_team, starts_at } = r
  const facts = { sport, sportsbook, game: r.game, universal_game_id, book_game_id, home_team, away_team, starts_at }
  const text = flat(JSON.stringify({ cause, ...facts }).slice(1, -1) + ",")
  const lines = known?.lines ?? new Map<string, LineText>()
  const made = { cause, sport, universal_game_id, book_game_id, home_team, away_team, starts_at, text, lines }
  count()
  const book = books.get(sportsbook)
  if (book === undefined) books.set(sportsbook, new Map([[r.game, made]]))
  else book.set(r.game, made)
  return made
}

/** `"outcome":…, … ,"odds":` and `,"link":…,"previous_odds":`: what all changes of one line share. */
export interface LineText {
  readonly market: string | null
  readonly target: string | null
  readonly target_kind: string | null
  readonly side: string | null
  readonly line: number | null
  readonly line_derived: boolean
  readonly link: string | null
  readonly untilOdds: string
  readonly afterOdds: string
}

/** The text of a change's line. */
export const lineText = (game: GameText, r: LineChange): LineText => {
  const known = game.lines.get(r.outcome)
  if (
    known !== undefined && known.line === r.line && known.link === r.link && known.market === r.market &&
    known.target === r.target && known.target_kind === r.target_kind && known.side === r.side &&
    known.line_derived === r.line_derived
  ) return known
  const { outcome, market, target, target_kind, side, line, line_derived, link } = r
  const untilOdds = JSON.stringify({ outcome, market, target, target_kind, side, line, line_derived })
  const made = {
    market,
    target,
    target_kind,
    side,
    line,
    line_derived,
    link,
    untilOdds: flat(`${untilOdds.slice(1, -1)},"odds":`),
    afterOdds: flat(`,"link":${JSON.stringify(link)},"previous_odds":`),
  }
  count()
  game.lines.set(outcome, made)
  return made
}

const count = (): void => {
  if (++kept <= most) return
  for (const games of books.values()) for (const game of games.values()) game.lines.clear()
  books.clear()
  kept = 0
}
