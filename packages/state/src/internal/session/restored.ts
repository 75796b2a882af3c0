/**
 * What is known from an earlier run. It is unverified until a message of this run confirms it, and it belongs to a session
 * of that run until a session of this one has it.
 */
import {
  type Book,
  type BookGame,
  type BookLine,
  type GameData,
  lineExtras,
  matchFilters,
  type Millis,
  type Scope,
} from "@boltodds/protocol"
import { closeGame } from "../game/games.ts"
import { forgetId, indexById } from "../game/sameGame.ts"
import { factBytes, lineBytes, sessionBytes, sportsbookBytes } from "../size.ts"
import type { Work } from "../work.ts"
import type { Core } from "../Core.ts"
import { type Game, type Line, newSportsbook, type Owner, type SportsbookEntry } from "../model.ts"
import { gamesIn, linesIn, newSession, type SessionState, sportsbooksWithGames } from "./SessionState.ts"

/** Earlier than every invalidation: never verified. */
const never = -1

/** Puts a book into a core that has nothing yet. */
export const restore = (core: Core, book: Book): void => {
  const owner: Owner = { of: "draft" }
  for (const known of book.games.values()) {
    const session = sessionOf(core, known.session, owner)
    const entry = entryOf(core, session, known.sportsbook, owner)
    const game = gameOf(known, owner)
    entry.games.set(game.game, game)
    indexById(owner, entry, game)
    core.games++
    core.lines += game.lines.size
    core.bytes += game.factBytes + game.lineBytes
  }
  // Readers wait for their `fresh`, also where nothing of the sportsbook is left.
  for (const id of book.staleBooks) {
    const [session, sportsbook] = id.split("\u0000") as [string, string]
    entryOf(core, sessionOf(core, session, owner), sportsbook, owner).stale = "book_silent"
  }
}

const sessionOf = (core: Core, name: string, owner: Owner): SessionState => {
  const known = core.sessions.get(name)
  if (known !== undefined) return known
  const session = newSession(name, 0, owner, Infinity)
  session.isRestored = true
  session.invalidatedAt = core.moment
  core.sessions.set(name, session)
  core.bytes += sessionBytes(name)
  return session
}

const entryOf = (core: Core, session: SessionState, sportsbook: string, owner: Owner): SportsbookEntry => {
  const known = session.sportsbooks.get(sportsbook)
  if (known !== undefined) return known
  const entry = newSportsbook(sportsbook, owner, undefined)
  session.sportsbooks.set(sportsbook, entry)
  core.bytes += sportsbookBytes(sportsbook)
  return entry
}

const gameOf = (known: BookGame, owner: Owner): Game => {
  const game = emptyGame(known, owner)
  game.factBytes = factBytes(game)
  for (const [key, line] of known.lines) {
    game.lines.set(key, lineOf(line, owner))
    if (line.odds === null) game.suspended++
    game.lineBytes += lineBytes(key, game.lines.get(key)!)
  }
  return game
}

const emptyGame = (known: BookGame, owner: Owner): Game => ({
  owner,
  sport: known.sport,
  sportsbook: known.sportsbook,
  game: known.game,
  universal_game_id: known.universal_game_id,
  book_game_id: known.book_game_id,
  home_team: known.home_team,
  away_team: known.away_team,
  starts_at: known.starts_at,
  partial: known.partial,
  fullEpoch: 0,
  namedEpoch: 0,
  fullSentAt: null,
  openedAt: never,
  when: null,
  startFault: "none",
  confirmedAt: never,
  invalidatedAt: 0,
  touchedAt: never,
  unread: undefined,
  limited: undefined,
  factBytes: 0,
  lineBytes: 0,
  suspended: 0,
  lines: new Map(),
})

const lineOf = (known: BookLine, owner: Owner): Line => ({
  owner,
  outcome: known.outcome,
  market: known.market,
  target: known.target,
  target_kind: known.target_kind,
  side: known.side,
  line: known.line,
  line_derived: known.line_derived,
  odds: known.odds,
  link: known.link,
  extras: lineExtras(known),
  unreadable: 0,
  sentAt: null,
  confirmedAt: never,
})

/** A gap in every session of the book, from now on. The caller ends the group. */
export const openRestartGaps = (work: Work, at: Millis): void => {
  for (const known of work.core.sessions.values()) {
    const session = work.ownSession(known)
    for (const { sportsbook } of session.sportsbooks.values()) work.sportsbook(session, sportsbook).receivedAt = at
    const sportsbooks = sportsbooksWithGames(session)
    work.stampOf(session)
    work.control("gap_opened", {
      reason: "restart",
      code: null,
      detail: null,
      sportsbooks,
      games: gamesIn(session),
      lines: linesIn(session),
    })
    session.invalidatedAt = work.invalidate()
    session.gap = { since: at, sportsbooks, verifiedGames: 0, changedLines: 0 }
    session.received.eventAt = at
    session.received.since = at
  }
}

