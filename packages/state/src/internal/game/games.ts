/** The life of a game: it opens, takes facts, and closes. */
import type { ChangeCause, GameData } from "@boltodds/protocol"
import { factBytes } from "../size.ts"
import type { Work } from "../work.ts"
import { takeFacts } from "./facts.ts"
import { forgetId, indexById } from "./sameGame.ts"
import type { Game, SportsbookEntry } from "../model.ts"
import type { SessionState } from "../session/SessionState.ts"

/** A game that is not in the book yet. */
export const newGame = (work: Work, session: SessionState, data: GameData, partial: boolean): Game => {
  const game: Game = {
    owner: work.owner,
    sport: data.sport,
    sportsbook: data.sportsbook,
    game: data.game,
    universal_game_id: null,
    book_game_id: null,
    home_team: null,
    away_team: null,
    starts_at: null,
    partial,
    fullEpoch: 0,
    namedEpoch: session.epoch,
    fullSentAt: null,
    openedAt: work.core.moment,
    when: null,
    startFault: "none",
    confirmedAt: partial ? -1 : work.core.moment,
    invalidatedAt: 0,
    touchedAt: work.core.moment,
    unread: undefined,
    limited: undefined,
    factBytes: 0,
    lineBytes: 0,
    suspended: 0,
    lines: new Map(),
  }
  takeFacts(game, data)
  game.factBytes = factBytes(game)
  return game
}

export const openGame = (work: Work, entry: SportsbookEntry, game: Game): void => {
  indexById(work.owner, entry, game)
  entry.games.set(game.game, game)
  work.core.games++
  work.core.bytes += game.factBytes
  touch(work, entry, game)
}

/** A message was applied: something of the game may be verified again. */
export const touch = (work: Work, entry: SportsbookEntry, game: Game): void => {
  game.touchedAt = work.core.moment
  entry.touchedAt = work.core.moment
}

/** Takes the facts of a message into a game that is known. */
export const learn = (work: Work, entry: SportsbookEntry, game: Game, data: GameData): boolean => {
  const id = game.universal_game_id
  const changed = takeFacts(game, data)
  if (!changed) return false
  if (id !== game.universal_game_id) {
    forgetId(work.owner, entry, game.game, id)
    indexById(work.owner, entry, game)
  }
  const bytes = factBytes(game)
  work.core.bytes += bytes - game.factBytes
  game.factBytes = bytes
  return true
}

/** Closes a game and all its lines. */
export const closeGame = (work: Work, entry: SportsbookEntry, game: Game, cause: ChangeCause): void => {
  entry.games.delete(game.game)
  forgetId(work.owner, entry, game.game, game.universal_game_id)
  work.core.games--
  work.core.lines -= game.lines.size
  work.core.bytes -= game.factBytes + game.lineBytes
  work.gameChange("game_closed", game, cause)
}
