/** Telling a state again, to a reader who knows nothing. */
import type { Change, Control } from "@boltodds/protocol"
import { copyCore, coreOf, type State } from "./State.ts"
import { excessOf } from "./internal/lag.ts"
import { isGameVerified, isLineVerified } from "./internal/model.ts"
import { Work } from "./internal/work.ts"

/** Where the records of a snapshot stand among those of their `seq`. */
export interface SnapshotPlace {
  /** The `part` of the first; the others follow. Default 1: 0 is the record that `seq` counts. */
  readonly part?: number | undefined
  /** Who sends it, where that is not the run itself; it counts `part` by itself. Default none. */
  readonly origin?: string | undefined
}

/**
 * The records that rebuild the book of this state from nothing: every game and line with `cause: "snapshot"`, those in
 * doubt marked `unverified`, and before them a `stale` for each part that is stale, so that nothing is believed meanwhile.
 *
 * They carry the state's own `seq`, since nothing new happened, and count `part` from 1: a reader applies them in the
 * order given, then goes on with the records after that `seq`. Two snapshots at one `seq` say the same, record by record;
 * only `at`, `epoch` and `age_ms` are those of the moment.
 */
export const snapshot = (state: State, place: SnapshotPlace = {}): ReadonlyArray<Change | Control> => {
  const core = coreOf(state)
  const work = new Work(copyCore(core))
  const seq = core.seq
  for (const session of core.sessions.values()) {
    work.begin(session.name, session.epoch, core.now, null, false)
    const age = core.now - (session.lastFrameAt ?? session.listeningSince)
    if (session.stale !== undefined) work.control("stale", { reason: session.stale, sportsbook: null, age_ms: age })
    for (const book of session.books.values()) {
      if (book.stale !== undefined) {
        const age = book.stale === "late" && book.lag !== undefined ? excessOf(book.lag) : core.now - book.heardAt
        work.control("stale", { reason: book.stale, sportsbook: book.sportsbook, age_ms: age })
      }
      for (const game of book.games.values()) {
        work.gameChange("game_opened", game, "snapshot")
        if (!isGameVerified(session, book, game)) work.markUnverified()
        for (const line of game.lines.values()) {
          work.lineChange("line_opened", game, line, line.odds, null, null, "snapshot", false)
          if (!isLineVerified(session, book, game, line)) work.markUnverified()
        }
      }
    }
    work.end()
  }
  let part = place.part ?? 1
  for (const record of work.records as Array<{ seq: number; part: number; origin?: string }>) {
    record.seq = seq
    record.part = part++
    if (place.origin !== undefined) record.origin = place.origin
  }
  return work.records
}
