/** Connections that are refused, or get no further than the beginning. */
import type { RestAnswer } from "@boltodds/feed-server"
import type { Behavior, FaultHost } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { choice, closeCode, count, flag, frames, status, time, words } from "./Parameter.ts"
import { given, timeStretch, within } from "./schedules.ts"

/** Accepts connections and closes them at once: before the acknowledgement, or right after it. */
export const acceptThenClose = (options: {
  /** @default 1000 */
  readonly code?: number
  readonly reason?: string
  /** Whether `socket_connected` is sent first. @default false */
  readonly afterAck?: boolean
  /** How many connections; afterwards it does nothing. @default unlimited */
  readonly connections?: number
} = {}): Behavior => {
  let left = options.connections ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "accept-then-close",
    start: (_, given) => host = given,
    open: (wire) => {
      if (left-- <= 0) return undefined
      host?.struck()
      if (options.afterAck === true) wire.send(JSON.stringify({ action: "socket_connected" }))
      wire.close(options.code ?? 1000, options.reason)
      return "no_ack"
    },
  }
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
} = {}): Behavior => {
  const headers: Record<string, string> = {}
  if (options.retryAfterSeconds !== undefined) headers["Retry-After"] = String(options.retryAfterSeconds)
  const answer: RestAnswer = { status, headers, ...(options.body === undefined ? {} : { body: options.body }) }
  let left = options.dials ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "refuse",
    start: (_, given) => host = given,
    dial: () => {
      if (left-- <= 0) return undefined
      host?.struck()
      return answer
    },
    request: () => options.rest !== false && left > 0 ? answer : undefined,
  }
}

const tooMany = "too many concurrent connections"

/**
 * Lets no more than so many connections be open. One more is refused with HTTP 503, or let in, sent a bare text that says so,
 * and closed: both as a client has reported them (PROTOCOL, "Endpoints").
 */
export const limitConnections = (options: {
  /** @default 1 */
  readonly connections?: number
  /** @default "status" */
  readonly as?: "status" | "text"
} = {}): Behavior => {
  const { connections = 1, as = "status" } = options
  let host: FaultHost | undefined
  return {
    name: "connection-limit",
    start: (_, given) => host = given,
    dial: ({ open }) => {
      if (as !== "status" || open < connections) return undefined
      host?.struck()
      return { status: 503, body: tooMany }
    },
    open: (wire) => {
      // The new one is among them.
      if (as !== "text" || host === undefined || host.wires().length <= connections) return undefined
      host.struck()
      wire.send(tooMany)
      wire.close(1008)
      return "no_ack"
    },
  }
}

/** The connection opens, and `socket_connected` never comes. A subscribe is acted upon all the same. */
export const noAck = (options: {
  /** How many connections; afterwards it does nothing. @default unlimited */
  readonly connections?: number
} = {}): Behavior => {
  let left = options.connections ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "no-ack",
    start: (_, given) => host = given,
    open: () => {
      if (left-- <= 0) return undefined
      host?.struck()
      return "no_ack"
    },
  }
}

/** Subscribe messages, and all else that a client says, are not answered: only pings come. */
export const ignoreSubscribe = (options: {
  /** How many texts; afterwards it does nothing. @default unlimited */
  readonly times?: number
} = {}): Behavior => {
  let left = options.times ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "ignore-subscribe",
    start: (_, given) => host = given,
    receive: () => {
      if (left-- <= 0) return undefined
      host?.struck()
      return "ignore"
    },
  }
}

/**
 * Answers a subscribe with a bare `{"error": …}` without an action, and closes: as the real server has been seen to do
 * just before a close (PROTOCOL, "A connection's life").
 */
export const errorThenClose = (error: string, options: {
  /** @default 1000 */
  readonly code?: number
  /** How many times; afterwards it does nothing. @default unlimited */
  readonly times?: number
} = {}): Behavior => {
  let left = options.times ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "error-then-close",
    start: (_, given) => host = given,
    receive: (wire) => {
      if (left-- <= 0) return undefined
      host?.struck()
      wire.send(JSON.stringify({ error }))
      wire.close(options.code ?? 1000)
      return "ignore"
    },
  }
}

/**
 * Cuts a connection in the middle of its snapshot: in place of the snapshot frame after `frames` others.
 *
 * With a `code` it closes cleanly, otherwise the TCP connection is cut.
 */
