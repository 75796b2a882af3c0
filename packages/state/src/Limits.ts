/** How much a state may hold. */

/**
 * Bounds on what a state keeps. The feed decides which names exist; without bounds a feed that invents them would fill
 * the memory. Each default is far above what the real feed sends.
 *
 * What does not fit is not applied. Its scope is unverified, a `quarantined` record whose reason begins with `limited`
 * names it, and `counts` counts it as `limited`.
 */
export interface StateLimits {
  /** Sessions. Default 1,000. */
  readonly sessions: number
  /** Sportsbooks of one session. Default 500. */
  readonly sportsbooks: number
  /** Games of all sessions. Default 100,000. */
  readonly games: number
  /** Outcomes of one game. Default 20,000. */
  readonly outcomes: number
  /**
   * Length of a name (sportsbook, game, team, outcome, market, …), in UTF-16 units; a link may be 10 times as long.
   * Default 1,000.
   */
  readonly characters: number
  /**
   * Estimated size of all that is kept, in bytes of memory. Default 1 GiB, about two million lines. The command sets it
   * to a third of V8's heap limit.
   */
  readonly bytes: number
}

/** The name of a bound in {@link StateLimits}. */
export type StateLimit = keyof StateLimits

/** The bounds of a state where its options name none. */
export const defaultStateLimits: StateLimits = {
  sessions: 1_000,
  sportsbooks: 500,
  games: 100_000,
  outcomes: 20_000,
  characters: 1_000,
  bytes: 1024 * 1024 * 1024,
}

/** Fills in the defaults. Throws a `RangeError` where a bound is not a whole number of at least 1. */
export const resolveLimits = (limits: Partial<StateLimits> = {}): StateLimits => {
  const resolved: { -readonly [Name in StateLimit]: number } = { ...defaultStateLimits }
  for (const name of Object.keys(defaultStateLimits) as ReadonlyArray<StateLimit>) {
    const value = limits[name] ?? defaultStateLimits[name]
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`Cannot make a state: limits.${name} must be a whole number of 1 or more, got ${value}`)
    }
    resolved[name] = value
  }
  return resolved
}
