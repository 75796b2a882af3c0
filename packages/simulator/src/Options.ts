/** How a simulator is set up. */
import type { DisconnectHow, FeedServerOptions } from "@boltodds/feed-server"
import type { WorldOptions } from "./world/WorldOptions.ts"

/** What is replayed in place of a generated world. */
export interface TraceReplayOptions {
  /** A trace or a recording, plain or gzip; see `readTrace`. It is read through once at the start, to check it. */
  readonly file: string
  /** How many times as fast as it was recorded, or as fast as clients take it. @default 1 */
  readonly speed?: number | "max" | undefined
  /**
   * `connection`: each connection gets all of it from its beginning once it subscribes · `timeline`: it runs once, from
   * the first subscribe on; who comes later, or comes back, gets an `initial_state` of each game as it then stands and
   * goes on from there. @default "connection"
   */
  readonly passes?: "connection" | "timeline" | undefined
  /**
   * Cuts the connection that first gets this many frames. No client sees the rest: a client that connects afterwards
   * gets the final state as initial states, and nothing more.
   */
  readonly cutAfterFrames?: number | undefined
  /** After the last frame: pings only, or a clean close. @default "stay" */
  readonly atEnd?: "stay" | "close" | undefined
}

/** How a simulator is set up. Everything has a default: `{}` is a server with a living world on a free port. */
export interface SimulatorOptions extends FeedServerOptions {
  /** The generated world; see {@link WorldOptions}. */
  readonly world?: WorldOptions | undefined
  /** Where the random numbers of faults begin. @default the world's seed */
  readonly faultSeed?: number | undefined
  /**
   * The time that messages are stamped with, in milliseconds since the Unix epoch; a fixed one makes runs equal to the
   * byte. Schedules are kept by real time all the same. @default Date.now
   */
  readonly now?: (() => number) | undefined
  /** Messages a second, from all of the world; 0: only what is pushed or stepped. Up to 50,000. @default 100 */
  readonly rate?: number | undefined
  /** Replays a file instead of generating. */
  readonly replay?: TraceReplayOptions | undefined
}

/** How the server goes away and comes back. */
export interface RestartOptions {
  /** Messages of the world that are not sent meanwhile. @default 0 */
  readonly missedMessages?: number | undefined
  /** How long it stays away: dials are reset. @default 0 */
  readonly downMillis?: number | undefined
  /** Comes back with a world of these options in place of the one that it had. */
  readonly world?: WorldOptions | undefined
  /** @default "abort" */
  readonly how?: DisconnectHow | undefined
}
