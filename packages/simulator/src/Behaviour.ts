/** Ways for the server to misbehave, to be switched on and off while it runs. */

/** A WebSocket dial, before it is answered. */
export interface Dial {
  /** From 1, over the server's life. */
  readonly number: number
  readonly remoteAddress: string
}

/** A REST request, before it is answered. */
export interface RestRequest {
  /** `/api/get_info` and so on. */
  readonly path: string
  readonly query: URLSearchParams
}

/** An HTTP answer: to a REST request, or in place of an upgrade. */
export interface HttpAnswer {
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

/** One accepted connection, as a behaviour sees it. */
export interface Wire {
  /** From 1, over the server's life. */
  readonly id: number
  /** Frames of kind `snapshot`, `stream` or `pushed` that were sent on it so far. */
  readonly dataFrames: number
  /** Sends as it is, past all behaviours. */
  readonly send: (data: string | Uint8Array) => void
  /** Closes with a close frame. */
  readonly close: (code?: number, reason?: string) => void
  /** Cuts the TCP connection. */
  readonly terminate: () => void
  /** Whether nothing goes out, not even a pong, while the socket stays open; see {@link mute}. */
  muted: boolean
}

/**
 * A way to misbehave: any subset of these hooks.
 *
 * Hooks of several behaviours are asked in the order they were switched on; the first answer counts, except for
 * `frame`, where each gets what the one before made of it. A behaviour may keep state in its closure.
 */
export interface Behaviour {
  readonly name: string
  /** Answers a dial in place of the server: with a status, by resetting the connection, or never. */
  readonly dial?: (dial: Dial) => HttpAnswer | "reset" | "hang" | undefined
  /** Answers a REST request in place of the server. */
  readonly request?: (request: RestRequest) => HttpAnswer | "reset" | "hang" | undefined
  /** A connection was accepted. `no_ack`: the server says nothing. */
  readonly open?: (wire: Wire) => "no_ack" | undefined
  /** A client sent a text. `ignore`: as if it had not. */
  readonly receive?: (wire: Wire, text: string) => "ignore" | undefined
  /** A frame is about to be sent. Undefined: as it is; a list: these in its place. */
  readonly frame?: (wire: Wire, frame: OutFrame) => ReadonlyArray<OutFrame> | undefined
  /** A connection is gone. */
  readonly close?: (wire: Wire) => void
  /** It was switched on, with these connections open. */
  readonly start?: (wires: ReadonlyArray<Wire>) => void
  /** It was switched off. */
  readonly stop?: (wires: ReadonlyArray<Wire>) => void
}

/** Refuses dials, and REST requests too unless `rest` is false, with a status: 401, 403, 429, 503, … */
export const refuse = (status: number, options: {
  readonly body?: string
  /** The `Retry-After` header, in seconds. */
  readonly retryAfterSeconds?: number
  /** How many dials; afterwards it does nothing. @default unlimited */
  readonly dials?: number
  /** @default true */
  readonly rest?: boolean
} = {}): Behaviour => {
  const headers: Record<string, string> = {}
  if (options.retryAfterSeconds !== undefined) headers["Retry-After"] = String(options.retryAfterSeconds)
  const answer: HttpAnswer = { status, headers, ...(options.body === undefined ? {} : { body: options.body }) }
  let left = options.dials ?? Number.POSITIVE_INFINITY
  return {
    name: `refuse ${status}`,
    dial: () => left-- > 0 ? answer : undefined,
    request: () => options.rest !== false && left > 0 ? answer : undefined,
  }
}

/** Accepts connections and closes them at once: before the acknowledgement, or right after it. */
export const acceptThenClose = (options: {
  /** @default 1000 */
  readonly code?: number
  readonly reason?: string
  /** Whether `socket_connected` is sent first. @default false */
  readonly afterAck?: boolean
} = {}): Behaviour => ({
  name: "accept then close",
  open: (wire) => {
    if (options.afterAck === true) wire.send(JSON.stringify({ action: "socket_connected" }))
    wire.close(options.code ?? 1000, options.reason)
    return "no_ack"
  },
})

/** The connection opens, and `socket_connected` never comes. */
export const noAck = (): Behaviour => ({ name: "no ack", open: () => "no_ack" })

/** Subscribe messages are not answered: only pings come. */
export const ignoreSubscribe = (): Behaviour => ({ name: "ignore subscribe", receive: () => "ignore" })

/**
 * Answers a subscribe with a bare `{"error": …}` without an action, and closes: as the real server has been seen to do
 * just before a close (PROTOCOL, "A connection's life").
 */
export const errorThenClose = (error: string, options: {
  /** @default 1000 */
  readonly code?: number
} = {}): Behaviour => ({
  name: "error then close",
  receive: (wire) => {
    wire.send(JSON.stringify({ error }))
    wire.close(options.code ?? 1000)
    return "ignore"
  },
})

/**
 * Sockets stay open and say nothing: no frames, no pings, no pongs. What is to be sent waits, within the server's
 * bound for a backlog, and goes out when this is switched off; a connection whose backlog grew beyond it is cut.
 */
export const mute = (): Behaviour => ({
  name: "mute",
  start: (wires) => wires.forEach((wire) => wire.muted = true),
  open: (wire) => {
    wire.muted = true
    return undefined
  },
  stop: (wires) => wires.forEach((wire) => wire.muted = false),
})

/**
 * Cuts a connection in the middle of its snapshot: in place of the snapshot frame after `frames` others.
 *
 * With a `code` it closes cleanly, otherwise the TCP connection is cut.
 */
export const cutSnapshot = (frames: number, options: {
  readonly code?: number
  /** How many connections; afterwards it does nothing. @default 1 */
  readonly connections?: number
} = {}): Behaviour => {
  const seen = new Map<number, number>()
  let left = options.connections ?? 1
  return {
    name: "cut snapshot",
    frame: (wire, frame) => {
      const count = seen.get(wire.id) ?? 0
      if (frame.kind !== "snapshot" || (count === 0 && left <= 0) || count < 0) return undefined
      if (count === 0) left--
      if (count < frames) {
        seen.set(wire.id, count + 1)
        return undefined
      }
      seen.delete(wire.id)
      if (options.code === undefined) wire.terminate()
      else wire.close(options.code)
      return []
    },
  }
}

/** Frames that no client should be stopped by: broken, odd, hostile. Each is sent as it stands. */
export const garbageFrames: ReadonlyArray<string | Uint8Array> = [
  "",
  "ping",
  "not json at all",
  "{",
  "[",
  "[]",
  "null",
  "42",
  '"a string"',
  "true",
  "[[[]]]",
  '\uFEFF{"action":"ping"}',
  '{"action":"from_the_future","data":{"x":1}}',
  '{"action":7}',
  '{"__proto__":{"polluted":true},"action":"ping"}',
  '{"action":"ping","n":1e999}',
  "[".repeat(5000) + "]".repeat(5000),
  '[{"action":"ping"},null,"x",3,[{"action":"ping"}]]',
  new Uint8Array([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from('{"action":"ping"}'),
]

/** Sends a frame of {@link garbageFrames}, or of `frames`, after every so many data frames. */
export const garbage = (every: number, frames: ReadonlyArray<string | Uint8Array> = garbageFrames): Behaviour => {
  let sent = 0
  return {
    name: "garbage",
    frame: (_, frame) => {
      if (frame.kind !== "snapshot" && frame.kind !== "stream") return undefined
      sent++
      if (sent % every !== 0) return undefined
      return [frame, { kind: "stream", data: frames[(sent / every - 1) % frames.length]! }]
    },
  }
}
