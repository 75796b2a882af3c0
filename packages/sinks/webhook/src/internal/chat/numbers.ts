/** Odds and lines as bettors write them. */

/** American odds with their sign; undefined where it is no price. */
export const shownOdds = (odds: unknown): string | undefined =>
  typeof odds === "number" && Number.isFinite(odds) ? signed(odds) : undefined

/** A handicap has its sign, a total none; undefined where there is no line. */
export const shownLine = (line: unknown, sign: boolean): string | undefined =>
  typeof line === "number" && Number.isFinite(line) ? (sign ? signed(line) : String(line)) : undefined

const signed = (value: number): string => value > 0 ? `+${value}` : String(value)
