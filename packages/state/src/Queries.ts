/** Reading a state. */
import {
  type Book,
  type BookGame,
  type BookLine,
  emptyBook,
  type Filters,
  gameId,
  type Millis,
  silentMillis,
} from "@boltodds/protocol"
import { listAwaited } from "./internal/session/awaited.ts"
import { excessOf } from "./internal/deadline/lag.ts"
import { verdictAt } from "./internal/deadline/lateness.ts"
import { coreOf, type State } from "./State.ts"
import type { Core } from "./internal/Core.ts"
import type { Game, Line, SportsbookEntry } from "./internal/model.ts"
import type { SessionState } from "./internal/session/SessionState.ts"
import { isGameVerified, isLineVerified } from "./internal/verification.ts"

/** The whole book of a state, as `fold` would build it from the records. Costs a copy of everything. */
export const book = (state: State): Book => {
  const games = new Map<string, BookGame>()
  const staleSessions = new Set<string>()
  const staleBooks = new Set<string>()
  for (const session of coreOf(state).sessions.values()) {
    if (session.stale !== undefined) staleSessions.add(session.name)
    for (const entry of session.sportsbooks.values()) {
      if (entry.stale !== undefined) staleBooks.add(gameId(session.name, entry.sportsbook))
      for (const game of entry.games.values()) {
        games.set(gameId(entry.sportsbook, game.game), toBookGame(session, entry, game))
      }
    }
  }
  const { started, options, resumes } = coreOf(state)
  const run = started ? options.run : resumes
  return run === undefined ? emptyBook : { games, staleSessions, staleBooks, lossy: false, run }
}

/** One game at one sportsbook with all its lines, or undefined. */
export const getGame = (state: State, sportsbook: string, game: string): BookGame | undefined => {
  const found = find(state, sportsbook, game)
  return found && toBookGame(found.session, found.entry, found.game)
}

/** All games of one sportsbook. */
export const gamesOf = (state: State, sportsbook: string): ReadonlyArray<BookGame> => {
  const games: Array<BookGame> = []
  for (const session of coreOf(state).sessions.values()) {
    const entry = session.sportsbooks.get(sportsbook)
    if (entry === undefined) continue
    for (const game of entry.games.values()) games.push(toBookGame(session, entry, game))
  }
  return games
}

/** How to find one game at all sportsbooks: by the feed's own id, or by a game key that several sportsbooks share. */
export type AcrossSportsbooks = { readonly universal_game_id: string } | { readonly game: string }

/** One game at every sportsbook that has it. Only what the feed itself says is one game is taken for one game. */
export const gameAcrossSportsbooks = (state: State, which: AcrossSportsbooks): ReadonlyArray<BookGame> => {
  const games: Array<BookGame> = []
  for (const session of coreOf(state).sessions.values()) {
    for (const entry of session.sportsbooks.values()) {
      if ("game" in which) {
        const game = entry.games.get(which.game)
        if (game !== undefined) games.push(toBookGame(session, entry, game))
        continue
      }
      for (const game of entry.games.values()) {
        if (game.universal_game_id === which.universal_game_id) games.push(toBookGame(session, entry, game))
      }
    }
  }
  return games
}

/** Where a line is. */
export interface LineRef {
  readonly sportsbook: string
  readonly game: string
  /** The outcome key. */
  readonly outcome: string
}

/** One line, or undefined. */
export const getLine = (state: State, ref: LineRef): BookLine | undefined => {
  const found = find(state, ref.sportsbook, ref.game)
  const line = found?.game.lines.get(ref.outcome)
  return found && line && toBookLine(found.session, found.entry, found.game, line)
}

/**
 * Why a line is not to be acted on; of several reasons the first of these.
 *
 * `stopped`: the run has ended · `unknown`: no such line · `disconnected` · `stale`: the session or the sportsbook is, or is by
 * now · `silent`: no frame for 25 s · `unverified`: not confirmed since a gap, a jump of the clock or something unreadable ·
 * `suspended`: no price · `partial`: the game may have lines that are not known.
 */
export type NotActionable =
  | "unknown"
  | "unverified"
  | "suspended"
  | "partial"
  | "stale"
  | "silent"
  | "disconnected"
  | "stopped"

/**
 * Why a line is not to be acted on at this time (milliseconds of the session clock), or undefined where it is: it is
 * verified, priced, its game is complete, and its session and sportsbook are fresh.
 */
export const whyNotActionable = (state: State, ref: LineRef, now: Millis): NotActionable | undefined => {
  const core = coreOf(state)
  if (core.stopped) return "stopped"
  const found = find(state, ref.sportsbook, ref.game)
  const line = found?.game.lines.get(ref.outcome)
  if (found === undefined || line === undefined) return "unknown"
  const { session, entry, game } = found
  if (!session.connected) return "disconnected"
  if (session.stale !== undefined || entry.stale !== undefined) return "stale"
  // The reducer may not know this time yet: a deadline before it counts as if it had fired. NaN is after no deadline.
  if (
    !(now < (session.pause?.staleAt ?? Infinity) && now < silentAt(core, session, entry) && now < lateAt(core, entry))
  ) {
    return "stale"
  }
  if (!(now - (session.received.frameAt ?? session.received.since) < silentMillis)) return "silent"
  if (!isLineVerified(session, entry, game, line)) return "unverified"
  if (line.odds === null) return "suspended"
  return game.partial ? "partial" : undefined
}

