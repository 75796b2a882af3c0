/** Emits: what the stream is told as. */
import type { Change, Control } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { StateOptions, Step } from "@boltodds/state"

/**
 * How deep the hub must look into the feed for an emit.
 *
 * `frames`: events as they come · `sync`: gaps, settling and quarantine are known, lines are not kept · `book`: the
 * whole book, with its changes.
 */
export type Depth = "frames" | "sync" | "book"

/** A way to tell the stream. A value without state: what it needs to remember lives in the emission of one run. */
export interface Emit<out A> {
  readonly name: string
  /** The hub takes the deepest that any route asks for, once for all. */
  readonly needs: Depth
  /** Begins a run. */
  readonly open: (context: EmitContext) => Emission<A>
}

/** What an emission knows of its run. */
export interface EmitContext {
  /** The options of the reducer, the run's name among them. */
  readonly state: StateOptions
}

/** An emit at work in one run. */
export interface Emission<out A> {
  /**
   * The envelopes of some steps, in order, in whole groups: every group's final envelope, and no other, is `last`.
   * Called once per turn and shared by all routes. How steps are grouped into calls makes no difference.
   */
  readonly of: (steps: ReadonlyArray<Step>) => ReadonlyArray<Envelope<A>>
  /** Tells a control that a lane makes by itself (`dropped`). Absent where this emit has no controls. */
  readonly control?: (control: Control) => Envelope<never>
  /**
   * Tells the whole book again, to a reader who has lost some of it: `stream_started` and a snapshot, one group. Absent
   * where an emit does not tell a book.
   */
  readonly snapshot?: (records: ReadonlyArray<Change | Control>) => ReadonlyArray<Envelope<A>>
}

/** What the emits of records have in common. */
export interface EmitOptions {
  /** Whether controls are told. Without them nobody can know what is not to be trusted. Default true. */
  readonly control?: boolean | undefined
}
