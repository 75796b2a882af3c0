/** How a simulator is set up. */
import type { FrameOptions } from "./Frames.ts"
import type { PlanName } from "./Limits.ts"
import type { WorldOptions } from "./world/World.ts"

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
   * Cuts the connection that first gets so many frames. The rest goes by unseen: whoever connects from then on gets the
   * end as initial states, and nothing more.
   */
  readonly cutAfterFrames?: number | undefined
  /** After the last frame: pings only, or a clean close. @default "stay" */
  readonly atEnd?: "stay" | "close" | undefined
}

/** Which limits of the plans apply. */
export interface ServerLimits {
  /** Connections at one time per key; true: what the plan allows. @default false */
  readonly connections?: boolean | number | undefined
  /** What a dial beyond that gets: HTTP 503, or the text and a close once connected. @default "status" */
  readonly overConnections?: "status" | "text" | undefined
  /** Dials and REST requests a minute per address, together; true: 12. Beyond it: HTTP 429. @default false */
  readonly requestsPerMinute?: boolean | number | undefined
}

/** How a simulator is set up. Everything has a default: `{}` is a server with a living world on a free port. */
export interface SimulatorOptions extends FrameOptions {
  /** @default "127.0.0.1" */
  readonly host?: string | undefined
  /** 0: any free one. @default 0 */
  readonly port?: number | undefined
  /**
   * Names that this server is asked for by, or that web pages which may talk to it are from: `sim.example`, `null` for
   * pages without an origin (files), `*` for all. Besides them those that cannot be another site's: see `simulate --help`.
   * Programs say no origin, and are let in. @default []
   */
  readonly allowHosts?: ReadonlyArray<string> | undefined
  /** Hears, once for each, why a web page was refused with HTTP 403; must not throw. */
  readonly onRefused?: ((why: string) => void) | undefined
  /** The only key that is accepted, or those in the list; left out, any that is not empty. */
  readonly key?: string | ReadonlyArray<string> | undefined
  /** Told in `socket_connected`; null: not told, as by older servers. @default "Pro" */
  readonly plan?: PlanName | null | undefined
  /** true: all of the plan's. @default false, so that tests on one machine are not in each other's way */
  readonly limits?: boolean | ServerLimits | undefined
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
  /** Between pings, in milliseconds; 0: none. @default 15000 */
  readonly pingMillis?: number | undefined
  /** Whether a subscribe is answered with `subscription_updated`; older servers do not. @default true */
  readonly confirmSubscribe?: boolean | undefined
  /** Whether an unknown game in the filters is answered with an error in the stream. @default true */
  readonly reportUnknownGames?: boolean | undefined
  /**
   * A client that reads slower than messages come. `wait`: the whole world waits once more than `maxBacklogBytes` are
   * unsent to it, so nothing is ever lost · `close`: its connection is cut then. @default "wait"
   */
  readonly slowClient?: "wait" | "close" | undefined
  /** What may be unsent to one client. @default 16 MiB */
  readonly maxBacklogBytes?: number | undefined
}
