/** The back-off: when to dial again, and when to stop. Pure. */
import type { DisconnectReason } from "@boltodds/protocol"
import { pageText } from "@boltodds/text"
import { isWebPage } from "../transport/Http.ts"
import type { DialError } from "../transport/Transport.ts"

/** How an attempt ended. */
export interface ConnectionEnd {
  /**
   * `key`: the server refuses the key · `busy`: it refuses more connections or requests for now · `oversize`: it sent a
   * frame above the size limit · `failed`: everything else, clean closes included.
   */
  readonly kind: "key" | "busy" | "oversize" | "failed"
  /** The reason, without the key. */
  readonly detail: string
  /** The HTTP status of a refused dial. */
  readonly status?: number | undefined
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMillis?: number | undefined
  /** How long the connection was up. Undefined if it never was. */
  readonly upMillis?: number | undefined
  /** Time from the first data to the end. Undefined if no data came. */
  readonly liveMillis?: number | undefined
}

/** The state of the back-off after the attempts so far. */
export interface BackoffState {
  /** Doublings of the wait: attempts since the last one that was live for a minute. */
  readonly step: number
  /** Attempts in a row without data. */
  readonly fruitless: number
  /** Refusals of the key in a row. */
  readonly keyRefusals: number
  /** Whether any connection of this run brought data. */
  readonly everLive: boolean
  /** Connections in a row that a frame above the size limit ended. Failed dials in between do not count. */
  readonly oversized: number
}

/** Before the first attempt. */
export const initialBackoff: BackoffState = { step: 0, fruitless: 0, keyRefusals: 0, everLive: false, oversized: 0 }

/** What to do after an attempt. */
export type BackoffDecision =
  /** Wait for a random time, uniform in this range. */
  | { readonly _tag: "Wait"; readonly attempts: BackoffState; readonly minMillis: number; readonly maxMillis: number }
  /** Fail: the key was refused twice in a row, and never worked in this run. */
  | { readonly _tag: "KeyRefused"; readonly refusals: number }
  /** Fail: `maxAttempts` attempts in a row brought no data. */
  | { readonly _tag: "GiveUp"; readonly attempts: number }
  /** Fail: two connections ended with a frame above the size limit. The next one would as well. */
  | { readonly _tag: "FrameTooLarge"; readonly times: number }

const firstWaitMillis = 2000
const longestWaitMillis = 60_000
/** After this time with data the next wait is short again. */
export const provenMillis = 60_000
/** The shortest wait after a refusal for being busy. */
const busyMillis = 30_000
/** A longer `Retry-After` counts as a mistake. */
const longestRetryAfterMillis = 3_600_000
/** The longest possible wait, in milliseconds. */
export const longestWaitEverMillis: number = longestRetryAfterMillis + longestWaitMillis

/**
 * Full jitter: a random time between 0 and 2 s, 4 s, … 60 s, the same after clean and unclean closes, back to 2 s only
 * after a minute with data. A busy server adds 30 s or its `Retry-After`, whichever is longer. A server that restarts
 * (close code 1012) adds 5 s.
 *
 * A refused key is tried once more after 2 to 5 s, and then ends the run. A key that has worked in this run is tried
 * every 1 to 5 minutes instead.
 */
export const decideBackoff = (
  before: BackoffState,
  ending: ConnectionEnd,
  maxAttempts: number = Infinity,
): BackoffDecision => {
  const proven = (ending.liveMillis ?? 0) >= provenMillis
  const fruitful = ending.liveMillis !== undefined || (ending.upMillis ?? 0) >= provenMillis
  const step = proven ? 0 : before.step
  const attempts: BackoffState = {
    step: step + 1,
    fruitless: fruitful ? 0 : before.fruitless + 1,
    keyRefusals: ending.kind === "key" ? before.keyRefusals + 1 : 0,
    everLive: before.everLive || ending.liveMillis !== undefined,
    oversized: oversizedAfter(before, ending),
  }
  if (attempts.oversized >= 2) return { _tag: "FrameTooLarge", times: attempts.oversized }
  if (ending.kind === "key" && !attempts.everLive && attempts.keyRefusals >= 2) {
    return { _tag: "KeyRefused", refusals: attempts.keyRefusals }
  }
  if (attempts.fruitless >= maxAttempts) return { _tag: "GiveUp", attempts: attempts.fruitless }
  const retryAfter = Math.min(ending.retryAfterMillis ?? 0, longestRetryAfterMillis)
  const jitter = Math.min(longestWaitMillis, firstWaitMillis * 2 ** Math.min(step, 10))
  const wait = (minMillis: number, maxMillis: number): BackoffDecision => ({
    _tag: "Wait",
    attempts,
    minMillis,
    maxMillis,
  })
  if (ending.kind === "key") return attempts.everLive ? wait(60_000, 300_000) : wait(2000, 5000)
  const floor = ending.kind === "busy" ? Math.max(busyMillis, retryAfter) : retryAfter
  return wait(floor, floor + jitter)
}

