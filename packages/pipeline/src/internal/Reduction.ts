/** The reducer, as deep as it has to be. */
import type { Change, Control, FeedEvent, Millis } from "@boltodds/protocol"
import { makeSync, type SnapshotPlace, type StateOptions, type Step, thaw } from "@boltodds/state"
import type { Depth } from "../Emit.ts"
import { Telling } from "./Telling.ts"

/** What the hub asks of a reducer. */
export interface Reduction {
  readonly apply: (events: ReadonlyArray<FeedEvent>) => ReadonlyArray<Step>
  readonly stop: (at: Millis, reason: string) => ReadonlyArray<Change | Control>
  /** Everything known, told again. Absent where lines are not kept. */
  readonly again?: (place: SnapshotPlace) => ReadonlyArray<Change | Control>
}

const none: ReadonlyArray<never> = []

/** No reducer: events as they come. */
const frames: Reduction = {
  apply: (events) => events.map((event) => ({ event, records: none })),
  stop: () => none,
}

/** A reducer of this depth. */
export const makeReduction = (depth: Depth, options: StateOptions): Reduction => {
  switch (depth) {
    case "frames":
      return frames
    case "sync":
      return thaw(makeSync(options))
    case "book":
      return new Telling(options)
  }
}

/** The deepest of these. */
export const deepest = (depths: ReadonlyArray<Depth>): Depth =>
  depths.includes("book") ? "book" : depths.includes("sync") ? "sync" : "frames"
