/**
 * How much memory the parts of a state take: estimates, a little above what V8 needs. They are added where a part is
 * made, changed where its texts change, and taken off where it goes; nothing is ever counted again.
 */
import type { LineExtras } from "@boltodds/protocol"
import type { Core } from "./Core.ts"
import { cleared, type Game, type GameFacts, type LineValues, type Removal, type SportsbookEntry } from "./model.ts"
import type { SessionState } from "./session/SessionState.ts"

/** A character may take two bytes. */
const charBytes = 2

/** An object of a line with its place in two maps, the headers of its texts and its last server time. */
const lineBase = 290
const gameBase = 1_100
const sportsbookBase = 2_000
const sessionBase = 3_000
const removalBase = 300

/** What the texts of a line take. */
export const textBytes = ({ market, target, link, extras }: LineValues): number =>
  charBytes * ((market?.length ?? 0) + (target?.length ?? 0) + (link?.length ?? 0)) +
  (extras === undefined ? 0 : extrasBytes(extras))

/** A line by its outcome's key and what is said of it. */
export const lineBytes = (outcome: string, says: LineValues): number =>
  lineBase + charBytes * outcome.length + textBytes(says)

/** A game without its lines. */
export const factBytes = (game: GameFacts): number =>
  gameBase +
  charBytes * (game.sport.length + game.game.length + (game.universal_game_id?.length ?? 0) +
      (game.book_game_id?.length ?? 0) + (game.home_team?.length ?? 0) + (game.away_team?.length ?? 0))

/** A sportsbook without its games. */
export const sportsbookBytes = (sportsbook: string): number => sportsbookBase + charBytes * sportsbook.length

/** A session without its sportsbooks. */
export const sessionBytes = (name: string): number => sessionBase + charBytes * name.length

/** Something that was taken back. For the clear of a sportsbook there is always room: it is counted with the sportsbook. */
export const removalBytes = (name: string, { sentAt }: Removal): number =>
  name === cleared ? 0 : removalBase + charBytes * (name.length + sentAt.length)

/** The values of `line_raw` and the like are at most 200 characters long. */
const extrasBytes = (extras: LineExtras): number => {
  let bytes = 100
  for (const value of Object.values(extras)) bytes += typeof value === "string" ? charBytes * value.length : 60
  return bytes
}

/** The whole, counted from scratch: what `Core.bytes` must be at any time. */
export const countBytes = (core: Core): number => {
  let bytes = 0
  for (const session of core.sessions.values()) bytes += countSession(session)
  return bytes
}

const countSession = (session: SessionState): number => {
  let bytes = sessionBytes(session.name)
  for (const entry of session.sportsbooks.values()) bytes += countSportsbook(entry)
  return bytes
}

const countSportsbook = (entry: SportsbookEntry): number => {
  let bytes = sportsbookBytes(entry.sportsbook)
  for (const game of entry.games.values()) bytes += countGame(game)
  for (const [name, removal] of entry.removals) bytes += removalBytes(name, removal)
  return bytes
}

const countGame = (game: Game): number => {
  let bytes = factBytes(game)
  for (const line of game.lines.values()) bytes += lineBytes(line.outcome, line)
  return bytes
}
