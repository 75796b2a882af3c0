/** Emits: the forms of records. */
import type { Change, Control } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { StateOptions, Step } from "@boltodds/state"

/**
 * How deep an emit needs the hub to look into the feed.
 *
 * - `frames`: events as they come
 * - `sync`: gaps, settling and quarantine, without lines
 * - `book`: the whole book, with its changes
 */
export type Depth = "frames" | "sync" | "book"

/** A form of records. It has no state; the state of one run is in its {@link Emission}. */
export interface Emit<out A> {
  readonly name: string
  /** The hub uses the deepest that any route needs, for all routes. */
  readonly needs: Depth
  /** Opens the emit for one run. */
  readonly open: (context: EmitContext) => Emission<A>
}

/** The run of an emission. */
export interface EmitContext {
  /** The options of the reducer, with the name of the run. */
  readonly state: StateOptions
}

/** An emit at work in one run. */
export interface Emission<out A> {
  /**
   * The envelopes of some steps, in order and in whole groups. Only the final envelope of a group is `last`. Called once
   * per turn for all routes. The division of steps into calls makes no difference.
   */
  readonly of: (steps: ReadonlyArray<Step>) => ReadonlyArray<Envelope<A>>
  /** The envelope of a control that a lane makes (`dropped`). Absent if the emit has no controls. */
  readonly control?: (control: Control) => Envelope<never>
  /**
   * The envelopes of a resnapshot, for a reader that lost records: `stream_started` and the whole book, in one group.
   * Absent if the emit has no book.
   */
  readonly snapshot?: (records: ReadonlyArray<Change | Control>) => ReadonlyArray<Envelope<A>>
}

/** Options of the emits. */
export interface EmitOptions {
  /** Whether controls are sent. Without them a reader cannot know which prices are unverified. Default true. */
  readonly control?: boolean | undefined
}