/** When a sportsbook that sends nothing from now on is stale. */
const silentAt = ({ options }: Core, session: SessionState, entry: SportsbookEntry): Millis =>
  Math.max(entry.receivedAt, session.received.since) + options.bookSilentMillis

/** When a sportsbook whose updates arrive late is stale. */
const lateAt = ({ options }: Core, entry: SportsbookEntry): Millis => verdictAt(entry, options.lateForMillis)

/** Whether a line may be acted on at this time; see {@link whyNotActionable}. */
export const isActionable = (state: State, ref: LineRef, now: Millis): boolean =>
  whyNotActionable(state, ref, now) === undefined

/** How much is known. */
export interface Totals {
  readonly games: number
  readonly gamesVerified: number
  readonly lines: number
  readonly sportsbooks: number
}

/** How much is known, and how much of it is verified and not stale. */
export const totals = (state: State): Totals => {
  const core = coreOf(state)
  const books = new Set<string>()
  let gamesVerified = 0
  for (const session of core.sessions.values()) {
    for (const entry of session.sportsbooks.values()) {
      if (entry.games.size > 0) books.add(entry.sportsbook)
      if (session.stale !== undefined || entry.stale !== undefined) continue
      for (const game of entry.games.values()) if (isGameVerified(session, entry, game)) gamesVerified++
    }
  }
  return { games: core.games, gamesVerified, lines: core.lines, sportsbooks: books.size }
}

/** How fresh one sportsbook is. */
export interface SportsbookFreshness {
  readonly session: string
  readonly sportsbook: string
  readonly games: number
  /** Since its last message, in milliseconds. A quiet market is normal. */
  readonly silentMillis: Millis
  /**
   * How much later its updates arrive now than at best on this connection, in milliseconds; null before the first that
   * says when it was sent.
   */
  readonly lateMillis: Millis | null
  readonly stale: boolean
}

/** How long ago the last message of each sportsbook came, at this time. */
export const freshness = (state: State, now: Millis): ReadonlyArray<SportsbookFreshness> => {
  const books: Array<SportsbookFreshness> = []
  for (const session of coreOf(state).sessions.values()) {
    for (const entry of session.sportsbooks.values()) {
      books.push({
        session: session.name,
        sportsbook: entry.sportsbook,
        games: entry.games.size,
        silentMillis: now - entry.receivedAt,
        lateMillis: entry.lag === undefined ? null : excessOf(entry.lag),
        stale: entry.stale !== undefined || session.stale !== undefined,
      })
    }
  }
  return books
}

/**
 * The names of the filters of which nothing has come since they were sent, by kind, in order; of several sessions all.
 * A quiet market is normal; a misspelt name looks the same.
 */
export const awaitedNames = (state: State): Required<Filters> => {
  const names = {
    sports: new Set<string>(),
    sportsbooks: new Set<string>(),
    games: new Set<string>(),
    markets: new Set<string>(),
  }
  for (const { awaited } of coreOf(state).sessions.values()) {
    for (const kind of ["sports", "sportsbooks", "games", "markets"] as const) {
      for (const name of awaited.names?.[kind] ?? []) names[kind].add(name)
    }
  }
  return listAwaited(names)
}

interface Found {
  readonly session: SessionState
  readonly entry: SportsbookEntry
  readonly game: Game
}

const find = (state: State, sportsbook: string, game: string): Found | undefined => {
  for (const session of coreOf(state).sessions.values()) {
    const entry = session.sportsbooks.get(sportsbook)
    const found = entry?.games.get(game)
    if (entry !== undefined && found !== undefined) return { session, entry, game: found }
  }
  return undefined
}

const toBookGame = (session: SessionState, entry: SportsbookEntry, game: Game): BookGame => {
  const lines = new Map<string, BookLine>()
  for (const line of game.lines.values()) lines.set(line.outcome, toBookLine(session, entry, game, line))
  return {
    session: session.name,
    sport: game.sport,
    sportsbook: game.sportsbook,
    game: game.game,
    universal_game_id: game.universal_game_id,
    book_game_id: game.book_game_id,
    home_team: game.home_team,
    away_team: game.away_team,
    starts_at: game.starts_at,
    partial: game.partial,
    verified: isGameVerified(session, entry, game),
    lines,
  }
}

const toBookLine = (session: SessionState, entry: SportsbookEntry, game: Game, line: Line): BookLine => ({
  outcome: line.outcome,
  market: line.market,
  target: line.target,
  target_kind: line.target_kind,
  side: line.side,
  line: line.line,
  line_derived: line.line_derived,
  odds: line.odds,
  link: line.link,
  verified: isLineVerified(session, entry, game, line),
  ...line.extras,
})