/** A failed dial says nothing about frames. A connection that was live for a minute has taken its snapshot: so may the next. */
const oversizedAfter = ({ oversized }: BackoffState, { kind, liveMillis }: ConnectionEnd): number => {
  if (kind !== "oversize") return liveMillis === undefined ? oversized : 0
  return liveMillis !== undefined && liveMillis >= provenMillis ? 1 : oversized + 1
}

/** The close code "service restart" asks for a wait of 5 to 30 s (IANA, WebSocket Close Code Number Registry). */
const restartMillis = 5000
const restartCode = 1012
/** "Try again later", and the codes that servers derive from HTTP 429 and 503. */
const busyCodes: ReadonlySet<number | undefined> = new Set([1013, 4429, 4503])

const things = "(connections?|requests?|sessions?|clients?|sockets?|streams?|attempts|logins|devices|users)"
const busyText = new RegExp(
  [
    `too many (concurrent |open |simultaneous |active |parallel )?${things}`,
    `max(imum|\\.)? (number of |allowed )?(concurrent |open |simultaneous |active )?${things}`,
    "(connection|request|concurrency|session|rate).{0,3}limit",
    "limit (of|on|for) (concurrent |open |simultaneous |active )?(connections|requests|sessions)",
    "throttl|overload|at capacity|capacity (is )?(reached|exceeded)|slow down|quota (is )?exceeded",
    "(server|service)( is)?( too)? busy",
  ].join("|"),
  "i",
)
/** Servers say this about a refused key as well: words about the key count first. */
const laterText = /(try|retry|come back)( it| this)?( again)? (later|in )|temporarily unavailable|service unavailable/i
const keyText =
  /(invalid|unknown|missing|expired|inactive|revoked|wrong|bad|no such).{0,30}(key|token|subscription|trial)|(key|token|subscription|trial).{0,30}(invalid|unknown|missing|expired|inactive|revoked|wrong|not valid|not found|required)|unauthori[sz]ed|forbidden/i

/** An unknown game key is not a refused key (PROTOCOL, "A connection's life"). */
const gameKeyText = /\bgame[\s_-]?keys?\b/gi

/** Whether a server's text means that it is busy, or that it refuses the key. */
export const refusalIn = (text: string): "busy" | "key" | undefined => {
  if (busyText.test(text)) return "busy"
  if (keyText.test(text.replace(gameKeyText, "game"))) return "key"
  return laterText.test(text) ? "busy" : undefined
}

/** The end of a message about a web page that came instead of the feed's answer. */
export const blockedOnTheWay = (said: string): string =>
  `with a web page${said === "" ? "" : ` ("${said}")`}, not an answer of the feed: a CDN, firewall or proxy ` +
  "blocks the way. Try another network or address, or ask the administrator of this one"

/**
 * The meaning of a failed dial. A status refuses the key only if the feed itself answered: a proxy or a CDN does not check
 * the key.
 */
export const endOfDial = (error: DialError): ConnectionEnd => {
  if (error.kind !== "refused") return { kind: "failed", detail: error.message, status: error.status }
  const body = error.body?.trim() ?? ""
  const denied = error.status === 401 || error.status === 403 || error.status === 407
  const page = isWebPage(error.contentType, body)
  const busy = error.status === 429 || error.status === 503 || (!page && refusalIn(body) === "busy")
  const said = page ? pageText(body) : body
  return {
    kind: busy ? "busy" : denied && !page && error.status !== 407 ? "key" : "failed",
    detail: page && denied
      ? `${error.message} ${blockedOnTheWay(said)}`
      : said === ""
      ? error.message
      : `${error.message}: ${said}`,
    status: error.status,
    retryAfterMillis: error.retryAfterMillis,
  }
}

/**
 * The meaning of the end of a connection. `errors` are the texts of the server's error messages: all of them where no data
 * came, otherwise those of the last frame. The answer to a refused key is not documented, so its text counts too, but only
 * where no data came.
 */
export const endOfConnection = (
  reason: DisconnectReason,
  times: { readonly upMillis: number; readonly liveMillis: number | undefined },
  errors: ReadonlyArray<string>,
): ConnectionEnd => {
  const said = [...errors, reason.detail ?? ""].filter((text) => text !== "").join("; ")
  // The detail of a resync is ours, and may quote a message that was not understood.
  const refusal = refusalIn(reason.kind === "resync" ? errors.join("; ") : said)
  const key = refusal === "key" && times.liveMillis === undefined &&
    (reason.kind === "closed" || reason.kind === "network")
  const code = reason.code === undefined ? "" : ` (${reason.code})`
  return {
    kind: reason.kind === "oversize"
      ? "oversize"
      : refusal === "busy" || busyCodes.has(reason.code)
      ? "busy"
      : key
      ? "key"
      : "failed",
    detail: `${reason.kind}${code}${said === "" ? "" : `: ${said}`}`,
    ...(reason.code === restartCode ? { retryAfterMillis: restartMillis } : {}),
    ...times,
  }
}
