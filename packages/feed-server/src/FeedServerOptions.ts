/** How a feed server is set up. */
import type { FrameOptions } from "./messages/frames.ts"

/** The vendor's plans. Source: PROTOCOL, "Endpoints". */
export type PlanName = "Starter" | "Growth" | "Pro"

/** Which limits of the vendor's plans apply. */
export interface ServerLimits {
  /** Connections at one time per key; true: what the plan allows. @default false */
  readonly connections?: boolean | number | undefined
  /** How a dial beyond that is refused: HTTP 503, or a text and a close once connected. @default "status" */
  readonly overConnections?: "status" | "text" | undefined
  /** Dials and REST requests a minute per address, together; true: 12. Beyond it: HTTP 429. @default false */
  readonly requestsPerMinute?: boolean | number | undefined
}

/** How a feed server is set up. Every option has a default. */
export interface FeedServerOptions extends FrameOptions {
  /** @default "127.0.0.1" */
  readonly host?: string | undefined
  /** 0: any free one. @default 0 */
  readonly port?: number | undefined
  /**
   * Names that clients may use for this server, and origins of web pages that may connect: `sim.example`, `null` for
   * pages without an origin (files), `*` for all. Loopback names, addresses, names without a dot and this machine's name
   * are always allowed. Programs send no origin and are always let in. @default []
   */
  readonly allowHosts?: ReadonlyArray<string> | undefined
  /** What the text of a refusal says about allowing a name. @default `add NAME to allowHosts` */
  readonly howToAllow?: ((name: string) => string) | undefined
  /** Called once for each reason why a web page was refused with HTTP 403; must not throw. */
  readonly onRefused?: ((why: string) => void) | undefined
  /** The only key that is accepted, or a list of them; left out, any key that is not empty. */
  readonly key?: string | ReadonlyArray<string> | undefined
  /** Whether a key is accepted, in place of `key`: for keys that are known by their hashes only. */
  readonly accepts?: ((key: string) => boolean) | undefined
  /** The plan in `socket_connected`; null leaves it out, as older servers do. @default "Pro" */
  readonly plan?: PlanName | null | undefined
  /** true: all limits of the plan. @default false, so that tests on one machine do not disturb each other */
  readonly limits?: boolean | ServerLimits | undefined
  /** The time that snapshots are stamped with, in milliseconds since the Unix epoch. @default Date.now */
  readonly now?: (() => number) | undefined
  /** Between pings, in milliseconds; 0: none. @default 15000 */
  readonly pingMillis?: number | undefined
  /** Whether a subscribe is answered with `subscription_updated`; older servers do not. @default true */
  readonly confirmSubscribe?: boolean | undefined
  /** Whether an unknown game in the filters is answered with an error in the stream. @default true */
  readonly reportUnknownGames?: boolean | undefined
  /**
   * A client that reads slower than messages come. `wait`: {@link FeedServer.isCongested} is true while more than
   * `maxBacklogBytes` are unsent to it, and the caller waits, so nothing is lost · `close`: its connection is cut ·
   * `coalesce`: with more than 1 MiB unsent, a client gets each changed game as it is then, once it has taken that; with
   * more than `maxBacklogBytes`, or if it takes nothing between two pings, it is cut. Snapshots count for neither.
   * @default "wait"
   */
  readonly slowClient?: "wait" | "close" | "coalesce" | undefined
  /** What may be unsent to one client. @default 16 MiB */
  readonly maxBacklogBytes?: number | undefined
}
