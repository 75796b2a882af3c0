/** How a reducer is set up. */
import type { Filters, Millis } from "@boltodds/protocol"
import { resolveLimits, type StateLimits } from "./Limits.ts"

/** Options of a reducer. They belong to a recording's header: the same options and events give the same bytes. */
export interface StateOptions {
  /** A ULID for this start of the program. */
  readonly run: string
  /** What the sessions will ask for; `stream_started` has it. Default: everything. */
  readonly filters?: Filters | undefined
  /** Where starts are counted in what the records go to: the number of this one. Default: not counted. */
  readonly term?: number | undefined
  /** Reading time without progress after which a snapshot has settled. Default 10,000. */
  readonly settleMillis?: Millis | undefined
  /** Between heartbeats. Default 10,000. */
  readonly heartbeatMillis?: Millis | undefined
  /** How long we may stop reading before all of the session is stale. Default 5,000. */
  readonly pausedStaleMillis?: Millis | undefined
  /** How long a sportsbook with known games may say nothing before it is stale. Default 300,000. */
  readonly bookSilentMillis?: Millis | undefined
  /**
   * How much later than at best on a connection the updates of a sportsbook must arrive for it to be late: the median
   * of their lags against its smallest. Default 10,000.
   */
  readonly lateMillis?: Millis | undefined
  /** How long that must last until it is stale, and be over until it is fresh again. Default 10,000. */
  readonly lateForMillis?: Millis | undefined
  /**
   * Unknown actions to leave alone, by the wire's own `action` (or `type`): messages that carry them are counted and make
   * nothing unverified. Default none.
   */
  readonly ignoredActions?: ReadonlyArray<string> | undefined
  /** How far wall time and elapsed time may drift apart. Default 5,000. */
  readonly clockJumpMillis?: Millis | undefined
  /** How much the state may hold; bounds that are left out have their defaults. */
  readonly limits?: Partial<StateLimits> | undefined
}

/** {@link StateOptions} with every default filled in. */
export type ResolvedOptions =
  & { readonly [Name in Exclude<keyof StateOptions, "term" | "limits">]-?: Exclude<StateOptions[Name], undefined> }
  & { readonly term?: number; readonly limits: StateLimits }

/** Fills in the defaults. Throws where a length of time is invalid; that of a heartbeat must be 1 or more. */
export const resolveOptions = (options: StateOptions): ResolvedOptions => ({
  run: options.run,
  filters: options.filters ?? {},
  ...options.term === undefined ? {} : { term: options.term },
  settleMillis: checked("settleMillis", options.settleMillis ?? 10_000, 0),
  heartbeatMillis: checked("heartbeatMillis", options.heartbeatMillis ?? 10_000, 1),
  pausedStaleMillis: checked("pausedStaleMillis", options.pausedStaleMillis ?? 5_000, 0),
  bookSilentMillis: checked("bookSilentMillis", options.bookSilentMillis ?? 300_000, 0),
  lateMillis: checked("lateMillis", options.lateMillis ?? 10_000, 1),
  lateForMillis: checked("lateForMillis", options.lateForMillis ?? 10_000, 0),
  ignoredActions: options.ignoredActions ?? [],
  clockJumpMillis: checked("clockJumpMillis", options.clockJumpMillis ?? 5_000, 0),
  limits: resolveLimits(options.limits),
})

const checked = (name: string, millis: Millis, least: Millis): Millis => {
  if (millis >= least) return millis
  throw new RangeError(`Cannot make a state: ${name} must be a number of ${least} or more: current value is ${millis}`)
}
