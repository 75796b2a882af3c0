/** Ways for the server to misbehave, to be switched on and off while it runs. */
import type { GameAt, OutFrame, ServerHooks, Wire } from "@boltodds/feed-server"
import type { RestartOptions } from "../Options.ts"
import type { Random } from "../Random.ts"

/** What a behavior may use of the server that it was switched on at. All of it ends when it is switched off. */
export interface FaultHost {
  /**
   * Random numbers for this behavior, for one connection or for all that is about none. The same `faultSeed`, name and
   * connection give the same numbers, whatever other behaviors do.
   */
  readonly random: (wire?: Wire) => Random
  /** The open connections, oldest first. */
  readonly wires: () => ReadonlyArray<Wire>
  /** Does something later, unless the behavior is off by then. Gives what calls it off. */
  readonly later: (millis: number, action: () => void) => () => void
  /** Counts one occurrence: `SimulatorStats.struck`. */
  readonly struck: () => void
  /** The sportsbooks that have games now. */
  readonly sportsbooks: () => ReadonlyArray<string>
  /** The sports that a book has games of now. */
  readonly sports: (sportsbook: string) => ReadonlyArray<string>
  /** See `Simulator.clear`. */
  readonly clear: (sportsbook: string, sport?: string) => void
  /** See `Simulator.spoil`; undefined where nothing can be spoiled. */
  readonly spoil: (odds?: unknown) => string | undefined
  /** See `Simulator.resend`, for one connection. */
  readonly resend: (wire: Wire, game: GameAt) => void
  /** Sends a frame on through the behaviors that come after this one, as if it had returned it. */
  readonly emit: (wire: Wire, frame: OutFrame) => void
  /** See `Simulator.restart`; options of the world that are left out stay as they are. */
  readonly restart: (options: RestartOptions) => void
}

/**
 * A way to misbehave: any subset of the server's hooks, beside `start` and `stop`.
 *
 * Hooks of several behaviors are asked in the order they were switched on; the first answer counts, except for
 * `frame`, where each gets what the one before made of it. A behavior may keep state in its closure, and is then good
 * for one server.
 */
export interface Behavior extends ServerHooks {
  /** What it is counted under, and what its random numbers hang on. */
  readonly name: string
  /** Whether it changes the made-up world: it cannot be switched on while a recording is replayed. @default false */
  readonly needsWorld?: boolean
  /** Whether it does nothing where no connection is open: such a moment does not count as a time. @default false */
  readonly needsConnection?: boolean
  /** It was switched on, with these connections open. */
  readonly start?: (wires: ReadonlyArray<Wire>, host: FaultHost) => void
  /** It was switched off. */
  readonly stop?: (wires: ReadonlyArray<Wire>) => void
}
