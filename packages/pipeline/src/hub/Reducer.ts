/** Reducers: how deep a run looks into the feed. */
import type { Book, Change, Control, FeedEvent, Filters, Millis } from "@boltodds/protocol"
import {
  awaitedNames,
  type Draft,
  type GameToTell,
  make,
  makeSync,
  resume,
  snapshot,
  snapshotGames,
  type SnapshotPlace,
  type StateOptions,
  type Step,
  thaw,
} from "@boltodds/state"
import type { SessionEpoch } from "@boltodds/lane"
import type { Depth } from "../emits/Emit.ts"
import type { Counted } from "../report/Unread.ts"
import { FrameNotices } from "./FrameNotices.ts"
import { EventStandings } from "../status/EventStandings.ts"
import type { Standing, Totals } from "../status/Standing.ts"

/** A reducer of one run. `Input` is what a source gives. */
export interface Reducer<in Input = FeedEvent> {
  readonly apply: (inputs: ReadonlyArray<Input>) => ReadonlyArray<Step>
  readonly stop: (at: Millis, reason: string) => ReadonlyArray<Change | Control>
  /** Names in the filters for which no data came. Absent if messages are not read. */
  readonly awaited?: () => Required<Filters>
  /** Counts of messages that were not applied. */
  readonly counted: () => Counted | undefined
  /** `stream_started`, and the whole book if lines are kept, as records. Absent if messages are not read. */
  readonly snapshot?: (place: SnapshotPlace) => ReadonlyArray<Change | Control>
  /** Some games as records, and all sessions that games may belong to. Absent if lines are not kept. */
  readonly snapshotOf?: (games: ReadonlyArray<GameToTell>, place: SnapshotPlace) => ReadonlyArray<Change | Control>
  readonly sessions?: () => ReadonlyArray<SessionEpoch>
  /** How much is known of each sportsbook. Absent if messages are not read. */
  readonly sportsbooks?: () => ReadonlyArray<Totals>
  /** What each session is doing, at the time of the last event. */
  readonly standings: () => ReadonlyArray<Standing>
}

const none: ReadonlyArray<never> = []

/** No reducer: events as they come, with the notices of the server. */
const frames = (run: string): Reducer => {
  const notices = new FrameNotices(run)
  const sessions = new EventStandings()
  return {
    apply: (events) =>
      events.map((event) => {
        sessions.take(event)
        return { event, records: notices.of(event) }
      }),
    stop: () => none,
    counted: () => undefined,
    standings: () => sessions.standings,
  }
}

/** Makes a reducer of this depth. `known` is the book that the run resumes from. */
export const makeReducer = (depth: Depth, options: StateOptions, known?: Book): Reducer => {
  switch (depth) {
    case "frames":
      return frames(options.run)
    case "sync":
      return new SyncReducer(thaw(makeSync(options)))
    case "book":
      return new BookReducer(options, known)
  }
}

/** The deepest of these. */
export const deepest = (depths: ReadonlyArray<Depth>): Depth =>
  depths.includes("book") ? "book" : depths.includes("sync") ? "sync" : "frames"

/** Keeps gaps, settling and quarantine; a snapshot has no lines. */
class SyncReducer implements Reducer {
  protected readonly draft: Draft
  #at: Millis = 0
  #first: Change | Control | undefined
  #seq = 0

  constructor(draft: Draft) {
    this.draft = draft
  }

  apply(events: ReadonlyArray<FeedEvent>): ReadonlyArray<Step> {
    const steps = this.draft.apply(events)
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

  awaited(): Required<Filters> {
    return awaitedNames(this.draft.seal())
  }

  sportsbooks(): ReadonlyArray<Totals> {
    return this.draft.sportsbooks
  }

  standings(): ReadonlyArray<Standing> {
    return this.draft.standings
  }

  counted(): Draft {
    return this.draft
  }

  stop(at: Millis, reason: string): ReadonlyArray<Change | Control> {
    return this.draft.stop(at, reason)
  }

  /**
   * `stream_started` again, at which a reader forgets its book, and the whole current book, unverified lines included. It
   * is one group, so that no reader acts on an empty book in between. Empty before the first record of the run.
   *
   * All records have the `seq` of the last record. `part` counts from that of the place, or from 1.
   */
  snapshot(place: SnapshotPlace = {}): ReadonlyArray<Change | Control> {
    if (this.#first === undefined) return []
    const started = startOf(this.#first)
    const part = place.part ?? 1
    const records = this.lines({ ...place, part: part + 1 })
    const at = new Date(this.#at).toISOString()
    const origin = place.origin === undefined ? {} : { origin: place.origin }
    return [
      { ...started, seq: this.#seq, part, ...origin, at, ...records.length === 0 ? { last: true } : {} },
      ...records,
    ]
  }

  /** The games and lines of a snapshot. */
  protected lines(_place: SnapshotPlace): ReadonlyArray<Change | Control> {
    return none
  }
}

/** Keeps the whole book, and makes snapshots for readers that lack it or a part of it. */
export class BookReducer extends SyncReducer {
  /** All sessions that games of a reader may belong to, including those that have ended. */
  readonly #sessions = new Map<string, number>()

  /** `known`: the book of an earlier run, if this run resumes it. */
  constructor(options: StateOptions, known?: Book) {
    super(thaw(known === undefined ? make(options) : resume(known, options)))
    for (const { session } of known?.games.values() ?? []) this.#sessions.set(session, 0)
  }

  sessions(): ReadonlyArray<SessionEpoch> {
    for (const [session, epoch] of this.draft.sessions) this.#sessions.set(session, epoch)
    return Array.from(this.#sessions, ([session, epoch]) => ({ session, epoch }))
  }

  protected override lines(place: SnapshotPlace): ReadonlyArray<Change | Control> {
    return snapshot(this.draft.seal(), place)
  }

  /** Some games as they are now, for a reader that has the rest of the book. */
  snapshotOf(games: ReadonlyArray<GameToTell>, place: SnapshotPlace): ReadonlyArray<Change | Control> {
    return snapshotGames(this.draft.seal(), games, place)
  }
}

/** The start of the run for a reader without a book: `stream_started`, even if the run resumed another. */
const startOf = (first: Change | Control): Change | Control => {
  const { last: _, ...rest } = first
  if (!("control" in rest) || rest.control !== "stream_resumed") return rest
  const { control: _c, resumes: _r, ...started } = rest
  return { control: "stream_started", ...started }
}
