/** Emits: the forms of records. */
import type { Coalescing } from "@boltodds/lane"
import type { Change, Control, Millis } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { StateOptions, Step } from "@boltodds/state"
import type { Processor } from "../processors/Processor.ts"

/**
 * How deep an emit needs the hub to look into the feed.
 *
 * - `frames`: events as they come
 * - `sync`: gaps, settling and quarantine, without lines
 * - `book`: the whole book, with its changes
 */
export type Depth = "frames" | "sync" | "book"

/**
 * A form of records: what a route sends. It has no state; the state of one run is in its {@link Emission}.
 *
 * `name`, `needs` and `open` make an emit. The other members say what else can be done with its records; what is absent is
 * refused with a reason.
 */
export interface Emit<out A> {
  /** How configurations, reports and logs name it. */
  readonly name: string
  /** The hub uses the deepest that any route needs, for all routes. */
  readonly needs: Depth
  /** Opens the emit for one run. */
  readonly open: (context: EmitContext) => Emission<A>
  /** How records are merged while they wait in a lane with `coalesce`. Absent: they cannot be merged. */
  readonly coalescing?: Coalescing<A>
  /** Records of one key stay in order when a lane delivers in parallel. Absent: they are delivered one after another. */
  orderKey?(value: A): string
  /**
   * The records that meet a condition, so that a reader knows when something no longer meets it. Absent: records that do
   * not meet it are left out.
   */
  view?(holds: (value: A) => boolean): Processor<never, A>
  /** Whether folding the records gives the book, so that a later run can resume from them. Default false. */
  readonly isBook?: boolean
  /**
   * Whether it can be made of the records of the steps alone, so that it works on a source of records too. The events of
   * such steps are ticks: there are no frames and no messages. Default false: it is refused there.
   */
  readonly takesRecords?: boolean
}

/** The run of an emission. */
export interface EmitContext {
  /** The options of the reducer, with the name of the run. */
  readonly state: StateOptions
  /**
   * Whether the source gives records, see `takesRecords`. They may be of several runs, each with an identity of its own.
   * Default false: the source gives events.
   */
  readonly isOfRecords?: boolean
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
   * The envelopes of a snapshot, in one group: all that a reader needs that has nothing, for one that lost records or joins
   * late. Absent if the records of the emit cannot be sent again.
   *
   * `records` is `stream_started`, and after it the whole book if a route needs the book. Each envelope has the `origin` of
   * the first record, and a `part` of its own that counts from that of the first record. The first envelope is the control
   * `stream_started`, at which a reader forgets what it has. An emission that was opened during a run has seen no steps: it
   * takes what it needs from `records`.
   */
  readonly snapshot?: (records: ReadonlyArray<Change | Control>) => ReadonlyArray<Envelope<A>>
  /** Snapshots of single games. Absent: a loss in one game is a loss of everything. */
  readonly games?: GameSnapshots<A>
  /**
   * The time of the next deadline; undefined if there is none. Deadlines follow the time of the events, not the clock of
   * the process, so that a replay gives the same bytes. A live session has an event every second at least.
   */
  readonly dueAt?: () => Millis | undefined
  /**
   * The envelopes of a deadline, in whole groups. Called before the first event at or after the time of `dueAt`, with that
   * time. Afterwards `dueAt` must be later or undefined.
   */
  readonly advance?: (at: Millis) => ReadonlyArray<Envelope<A>>
}

/** How an emit whose records each name one game sends single games again. */
export interface GameSnapshots<out A> {
  /** The envelopes of some games, as `game_opened` with its lines, or `game_closed`. */
  readonly of: (records: ReadonlyArray<Change | Control>) => ReadonlyArray<Envelope<A>>
  /** The id of the game that begins or ends with this record: the reader then keeps nothing of it from before. */
  readonly begins: (value: unknown) => string | undefined
}

/** Options of the emits. */
export interface EmitOptions {
  /** Whether controls are sent. Without them a reader cannot know which prices are unverified. Default true. */
  readonly control?: boolean | undefined
}
