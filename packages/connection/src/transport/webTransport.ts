/** The transport on the global `WebSocket`, for browsers, Deno, and Node without `ws`. */
import { splitFrame } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { scrub, secretOf } from "../key/scrub.ts"
import { TurnBuffer } from "./TurnBuffer.ts"
import { DialError, type DialOptions, type Link, LinkClosed, type Transport } from "./Transport.ts"

/** The parts of the WebSocket interface that are used (WHATWG WebSockets Standard). */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly send: (text: string) => void
  readonly close: (code?: number, reason?: string) => void
  readonly addEventListener: (
    type: "open" | "message" | "close",
    listener: (event: WebSocketEventLike) => void,
    options: { readonly signal: AbortSignal },
  ) => void
}

/** The parts of its events that are used: `data` of messages, `code` and `reason` of closes. */
export interface WebSocketEventLike {
  readonly data?: unknown
  readonly code?: number
  readonly reason?: string
}

/** Options of {@link webTransport}. */
export interface WebTransportOptions {
  /** The longest time until the WebSocket is open, in milliseconds. @default 10_000 */
  readonly handshakeMillis?: number | undefined
  /** How much may wait unread before the connection closes with `overflow`, in bytes. @default 33_554_432 */
  readonly overflowBytes?: number | undefined
  /** @default the global WebSocket */
  readonly WebSocket?: (new (url: string) => WebSocketLike) | undefined
}

/**
 * The transport on the global `WebSocket`. Its limits: it cannot pause (above its bound it closes with `overflow`), does
 * not see why a dial was refused (a wrong key looks like a network error), and has no pings.
 */
export const webTransport = (options: WebTransportOptions = {}): Transport => ({
  name: "web",
  canPause: false,
  seesStatus: false,
  dial: (url, dialOptions) => dial(Redacted.value(url), options, dialOptions),
})

const isOpen = 1

const dial = (
  url: string,
  options: WebTransportOptions,
  { onFrame }: DialOptions,
): Effect.Effect<Link, DialError, Scope> => {
  const handshakeMillis = options.handshakeMillis ?? 10_000
  const overflowBytes = options.overflowBytes ?? 32 * 1024 * 1024
  const host = hostOf(url)
  const open = Effect.callback<{ leave: (code: number) => void; link: Link }, DialError>((resume) => {
    const secret = secretOf(url)
    const Socket = options.WebSocket ?? (globalThis as { WebSocket?: new (url: string) => WebSocketLike }).WebSocket
    if (Socket === undefined) {
      return resume(
        Effect.fail(
          new DialError(
            "network",
            "Cannot dial: this runtime has no global WebSocket. Pass one as the option WebSocket",
          ),
        ),
      )
    }
    let socket: WebSocketLike
    try {
      socket = new Socket(url)
    } catch (cause) {
      const message = cause instanceof Error ? scrub(cause.message, secret) : "it was rejected"
      return resume(Effect.fail(new DialError("network", `Cannot dial ${host}: ${message}`)))
    }
    socket.binaryType = "arraybuffer"
    // Removes the listeners: a socket that was left may still deliver.
    const left = new AbortController()
    const leave = (code?: number): void => {
      left.abort()
      socket.close(code)
    }
    const buffer = new TurnBuffer({
      bufferBytes: overflowBytes,
      // In a browser each message is a task of its own; a runtime that delivers several in one task gives one turn.
      // Wrapped: a browser's own function must not be called as a method of another object.
      atEndOfTurn: (flush) => queueMicrotask(flush),
      onFull: () => {
        leave(1000)
        return new LinkClosed("overflow", undefined, `more than ${overflowBytes} bytes waited to be read`)
      },
      onDrained: () => {},
    })
    const listen: WebSocketLike["addEventListener"] = socket.addEventListener.bind(socket)
    listen("open", () => resume(Effect.succeed({ leave, link: linkOf(socket, buffer) })), left)
    listen("message", ({ data }) => {
      const raw = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)
      for (const frame of splitFrame(raw)) {
        onFrame?.(frame)
        buffer.push(frame)
      }
    }, left)
    listen("close", ({ code = 1006, reason = "" }) => {
      resume(Effect.fail(new DialError("network", `Cannot reach ${host}: this transport does not see why`)))
      buffer.close(
        // Deno gives 0 instead of 1006.
        code === 1006 || code === 0
          ? new LinkClosed("network", 1006, "broken off without a close")
          : new LinkClosed("closed", code, scrub(reason, secret)),
      )
    }, left)
    return Effect.sync(() => leave())
  })
  return Effect.acquireRelease(
    open.pipe(
      Effect.timeoutOrElse({
        duration: handshakeMillis,
        orElse: () =>
          Effect.fail(new DialError("timeout", `${host} did not answer within ${handshakeMillis / 1000} s`)),
      }),
    ),
    ({ leave }) => Effect.sync(() => leave(1000)),
    { interruptible: true },
  ).pipe(Effect.map(({ link }) => link))
}

const linkOf = (socket: WebSocketLike, buffer: TurnBuffer): Link => ({
  pull: buffer.pull,
  send: (text) =>
    Effect.suspend(() => {
      if (socket.readyState !== isOpen) return Effect.fail(new LinkClosed("network", undefined, "not open"))
      socket.send(text)
      return Effect.void
    }),
  ping: undefined,
  receivedBytes: undefined,
})

const hostOf = (url: string): string => {
  try {
    return new URL(url).host
  } catch {
    return "the feed"
  }
}
