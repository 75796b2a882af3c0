/** American odds: +150 wins 150 on a stake of 100, -150 wins 100 on a stake of 150. */
import { reduced } from "./internal/numbers.ts"

/**
 * The decimal odds of American odds: -110 is 1.909…, +150 is 2.5. Undefined where it is no price: not finite, inside
 * (-100, 100), or so short that decimal odds cannot be distinguished from 1.
 *
 * @example
 * ```ts
 * import { americanToDecimal } from "@boltodds/odds"
 *
 * americanToDecimal(150) // 2.5
 * americanToDecimal(-200) // 1.5
 * americanToDecimal(0) // undefined
 * ```
 */
export const americanToDecimal = (american: number): number | undefined => {
  const decimal = american >= 100 ? 1 + american / 100 : american <= -100 ? 1 - 100 / american : NaN
  return decimal > 1 && decimal < Infinity ? decimal : undefined
}

/** Whether a number is American odds: {@link americanToDecimal} has an answer. */
export const isAmerican = (american: number): boolean => americanToDecimal(american) !== undefined

/**
 * The implied probability of American odds, margin included: -110 is 110/210, +150 is 100/250. Undefined where it is no
 * price. It is closer to the exact quotient than the inverse of the decimal odds.
 */
export const americanToImplied = (american: number): number | undefined =>
  !isAmerican(american) ? undefined : american > 0 ? 100 / (100 + american) : american / (american - 100)

/**
 * The exact fraction of American odds, profit to stake in lowest terms: -110 is 10/11, +150 is 3/2. Undefined where it is
 * no price, where it has more than six decimals, and from 9 billion up, where the fraction would not be exact.
 */
export const americanToFraction = (american: number): readonly [number, number] | undefined => {
  if (!isAmerican(american)) return undefined
  for (let scale = 1; scale <= 1e6; scale *= 10) {
    const whole = Math.round(Math.abs(american) * scale)
    if (whole / scale !== Math.abs(american)) continue
    if (whole > Number.MAX_SAFE_INTEGER) return undefined
    return american > 0 ? reduced(whole, 100 * scale) : reduced(100 * scale, whole)
  }
  return undefined
}

/**
 * American odds as a whole number: halves away from zero, and -100 as +100, which is the same price. Undefined where it
 * is no price. The result is never inside (-100, 100).
 */
export const roundAmerican = (american: number): number | undefined => {
  if (!isAmerican(american)) return undefined
  const magnitude = Math.round(Math.abs(american))
  return american > 0 || magnitude === 100 ? magnitude : -magnitude
}

/**
 * How much better one price is than another for the bettor, in cents as the trade counts them: from -110 to +105 are 15,
 * because nothing lies between -100 and +100. Negative where it is worse; undefined where either is no price.
 */
export const centsBetween = (from: number, to: number): number | undefined =>
  isAmerican(from) && isAmerican(to) ? centsOf(to) - centsOf(from) : undefined

/** Cents from even money. */
const centsOf = (american: number): number => american > 0 ? american - 100 : american + 100

/** American odds as people write them, always with a sign: `+150`, `-110`; ±100 is `+100`. Undefined where it is no price. */
export const formatAmerican = (american: number): string | undefined =>
  !isAmerican(american) ? undefined : american > 0 ? `+${american}` : american === -100 ? "+100" : String(american)
