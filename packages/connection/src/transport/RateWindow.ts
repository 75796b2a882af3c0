/** The requests to a host within the last minute. Pure. */

/** The kind of a request. Dials leave a part of the allowance to REST: a session that keeps reconnecting cannot use it up. */
export type RequestKind = "dial" | "rest"

/** The requests of the last minute, oldest first. Times are of any one clock, in milliseconds. */
export type RateWindow = ReadonlyArray<{ readonly at: number; readonly kind: RequestKind }>

/** How many requests may be made in any window. */
export interface RateLimits {
  readonly windowMillis: number
  readonly total: number
  readonly dials: number
}

/**
 * At most 10 requests a minute, 8 of them dials. The vendor allows 12 for both together (PROTOCOL, "Endpoints"). Requests
 * that are sent a minute apart can arrive closer together.
 */
export const defaultRateLimits: RateLimits = { windowMillis: 60_000, total: 10, dials: 8 }

/** Decides whether a request may go now. If so, the returned window contains it; otherwise `waitMillis` is above 0. */
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

/** How many dials may be made now. */
export const dialsLeft = (window: RateWindow, now: number, limits: RateLimits = defaultRateLimits): number => {
  const recent = window.filter(({ at }) => at > now - limits.windowMillis)
  const dials = recent.filter(({ kind }) => kind === "dial").length
  return Math.max(0, Math.min(limits.total - recent.length, limits.dials - dials))
}
