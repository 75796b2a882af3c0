/** How many requests a host has had in the last minute. Pure. */

/** What a request is: dials leave some of the allowance to REST, so that a session that flaps cannot starve it. */
export type RequestKind = "dial" | "rest"

/** The requests of the last minute, oldest first, by some clock in milliseconds. */
export type RateWindow = ReadonlyArray<{ readonly at: number; readonly kind: RequestKind }>

/** How many requests may be made in any window. */
export interface RateLimits {
  readonly windowMillis: number
  readonly total: number
  readonly dials: number
}

/**
 * At most 10 requests a minute, 8 of them dials. The vendor allows 12 for both together (PROTOCOL, "Endpoints"); what
 * is sent a minute apart can arrive less than a minute apart.
 */
export const defaultRateLimits: RateLimits = { windowMillis: 60_000, total: 10, dials: 8 }

/** Whether a request may go now: then it is in the window given back; otherwise how long to wait before asking again. */
export const admit = (
  window: RateWindow,
  now: number,
  kind: RequestKind,
  limits: RateLimits = defaultRateLimits,
): { readonly window: RateWindow; readonly waitMillis: number } => {
  const recent = window.filter(({ at }) => at > now - limits.windowMillis)
  const dials = kind === "dial" ? recent.filter((request) => request.kind === "dial") : []
  const waitMillis = Math.max(
    untilRoom(recent, limits.total, now, limits.windowMillis),
    untilRoom(dials, limits.dials, now, limits.windowMillis),
  )
  return waitMillis > 0 ? { window: recent, waitMillis } : { window: [...recent, { at: now, kind }], waitMillis: 0 }
}

const untilRoom = (recent: RateWindow, allowed: number, now: number, windowMillis: number): number =>
  recent.length < allowed ? 0 : recent[recent.length - allowed]!.at + windowMillis - now
