/** A book, told as it changes, and told again from the beginning. */
import type { SessionEpoch } from "@boltodds/lane"
import type { Book, Change, Control, FeedEvent, Filters, Millis } from "@boltodds/protocol"
import {
  awaitedNames,
  type Draft,
  type GameToTell,
  make,
  resume,
  snapshot,
  snapshotGames,
  type SnapshotPlace,
  type StateOptions,
  type Step,
  thaw,
} from "@boltodds/state"

/** The reducer of one run, with what is needed to tell its book to one who has not, or not all of it, heard it. */
export class BookFeed {
  readonly #draft: Draft
  #at: Millis = 0
  #first: Change | Control | undefined
  #seq = 0
  /** All sessions that games of a reader may belong to, also those that are over. */
  readonly #sessions = new Map<string, number>()

  /** `known`: what the readers of an earlier run have, where this one goes on from there. */
  constructor(options: StateOptions, known?: Book) {
    this.#draft = thaw(known === undefined ? make(options) : resume(known, options))
    for (const { session } of known?.games.values() ?? []) this.#sessions.set(session, 0)
  }

  apply(events: ReadonlyArray<FeedEvent>): ReadonlyArray<Step> {
    const steps = this.#draft.apply(events)
    this.#at = events.at(-1)?.at ?? this.#at
    for (let index = steps.length - 1; index >= 0; index--) {
      const { records } = steps[index]!
      if (records.length === 0) continue
      this.#seq = records[records.length - 1]!.seq
      break
    }
    this.#first ??= steps.find(({ records }) => records.length > 0)?.records[0]
    return steps
  }

  sessions(): ReadonlyArray<SessionEpoch> {
    for (const [session, epoch] of this.#draft.sessions) this.#sessions.set(session, epoch)
    return Array.from(this.#sessions, ([session, epoch]) => ({ session, epoch }))
  }

  awaited(): Required<Filters> {
    return awaitedNames(this.#draft.seal())
  }

  counted(): Draft {
    return this.#draft
  }

  stop(at: Millis, reason: string): ReadonlyArray<Change | Control> {
    return this.#draft.stop(at, reason)
  }

  /**
   * The run's `stream_started` again, which makes those who kept a book forget it, and the whole book as it stands, doubts
   * included (`snapshot`). One group: nobody is to act on an empty book in between. Nothing before the first record.
   *
   * All have the `seq` of the last record, and count `part` from that of the place, or from 1.
   */
  snapshot(place: SnapshotPlace = {}): ReadonlyArray<Change | Control> {
    if (this.#first === undefined) return []
    const started = startOf(this.#first)
    const part = place.part ?? 1
    const told = snapshot(this.#draft.seal(), { ...place, part: part + 1 })
    const at = new Date(this.#at).toISOString()
    const origin = place.origin === undefined ? {} : { origin: place.origin }
    return [{ ...started, seq: this.#seq, part, ...origin, at, ...told.length === 0 ? { last: true } : {} }, ...told]
  }

  /** Some games as they stand, for a reader who has the rest of the book (`snapshotGames`). */
  snapshotOf(games: ReadonlyArray<GameToTell>, place: SnapshotPlace): ReadonlyArray<Change | Control> {
    return snapshotGames(this.#draft.seal(), games, place)
  }
}

/** The beginning of the run for those who know nothing: `stream_started`, also where the run resumed another. */
const startOf = (first: Change | Control): Change | Control => {
  const { last: _, ...rest } = first
  if (!("control" in rest) || rest.control !== "stream_resumed") return rest
  const { control: _c, resumes: _r, ...started } = rest
  return { control: "stream_started", ...started }
}