export const cutSnapshot = (frames: number, options: {
  readonly code?: number
  /** How many connections, 2 for a second drop while the client comes back; afterwards it does nothing. @default 1 */
  readonly connections?: number
} = {}): Behavior => {
  const seen = new Map<number, number>()
  let left = options.connections ?? 1
  let host: FaultHost | undefined
  return {
    name: "cut-snapshot",
    start: (_, given) => host = given,
    frame: (wire, frame) => {
      if (frame.kind !== "snapshot" || (!seen.has(wire.id) && left <= 0)) return undefined
      const count = seen.get(wire.id) ?? 0
      if (!seen.has(wire.id)) left--
      seen.set(wire.id, count + 1)
      if (count < frames) return undefined
      if (count === frames) {
        host?.struck()
        if (options.code === undefined) wire.terminate()
        else wire.close(options.code)
      }
      return []
    },
    close: (wire) => void seen.delete(wire.id),
  }
}

/** The faults of this file. */
export const refusals: ReadonlyArray<Fault> = [
  fault({
    name: "accept-then-close",
    about: "Connections are accepted and closed at once.",
    client: "Backs off further each time: a connection that opened is no success until data came.",
    parameters: {
      code: closeCode("the close code", "1000"),
      reason: words("the close reason", "none"),
      ack: flag("whether socket_connected is sent first", "no"),
      times: count("how many connections", "unlimited"),
      ...timeStretch,
    },
    make: (v) =>
      within(acceptThenClose(given({ code: v.code, reason: v.reason, afterAck: v.ack, connections: v.times })), v),
  }),
  fault({
    name: "refuse",
    about: "Dials, and REST requests too, are answered with an HTTP status.",
    client: "Backs off, at least as long as Retry-After says; a refused key (401, 403) it reports rather than hammers.",
    parameters: {
      "status": status("the HTTP status", "503"),
      "retry-after": time("the Retry-After header, in whole seconds", "none"),
      "body": words("the body of the answer", "the status in words"),
      "rest": flag("whether REST requests are refused too", "yes"),
      "times": count("how many dials", "unlimited"),
      ...timeStretch,
    },
    make: (v) => {
      const retryAfter = v["retry-after"]
      const retryAfterSeconds = retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000)
      return within(
        refuse(v.status ?? 503, given({ retryAfterSeconds, body: v.body, rest: v.rest, dials: v.times })),
        v,
      )
    },
  }),
  fault({
    name: "connection-limit",
    about: `A connection too many is refused: HTTP 503, or the text "too many concurrent connections" and a close.`,
    client: "Says what it is, waits half a minute or more, and never holds two connections where one is allowed.",
    parameters: {
      connections: count("how many may be open", "1", 0),
      as: choice(["status", "text"], "how it is said", "status"),
      ...timeStretch,
    },
    make: (v) => within(limitConnections(given({ connections: v.connections, as: v.as })), v),
  }),
  fault({
    name: "no-ack",
    about: "Connections open, and socket_connected never comes.",
    client: "Waits some seconds, then closes and backs off.",
    parameters: { times: count("how many connections", "unlimited"), ...timeStretch },
    make: (v) => within(noAck(given({ connections: v.times })), v),
  }),
  fault({
    name: "ignore-subscribe",
    about: "Texts of a client are ignored: only pings come.",
    client: "Says so after a while: what it asked for, which names exist, what else it may be.",
    parameters: { times: count("how many texts", "unlimited"), ...timeStretch },
    make: (v) => within(ignoreSubscribe(given({ times: v.times })), v),
  }),
  fault({
    name: "error-then-close",
    about: `A subscribe is answered with a bare {"error": …} and a close.`,
    client: "Shows the words to its user, and backs off.",
    parameters: {
      text: words("what it says", "Your trial has expired"),
      code: closeCode("the close code", "1000"),
      times: count("how many times", "unlimited"),
      ...timeStretch,
    },
    make: (v) => within(errorThenClose(v.text ?? "Your trial has expired", given({ code: v.code, times: v.times })), v),
  }),
  fault({
    name: "cut-snapshot",
    about: "Connections are cut in the middle of their snapshot; with times=2 the next one too.",
    client:
      "Removes no game because the snapshot ends early; its book stays unverified until a whole snapshot has settled.",
    parameters: {
      frames: frames("snapshot frames that come before", "3", 0),
      code: closeCode("closes cleanly with it", "the TCP connection is cut"),
      times: count("how many connections", "1"),
      ...timeStretch,
    },
    make: (v) => within(cutSnapshot(v.frames ?? 3, given({ code: v.code, connections: v.times })), v),
  }),
]
