/** The port between a session and the WebSocket that carries its frames. */
import type { Effect } from "effect/Effect"
import type { Redacted } from "effect/Redacted"
import type { Scope } from "effect/Scope"

/** What arrived in one turn of the event loop. */
export interface Turn {
  /** In the order of arrival. Empty if only a pong came. */
  readonly frames: ReadonlyArray<string | Uint8Array>
  /** The number of the last {@link Link.ping} that was answered. Every frame received before that answer has been pulled. */
  readonly pong: number | undefined
}

/** An open connection. The scope of its dial closes it. */
export interface Link {
  /**
   * Takes everything received since the last pull. Waits for the next turn if there is nothing.
   *
   * Not pulling pauses the connection: a link holds at most `DialOptions.bufferBytes` and one turn more. Then it stops
   * reading its socket, or closes with `overflow` if the transport cannot pause. A pull fails with the close only after
   * everything received before it has been pulled.
   */
  readonly pull: Effect<Turn, LinkClosed>
  /** Hands a text frame to the socket, in order, without waiting for it to be sent. */
  readonly send: (text: string) => Effect<void, LinkClosed>
  /**
   * Sends a WebSocket ping that carries this number. The answer comes as {@link Turn.pong}, after everything that the
   * server sent before it. Never fails: on a closed link it does nothing. Undefined if the transport has no pings, which
   * is allowed only if it cannot pause either: a pong is the proof that nothing waits in buffers any more.
   */
  readonly ping: ((number: number) => void) | undefined
  /** Bytes received so far, those of an unfinished frame included. Undefined if the transport does not count them. */
  readonly receivedBytes: (() => number) | undefined
}

/** Options of a dial. */
export interface DialOptions {
  /** How much may wait in a link before it pauses or overflows, in bytes. */
  readonly bufferBytes: number
  /** Called as each frame arrives, inside the turn, before it can be pulled. Must not throw. */
  readonly onFrame?: ((raw: string | Uint8Array) => void) | undefined
}

/** Opens links. Users of the library may write their own. */
export interface Transport {
  readonly name: string
  /** Whether an unread link stops reading its socket. Otherwise it closes with `overflow` above its bound. */
  readonly canPause: boolean
  /** Whether a refused dial has its HTTP status. Otherwise every failure looks like a network error. */
  readonly seesStatus: boolean
  /** The URL holds the key: it must not appear in any error, message, log or property. */
  readonly dial: (url: Redacted<string>, options: DialOptions) => Effect<Link, DialError, Scope>
}

/**
 * A dial failed.
 *
 * `refused`: the server answered with an HTTP status other than 101 · `network`: it cannot be reached, or the connection
 * broke · `timeout`: no answer in time · `proxy`: a proxy cannot be used, or refused; the status is the proxy's.
 */
export class DialError extends Error {
  readonly _tag = "DialError"
  override readonly name: string = "DialError"
  readonly kind: "refused" | "network" | "timeout" | "proxy"
  /** The HTTP status, if the transport sees it. */
  readonly status: number | undefined
  /** The server's `Retry-After`, in milliseconds. */
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
 * A link has ended.
 *
 * `closed`: by the server · `network`: broken without a close · `oversize`: a frame above the transport's limit ·
 * `overflow`: above the bound of a transport that cannot pause.
 */
export class LinkClosed {
  readonly _tag = "LinkClosed"
  readonly kind: "closed" | "network" | "oversize" | "overflow"
  /** The WebSocket close code, if there was one (RFC 6455, section 7.4). */
  readonly code: number | undefined
  /** Without the URL. */
  readonly detail: string | undefined

  constructor(kind: "closed" | "network" | "oversize" | "overflow", code?: number, detail?: string) {
    this.kind = kind
    this.code = code
    this.detail = detail === "" ? undefined : detail
  }
}
