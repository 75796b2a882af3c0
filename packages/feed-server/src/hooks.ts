/** Places where a caller changes what the server does: the simulator's faults use all of them. */
import type { Filters } from "@boltodds/protocol"

/** A WebSocket dial, before it is answered. */
export interface Dial {
  /** From 1, over the server's life. */
  readonly number: number
  readonly remoteAddress: string
  /** Connections that are already open, with any key. */
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

/** Whether frames of this kind are data frames: they carry odds, or a test pushed them. */
export const isDataFrame = (kind: FrameKind): boolean => kind === "snapshot" || kind === "stream" || kind === "pushed"

/** A frame that is about to be sent to a client. */
export interface OutFrame {
  readonly kind: FrameKind
  readonly data: string | Uint8Array
}

/**
 * What is held back: `data` (snapshot, stream and pushed frames) · `frames` (all of them; pings of the WebSocket
 * protocol are still answered) · `everything` (those pongs too).
 */
export type Held = "data" | "frames" | "everything"

/** One accepted connection, as hooks see it. */
export interface Wire {
  /** From 1, over the server's life. */
  readonly id: number
  /** Frames of kind `snapshot`, `stream` or `pushed` sent on it so far. */
  readonly dataFrames: number
  /** The filters of its latest subscribe; undefined until it subscribes. */
  readonly filters: Filters | undefined
  /** Sends a frame as it is, without the `frame` hook. */
  readonly send: (data: string | Uint8Array) => void
  /** Closes with a close frame. */
  readonly close: (code?: number, reason?: string) => void
  /** Ends the TCP connection without a close frame. */
  readonly terminate: () => void
  /** Resets the TCP connection (RST): what is in flight is lost. */
  readonly reset: () => void
  /** Whether nothing is sent, not even a pong, while the socket stays open. */
  muted: boolean
  /**
   * Holds frames back, within the server's bound for a backlog: a connection whose backlog grows beyond it is cut.
   * Returns a function that releases them.
   */
  readonly hold: (what: Held) => () => void
  /** Stops writing and reading for good; the socket stays open. */
  readonly freeze: () => void
  /** Limits the bytes sent per second, cutting frames anywhere; undefined removes the limit. */
  readonly throttle: (bytesPerSecond: number | undefined) => void
}

/**
 * How a dial or a request ends in place of the server's own answer: with a status, with a reset of the connection, or
 * never.
 */
export type Refusal = RestAnswer | "reset" | "hang"

/** Any subset of the hooks. */
export interface ServerHooks {
  /** Answers a dial in place of the server. */
  readonly dial?: ((dial: Dial) => Refusal | undefined) | undefined
  /** Answers a REST request in place of the server. */
  readonly request?: ((request: RestRequest) => Refusal | undefined) | undefined
  /** A connection was accepted. `no_ack`: the server sends no acknowledgement. */
  readonly open?: ((wire: Wire) => "no_ack" | undefined) | undefined
  /** A client sent a text. `ignore`: the server does nothing with it. */
  readonly receive?: ((wire: Wire, text: string) => "ignore" | undefined) | undefined
  /**
   * A frame is about to be sent. Undefined sends it as it is; a list is sent in its place. The server reads this member
   * before each frame: undefined costs nothing.
   */
  readonly frame?: ((wire: Wire, frame: OutFrame) => ReadonlyArray<OutFrame> | undefined) | undefined
  /** A connection ended. */
  readonly close?: ((wire: Wire) => void) | undefined
}
