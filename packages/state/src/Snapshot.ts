/** The records of a state for a reader that knows nothing of it, or has lost some of it. */
import type { Change, Control } from "@boltodds/protocol"
import { coreOf, type State } from "./State.ts"
import { excessOf } from "./internal/deadline/lag.ts"
import { Work } from "./internal/work.ts"
import { copyCore, type Core } from "./internal/Core.ts"
import type { Game, SportsbookEntry } from "./internal/model.ts"
import type { SessionState } from "./internal/session/SessionState.ts"
import { isGameVerified, isLineVerified } from "./internal/verification.ts"

/** Where the records of a snapshot stand among those of their `seq`. */
export interface SnapshotPlace {
  /** The `part` of the first; the others follow. Default 1: 0 is the record that `seq` counts. */
  readonly part?: number | undefined
  /** Who sends it, where that is not the run itself; it counts `part` by itself. Default none. */
  readonly origin?: string | undefined
}

/** A game to send again, with what is known of it where the state has it no more. */
export interface GameToTell {
  readonly sportsbook: string
  readonly game: string
  readonly sport: string
  readonly universal_game_id: string | null
  readonly book_game_id: string | null
  readonly home_team: string | null
  readonly away_team: string | null
  readonly starts_at: string | null
}

/**
 * The records that rebuild the book of this state from nothing: every game and line with `cause: "snapshot"`, marked
 * `unverified` where they are. Before them comes a `stale` for each part that is stale, so that no line of it counts as
 * live meanwhile.
 *
 * They carry the state's own `seq`, since nothing new happened, and count `part` from 1: a reader applies them in the
 * order given, then goes on with the records after that `seq`. Two snapshots at one `seq` say the same, record by record;
 * only `at`, `epoch` and `age_ms` are those of the moment.
 */
export const snapshot = (state: State, place: SnapshotPlace = {}): ReadonlyArray<Change | Control> => {
  const core = coreOf(state)
  const work = new Work(copyCore(core))
  for (const session of core.sessions.values()) {
    work.begin({ session: session.name, epoch: session.epoch }, core.now, null, false)
    const age = core.now - (session.received.frameAt ?? session.received.since)
    if (session.stale !== undefined) work.control("stale", { reason: session.stale, sportsbook: null, age_ms: age })
    for (const entry of session.sportsbooks.values()) {
      if (entry.stale !== undefined) {
        const age = entry.stale === "late" && entry.lag !== undefined
          ? excessOf(entry.lag)
          : core.now - entry.receivedAt
        work.control("stale", { reason: entry.stale, sportsbook: entry.sportsbook, age_ms: age })
      }
      for (const game of entry.games.values()) writeGame(work, session, entry, game)
    }
    work.end()
  }
  return placed(work, core.seq, place)
}

/**
 * The records that correct some games of a reader who has the rest of the book: of each game that the state has, its
 * `game_opened`, its lines, and `game_verified` where it is; of any other its `game_closed`. One group, all with
 * `cause: "snapshot"`. Numbers as in {@link snapshot}.
 */
export const snapshotGames = (
  state: State,
  games: ReadonlyArray<GameToTell>,
  place: SnapshotPlace = {},
): ReadonlyArray<Change | Control> => {
  const core = coreOf(state)
  const work = new Work(copyCore(core))
  const last = core.sessions.get(core.lastSession)
  const { lastSession, lastEpoch } = core
  work.begin({ session: lastSession, epoch: last?.epoch ?? lastEpoch }, core.now, null, false)
  for (const wanted of games) {
    const found = find(core, wanted)
    if (found === undefined) {
      work.gameChange("game_closed", { ...wanted, partial: false }, "snapshot")
      continue
    }
    const { session, entry, game } = found
    work.stampOf(session)
    writeGame(work, session, entry, game)
    if (!isGameVerified(session, entry, game)) continue
    const { sport, sportsbook } = game
    work.control("game_verified", { sport, sportsbook, game: game.game, lines: game.lines.size, changed: 0 })
  }
  work.end()
  return placed(work, core.seq, place)
}

const find = (
  { sessions }: Core,
  { sportsbook, game }: GameToTell,
): { readonly session: SessionState; readonly entry: SportsbookEntry; readonly game: Game } | undefined => {
  for (const session of sessions.values()) {
    const entry = session.sportsbooks.get(sportsbook)
    const known = entry?.games.get(game)
    if (entry !== undefined && known !== undefined) return { session, entry, game: known }
  }
  return undefined
}

const writeGame = (work: Work, session: SessionState, entry: SportsbookEntry, game: Game): void => {
  work.gameChange("game_opened", game, "snapshot")
  if (!isGameVerified(session, entry, game)) work.markUnverified()
  for (const line of game.lines.values()) {
    work.lineChange("line_opened", game, line, "snapshot")
    if (!isLineVerified(session, entry, game, line)) work.markUnverified()
  }
}

/** The records of this work with their place: they have one number, and differ in their part. */
const placed = (work: Work, seq: number, place: SnapshotPlace): ReadonlyArray<Change | Control> => {
  let part = place.part ?? 1
  for (const record of work.records as Array<{ seq: number; part: number; origin?: string }>) {
    record.seq = seq
    record.part = part++
    if (place.origin !== undefined) record.origin = place.origin
  }
  return work.records
}
