/** The reducer, as deep as it has to be. */
import type { Book, Change, Control, FeedEvent, Filters, Millis } from "@boltodds/protocol"
import {
  awaitedNames,
  type GameToTell,
  makeSync,
  type SnapshotPlace,
  type StateOptions,
  type Step,
  thaw,
} from "@boltodds/state"
import type { SessionEpoch } from "@boltodds/lane"
import type { Depth } from "../emits/Emit.ts"
import type { Counted } from "../report/Unread.ts"
import { FrameWords } from "./FrameWords.ts"
import { BookFeed } from "./BookFeed.ts"

/** What the hub asks of a reducer. */
export interface Reduction {
  readonly apply: (events: ReadonlyArray<FeedEvent>) => ReadonlyArray<Step>
  readonly stop: (at: Millis, reason: string) => ReadonlyArray<Change | Control>
  /** Names of the filters of which nothing came; absent where messages are not looked into. */
  readonly awaited?: () => Required<Filters>
  /** What has not been applied so far. */
  readonly counted: () => Counted | undefined
  /** Everything known, told again. Absent where lines are not kept. */
  readonly snapshot?: (place: SnapshotPlace) => ReadonlyArray<Change | Control>
  /** Some games, told again; and all sessions that games may belong to. Absent where lines are not kept. */
  readonly snapshotOf?: (games: ReadonlyArray<GameToTell>, place: SnapshotPlace) => ReadonlyArray<Change | Control>
  readonly sessions?: () => ReadonlyArray<SessionEpoch>
}

const none: ReadonlyArray<never> = []

/** No reducer: events as they come, with what the server says in its own words. */
const frames = (run: string): Reduction => {
  const words = new FrameWords(run)
  return {
    apply: (events) => events.map((event) => ({ event, records: words.of(event) })),
    stop: () => none,
    counted: () => undefined,
  }
}

/** A reducer of this depth. */
export const makeReduction = (depth: Depth, options: StateOptions, known?: Book): Reduction => {
  switch (depth) {
    case "frames":
      return frames(options.run)
    case "sync": {
      const draft = thaw(makeSync(options))
      return {
        apply: (events) => draft.apply(events),
        stop: (at, reason) => draft.stop(at, reason),
        awaited: () => awaitedNames(draft.seal()),
        counted: () => draft,
      }
    }
    case "book":
      return new BookFeed(options, known)
  }
}

/** The deepest of these. */
export const deepest = (depths: ReadonlyArray<Depth>): Depth =>
  depths.includes("book") ? "book" : depths.includes("sync") ? "sync" : "frames"
