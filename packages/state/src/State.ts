/** The reducer's state. */
import type { Core, Counts } from "./internal/Core.ts"

/** What has been met and not applied, or applied with a remark, since the start of a run. */
export type StateCounts = Readonly<Counts>

export type { ActionCount, LimitCount } from "./internal/Core.ts"

const Inside: unique symbol = Symbol.for("@boltodds/state/State")

/**
 * All that is known at one point of a run: an immutable value. Read it with the queries of this package (`book`,
 * `getGame`, `isActionable`, …).
 */
export interface State {
  readonly [Inside]: unknown
  /** Whether lines are kept, or only games, gaps and settling. */
  readonly depth: "sync" | "book"
  /** The `seq` of the last record. */
  readonly seq: number
}

/** A state of depth `sync`: gaps and settling, without lines. */
export type Sync = State & { readonly depth: "sync" }

/** The inside of a state, for the modules of this package. */
export const coreOf = (state: State): Core => state[Inside] as Core

/** The state around a core that nobody changes any more. */
export const seal = (core: Core): State => ({ [Inside]: core, depth: core.depth, seq: core.seq })