/** Something came of the session in this run: it is back under its name. */
export const comeBack = (work: Work, session: SessionState, at: Millis): void => {
  session.isRestored = false
  session.checks.heartbeatAt = at + work.core.options.heartbeatMillis
  work.arm(session.checks.heartbeatAt)
}

/** Gives a session the game that a message is about, where one has it that is known from an earlier run only. */
export const takeOver = (work: Work, taker: SportsbookEntry, data: GameData): Game | undefined => {
  for (const { session, entry } of restoredEntries(work, data.sportsbook)) {
    const known = entry.games.get(data.game)
    if (known === undefined) continue
    const from = work.sportsbook(work.ownSession(session), data.sportsbook)
    const game = work.game(from, known)
    from.games.delete(data.game)
    forgetId(work.owner, from, game.game, game.universal_game_id)
    taker.games.set(data.game, game)
    indexById(work.owner, taker, game)
    // Readers apply the records of a session to the games that name it.
    work.gameChange("game_amended", game, "resync")
    return game
  }
  return undefined
}

/** A message about a game does not fit: one that is known from an earlier run is there all the same, or is removed. */
export const refuseRestored = (work: Work, { sportsbook, game: key }: GameData, isRemoved: boolean): void => {
  if (!isRemoved) return markRestoredNamed(work, { sportsbook, game: key })
  for (const { session, entry } of restoredEntries(work, sportsbook)) {
    const game = entry.games.get(key)
    if (game !== undefined) closeGame(work, work.sportsbook(work.ownSession(session), sportsbook), game, "feed")
  }
}

/** Closes those games of an earlier run that a clear is about. */
export const clearRestored = (
  work: Work,
  sportsbook: string,
  isCleared: (game: Game) => boolean,
  cause: "book_clear" | "sport_clear",
): void => {
  for (const { session, entry } of restoredEntries(work, sportsbook)) {
    const own = work.sportsbook(work.ownSession(session), sportsbook)
    for (const game of entry.games.values()) if (isCleared(game)) closeGame(work, own, game, cause)
  }
}

/** Something of these was there, though unreadable: they are not absent. */
export const markRestoredNamed = (work: Work, { sportsbook, game: key }: Scope): void => {
  for (const known of work.core.sessions.values()) {
    if (!known.isRestored) continue
    const session = work.ownSession(known)
    for (const entry of session.sportsbooks.values()) {
      if (sportsbook !== undefined && entry.sportsbook !== sportsbook) continue
      for (const game of entry.games.values()) {
        if (key !== undefined && game.game !== key) continue
        work.game(work.sportsbook(session, entry.sportsbook), game).namedEpoch = 1
      }
    }
  }
}

/**
 * The snapshot of a session has settled: closes those games of an earlier run that it should have held, and those that
 * the filters of the run exclude. Other sessions may yet come for the rest.
 */
export const sweepRestored = (work: Work, settled: SessionState, at: Millis): void => {
  const run = matchFilters(work.core.options.filters)
  for (const known of work.core.sessions.values()) {
    if (!known.isRestored) continue
    const session = work.ownSession(known)
    let absent = 0
    for (const entry of session.sportsbooks.values()) {
      for (const game of entry.games.values()) {
        const within = run.game(game.sport, game.sportsbook, game.game)
        const expected = settled.match?.game(game.sport, game.sportsbook, game.game) !== false
        if (within && (!expected || game.namedEpoch > 0)) continue
        closeGame(work, work.sportsbook(session, entry.sportsbook), game, within ? "absent" : "filters")
        absent++
      }
    }
    if (gamesIn(session) === 0) endRestored(work, session, absent, at)
  }
}

/** Nothing is left of the session: its gap is over, and so is what was stale in it. */
const endRestored = (work: Work, session: SessionState, absent: number, at: Millis): void => {
  work.core.sessions.delete(session.name)
  work.core.bytes -= sessionBytes(session.name)
  work.stampOf(session)
  for (const { sportsbook, stale } of session.sportsbooks.values()) {
    work.core.bytes -= sportsbookBytes(sportsbook)
    if (stale !== undefined) work.control("fresh", { sportsbook })
  }
  work.control("gap_closed", {
    duration_ms: at - (session.gap?.since ?? at),
    games: 0,
    changed: 0,
    absent,
    unverified: 0,
    sportsbooks_missing: [],
    complete: true,
  })
}

function* restoredEntries(
  work: Work,
  sportsbook: string,
): Generator<{ readonly session: SessionState; readonly entry: SportsbookEntry }> {
  for (const session of work.core.sessions.values()) {
    const entry = session.isRestored ? session.sportsbooks.get(sportsbook) : undefined
    if (entry !== undefined) yield { session, entry }
  }
}
