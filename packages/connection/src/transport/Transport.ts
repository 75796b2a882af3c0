/** The port between a session and whatever carries its frames. */
import type { Effect } from "effect/Effect"
import type { Redacted } from "effect/Redacted"
import type { Scope } from "effect/Scope"

/** What arrived in one turn of the event loop. */
export interface Turn {
  /** In the order they arrived. May be empty where only a pong came. */
  readonly frames: ReadonlyArray<string | Uint8Array>
  /** The number of the last {@link Link.ping} answered by now; every frame received before that answer has been pulled. */
  readonly pong: number | undefined
}

/** An open connection. It is closed by the scope it was dialed in. */
export interface Link {
  /**
   * Takes everything received since the last pull, waiting for the next turn when there is nothing.
   *
   * Not pulling is pausing: a link holds at most `DialOptions.bufferBytes` and one turn more, and then stops reading its
   * socket, or closes with `overflow` where the transport cannot pause. What was received before a close is pulled
   * before the close is told.
   */
  readonly pull: Effect<Turn, LinkClosed>
  /** Hands a text frame to the socket, in order, without waiting for it to be sent. */
  readonly send: (text: string) => Effect<void, LinkClosed>
  /**
   * Sends a WebSocket ping that carries this number; the answer comes as {@link Turn.pong}, behind all that the server
   * had sent before it. Never fails: on a closed link it does nothing. Undefined where the transport has no pings, which
   * is only right where it cannot pause either: a pong is what proves that nothing waits in buffers any more.
   */
  readonly ping: ((number: number) => void) | undefined
  /** Bytes received so far, those of an unfinished frame included; undefined where the transport cannot tell. */
  readonly receivedBytes: (() => number) | undefined
}

/** How to dial. */
export interface DialOptions {
  /** How much may wait in a link that is not pulled before it pauses or overflows, in bytes. */
  readonly bufferBytes: number
  /** Called as each frame arrives, inside the turn, before it can be pulled. Must not throw. */
  readonly onFrame?: ((raw: string | Uint8Array) => void) | undefined
}

/** Something that opens links. A library user may bring an own one. */
export interface Transport {
  readonly name: string
  /** Whether an unread link stops reading its socket; otherwise it disconnects with `overflow` over its bound. */
  readonly canPause: boolean
  /** Whether a refused dial tells its HTTP status; otherwise every failure looks like a network error. */
  readonly seesStatus: boolean
  /** The URL holds the key: it must not appear in any error, message, log or property. */
  readonly dial: (url: Redacted<string>, options: DialOptions) => Effect<Link, DialError, Scope>
}

/**
 * A dial did not give a connection.
 *
 * `refused`: the server answered with an HTTP status other than 101 · `network`: it could not be reached, or broke off ·
 * `timeout`: no answer in time · `proxy`: a proxy on the way could not be used, or refused; the status is the proxy's.
 */
export class DialError extends Error {
  readonly _tag = "DialError"
  override readonly name: string = "DialError"
  readonly kind: "refused" | "network" | "timeout" | "proxy"
  /** The HTTP status, where the transport sees it. */
  readonly status: number | undefined
  /** What the server's `Retry-After` asks for, in milliseconds. */
  readonly retryAfterMillis: number | undefined
  /** The beginning of the refusal's body. */
  readonly body: string | undefined
  /** The `Content-Type` of the refusal's body. */
  readonly contentType: string | undefined

  constructor(
    kind: "refused" | "network" | "timeout" | "proxy",
    message: string,
    details: {
      readonly status?: number | undefined
      readonly retryAfterMillis?: number | undefined
      readonly body?: string | undefined
      readonly contentType?: string | undefined
    } = {},
  ) {
    super(message)
    this.kind = kind
    this.status = details.status
    this.retryAfterMillis = details.retryAfterMillis
    this.body = details.body
    this.contentType = details.contentType
  }
}

/**
 * A link ended by itself.
 *
 * `closed` by the server · `network`: broken off without a close · `oversize`: a frame over the transport's limit ·
 * `overflow`: the bound of a transport that cannot pause.
 */
export class LinkClosed {
  readonly _tag = "LinkClosed"
  readonly kind: "closed" | "network" | "oversize" | "overflow"
  /** The WebSocket close code, where there was one (RFC 6455, section 7.4). */
  readonly code: number | undefined
  /** Without the URL. */
  readonly detail: string | undefined

  constructor(kind: "closed" | "network" | "oversize" | "overflow", code?: number, detail?: string) {
    this.kind = kind
    this.code = code
    this.detail = detail === "" ? undefined : detail
  }
}
