/** When to dial again, and when not to. Pure. */
import type { DisconnectReason } from "@boltodds/protocol"
import { pageText } from "@boltodds/text"
import { isWebPage } from "../transport/webPage.ts"
import type { DialError } from "../transport/Transport.ts"

/** How an attempt to have a connection ended. */
export interface ConnectionEnd {
  /**
   * `key`: the server refuses the key · `busy`: it refuses more connections or requests for now · `oversize`: it sent a
   * frame that is too large to take · `failed`: everything else, clean closes included.
   */
  readonly kind: "key" | "busy" | "oversize" | "failed"
  /** Fit to show. */
  readonly detail: string
  /** The HTTP status of a refused dial. */
  readonly status?: number | undefined
  /** What the server asked for, in milliseconds. */
  readonly retryAfterMillis?: number | undefined
  /** How long the connection was up; undefined where it never was. */
  readonly upMillis?: number | undefined
  /** How long before its end it first brought data; undefined where none came. */
  readonly liveMillis?: number | undefined
}

/** What earlier attempts leave behind. */
export interface BackoffState {
  /** Doublings of the wait: attempts since one that was live for a minute. */
  readonly step: number
  /** Attempts in a row that brought nothing. */
  readonly fruitless: number
  /** Refusals of the key in a row. */
  readonly keyRefusals: number
  /** Whether any connection of this run brought data. */
  readonly everLive: boolean
  /** Connections that a frame ended which was too large, since one that brought data ended otherwise. */
  readonly oversized: number
}

/** Before the first attempt. */
export const initialBackoff: BackoffState = { step: 0, fruitless: 0, keyRefusals: 0, everLive: false, oversized: 0 }

/** What to do after an attempt ended. */
export type BackoffDecision =
  /** Wait for a time drawn evenly from this range. */
  | { readonly _tag: "Wait"; readonly attempts: BackoffState; readonly minMillis: number; readonly maxMillis: number }
  /** The key was refused twice in a row, and never worked. */
  | { readonly _tag: "KeyRefused"; readonly refusals: number }
  /** `maxAttempts` are used up. */
  | { readonly _tag: "GiveUp"; readonly attempts: number }
  /** Two connections ended with a frame that is too large, and none in between brought data: the next one would too. */
  | { readonly _tag: "FrameTooLarge"; readonly times: number }

const firstWaitMillis = 2000
const longestWaitMillis = 60_000
/** Live for this long, a connection has proved itself: the next wait is short again. */
export const provenMillis = 60_000
/** The server asked for patience. */
const busyMillis = 30_000
/** A `Retry-After` beyond an hour is taken for a mistake. */
const longestRetryAfterMillis = 3_600_000
/** No wait is longer, in milliseconds. */
export const longestWaitEverMillis: number = longestRetryAfterMillis + longestWaitMillis

/**
 * Full jitter: evenly from 0 to 2 s, 4 s, … 60 s, the same after clean and dirty closes, back to 2 s only after a minute
 * of live data. A server that is busy, in whatever form it says so, puts 30 s below that, or what `Retry-After` says;
 * one that restarts (close code 1012) puts 5 s below it.
 *
 * A refused key is tried once more after 2 to 5 s: then it is wrong, unless it has worked in this run; then it is tried
 * every 1 to 5 minutes.
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

/** A dial that failed says nothing of the frames. A connection that was live for long took its snapshot: the next may too. */
const oversizedAfter = ({ oversized }: BackoffState, { kind, liveMillis }: ConnectionEnd): number => {
  if (kind !== "oversize") return liveMillis === undefined ? oversized : 0
  return liveMillis !== undefined && liveMillis >= provenMillis ? 1 : oversized + 1
}

/** What a close code that means "service restart" asks for: 5 to 30 s (IANA, WebSocket Close Code Number Registry). */
const restartMillis = 5000
const restartCode = 1012
/** "Try again later", and the codes that servers make of HTTP 429 and 503. */
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
/** Said of a refused key as well: what is said of the key counts more. */
const laterText = /(try|retry|come back)( it| this)?( again)? (later|in )|temporarily unavailable|service unavailable/i
const keyText =
  /(invalid|unknown|missing|expired|inactive|revoked|wrong|bad|no such).{0,30}(key|token|subscription|trial)|(key|token|subscription|trial).{0,30}(invalid|unknown|missing|expired|inactive|revoked|wrong|not valid|not found|required)|unauthori[sz]ed|forbidden/i

/** A game the server does not know is no reason to give up (PROTOCOL, "A connection's life"). */
const gameKeyText = /\bgame[\s_-]?keys?\b/gi

/** Whether a server's words refuse for being busy, or refuse the key. */
export const refusalIn = (text: string): "busy" | "key" | undefined => {
  if (busyText.test(text)) return "busy"
  if (keyText.test(text.replace(gameKeyText, "game"))) return "key"
  return laterText.test(text) ? "busy" : undefined
}

/** What a page in place of the feed's answer means, after what was refused. */
export const blockedOnTheWay = (said: string): string =>
  `with a web page${
    said === "" ? "" : ` ("${said}")`
  }, not an answer of the feed: a CDN, firewall or proxy on the way ` +
  "blocks it. Try from another network or address, or ask who runs this one"

/**
 * What a failed dial means. A status refuses the key only where the feed itself answered: neither a proxy nor a page of
 * something on the way knows the key.
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
 * What the end of a connection means. `errors` are the texts of the server's error messages: those before the first
 * data, and those of the last frame. What a refused key gets is not documented, so words count too, but only where no
 * data came.
 */
export const endOfConnection = (
  reason: DisconnectReason,
  times: { readonly upMillis: number; readonly liveMillis: number | undefined },
  errors: ReadonlyArray<string>,
): ConnectionEnd => {
  const said = [...errors, reason.detail ?? ""].filter((text) => text !== "").join("; ")
  // Of a resync the detail is ours, and quotes what was not understood.
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
