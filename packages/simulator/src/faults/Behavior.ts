/** Ways for the server to misbehave, to be switched on and off while it runs. */
import type { Filters } from "@boltodds/protocol"
import type { GameAt } from "../FeedBook.ts"
import type { RestartOptions } from "../Restart.ts"
import type { Random } from "../Random.ts"

/** A WebSocket dial, before it is answered. */
export interface Dial {
  /** From 1, over the server's life. */
  readonly number: number
  readonly remoteAddress: string
  /** Connections that are open already, of whatever key. */
  readonly open: number
}

/** A REST request, before it is answered. */
export interface RestRequest {
  /** `/api/get_info` and so on. */
  readonly path: string
  readonly query: URLSearchParams
}

/** An HTTP answer: to a REST request, or in place of an upgrade. */
export interface RestAnswer {
  readonly status: number
  readonly body?: string
  /** Header names and values, beside `Content-Type: text/plain` and `Content-Length`. */
  readonly headers?: { readonly [name: string]: string }
}

/** What a frame is. */
export type FrameKind =
  /** `socket_connected` */
  | "ack"
  /** `subscription_updated`, or an error in the stream */
  | "reply"
  | "ping"
  /** initial states after a subscribe */
  | "snapshot"
  /** what happens after that, and replayed frames */
  | "stream"
  /** pushed by a test */
  | "pushed"

/** A frame on its way to a client. */
export interface OutFrame {
  readonly kind: FrameKind
  readonly data: string | Uint8Array
}

/**
 * What is held back: `data` (snapshot, stream and pushed frames) · `frames` (all of them; pings of the WebSocket
 * protocol are still answered) · `everything` (those pongs too).
 */
export type Held = "data" | "frames" | "everything"

/** One accepted connection, as a behavior sees it. */
export interface Wire {
  /** From 1, over the server's life. */
  readonly id: number
  /** Frames of kind `snapshot`, `stream` or `pushed` that were sent on it so far. */
  readonly dataFrames: number
  /** What it asked for; undefined until it subscribed. */
  readonly filters: Filters | undefined
  /** Sends as it is, past all behaviors. */
  readonly send: (data: string | Uint8Array) => void
  /** Closes with a close frame. */
  readonly close: (code?: number, reason?: string) => void
  /** Cuts the TCP connection: its end, with no close frame before it. */
  readonly terminate: () => void
  /** Resets the TCP connection (RST): what was under way is lost. */
  readonly reset: () => void
  /** Whether nothing goes out, not even a pong, while the socket stays open; see `mute`. */
  muted: boolean
  /**
   * Holds frames back, within the server's bound for a backlog: a connection that more waits for is cut. Gives what
   * lets them go.
   */
  readonly hold: (what: Held) => () => void
  /** From now on nothing is written and nothing read, for good; see `halfOpen`. */
  readonly freeze: () => void
  /** Lets so many bytes out a second, frames cut anywhere; undefined: as many as the socket takes. */
  readonly throttle: (bytesPerSecond: number | undefined) => void
}

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
  /** Counts that it struck: `SimulatorStats.struck`. */
  readonly struck: () => void
  /** The books that have games now. */
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
 * A way to misbehave: any subset of these hooks.
 *
 * Hooks of several behaviors are asked in the order they were switched on; the first answer counts, except for
 * `frame`, where each gets what the one before made of it. A behavior may keep state in its closure, and is then good
 * for one server.
 */
export interface Behavior {
  /** What it is counted under, and what its random numbers hang on. */
  readonly name: string
  /** Whether it changes the made-up world: it cannot be switched on while a recording is replayed. @default false */
  readonly needsWorld?: boolean
  /** Answers a dial in place of the server: with a status, by resetting the connection, or never. */
  readonly dial?: (dial: Dial) => RestAnswer | "reset" | "hang" | undefined
  /** Answers a REST request in place of the server. */
  readonly request?: (request: RestRequest) => RestAnswer | "reset" | "hang" | undefined
  /** A connection was accepted. `no_ack`: the server says nothing. */
  readonly open?: (wire: Wire) => "no_ack" | undefined
  /** A client sent a text. `ignore`: as if it had not. */
  readonly receive?: (wire: Wire, text: string) => "ignore" | undefined
  /** A frame is about to be sent. Undefined: as it is; a list: these in its place. */
  readonly frame?: (wire: Wire, frame: OutFrame) => ReadonlyArray<OutFrame> | undefined
  /** A connection is gone. */
  readonly close?: (wire: Wire) => void
  /** It was switched on, with these connections open. */
  readonly start?: (wires: ReadonlyArray<Wire>, host: FaultHost) => void
  /** It was switched off. */
  readonly stop?: (wires: ReadonlyArray<Wire>) => void
}
