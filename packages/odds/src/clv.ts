/** Closing line value: how much better a bet was than the last price before the start. */
import { isDecimal } from "./decimal.ts"
import { isOpenUnit } from "./internal/numbers.ts"

/**
 * How much more a bet pays than the closing price, as a fraction: bet/close - 1 in decimal odds. Both must be of one
 * selection, its line included; {@link clv} checks that. Undefined where either is no price.
 *
 * The margin is in the closing price: at the same price this is 0 though the bet's expected value is negative.
 */
export const priceClv = (bet: number, close: number): number | undefined =>
  isDecimal(bet) && isDecimal(close) ? bet / close - 1 : undefined

/**
 * The expected value of a bet at the fair closing probability: pd - 1. Undefined where the odds are no price or p is not
 * strictly between 0 and 1.
 *
 * Of a line that can push it holds for bets that are decided: multiply it by (1 - push).
 */
export const fairClv = (bet: number, fairClose: number): number | undefined =>
  isDecimal(bet) && isOpenUnit(fairClose) ? bet * fairClose - 1 : undefined

/** Which way a line is better: fewer points to go over, more to stay under, more points in a spread. */
export type LineSide = "over" | "under" | "spread"

/**
 * How many points better the line of a bet is than the closing line of the same side: over 8.5 against a close of 9 is
 * +0.5; a spread of +3.5 against +3 is +0.5. The lines of a spread are those of the side that was bet on. Undefined where
 * a line is not finite.
 */
export const lineClv = (side: LineSide, betLine: number, closeLine: number): number | undefined => {
  const points = side === "over" ? closeLine - betLine : betLine - closeLine
  return Number.isFinite(points) ? points + 0 : undefined
}

/** A bet or a closing price. */
export interface ClosingPrice {
  /** Decimal. */
  readonly odds: number
  /** The line of the side; null where the market has none. */
  readonly line: number | null
}

/** See {@link clv}. */
export type ClvResult =
  | { readonly _tag: "Clv"; readonly price: number; readonly fair: number | undefined }
  | { readonly _tag: "Incomparable"; readonly reason: "line" | "odds" }

/**
 * The closing line value of a bet: by the price, and by the fair probability where there is one (undefined where not).
 * Prices of different lines are incomparable (`line`): what half a point is worth is not in them; use {@link lineClv}.
 * Where either price is invalid the reason is `odds`.
 *
 * @example
 * ```ts
 * import { clv } from "@boltodds/odds"
 *
 * clv({ odds: 2.1, line: 8.5 }, { odds: 2, line: 8.5, fair: 0.49 }) // { _tag: "Clv", price: 0.05…, fair: 0.029… }
 * clv({ odds: 2.1, line: 8.5 }, { odds: 2, line: 9 }) // { _tag: "Incomparable", reason: "line" }
 * ```
 */
export const clv = (bet: ClosingPrice, close: ClosingPrice & { readonly fair?: number }): ClvResult => {
  const price = priceClv(bet.odds, close.odds)
  if (price === undefined) return { _tag: "Incomparable", reason: "odds" }
  if (bet.line !== close.line) return { _tag: "Incomparable", reason: "line" }
  return { _tag: "Clv", price, fair: close.fair === undefined ? undefined : fairClv(bet.odds, close.fair) }
}
