/** Decimal odds: what a stake of 1 pays, the stake included. And probabilities, their inverse. */
import { isOpenUnit } from "./internal/numbers.ts"

/** Whether a number is decimal odds: finite and above 1. At 1.0 nothing can be won; it is no price. */
export const isDecimal = (decimal: number): boolean => decimal > 1 && decimal < Infinity

/** The implied probability of decimal odds, margin included: 2.5 is 0.4. Undefined where it is no price. */
export const decimalToImplied = (decimal: number): number | undefined => isDecimal(decimal) ? 1 / decimal : undefined

/**
 * The American odds of decimal odds, not rounded: 1.91 is -109.89…, 2 is +100. Undefined where it is no price. For a whole
 * number use `roundAmerican`.
 */
export const decimalToAmerican = (decimal: number): number | undefined => {
  if (!isDecimal(decimal)) return undefined
  const american = decimal >= 2 ? (decimal - 1) * 100 : -100 / (decimal - 1)
  return Number.isFinite(american) ? american : undefined
}

/** The decimal odds of a probability: 0.4 is 2.5. Undefined at 0 and 1, outside, and where the odds would not be finite. */
export const impliedToDecimal = (probability: number): number | undefined => {
  if (!isOpenUnit(probability)) return undefined
  const decimal = 1 / probability
  return isDecimal(decimal) ? decimal : undefined
}

/** The American odds of a probability, not rounded: 0.4 is +150, 0.6 is -150. Undefined as in {@link impliedToDecimal}. */
export const impliedToAmerican = (probability: number): number | undefined => {
  if (!isOpenUnit(probability)) return undefined
  // Not by the decimal odds: their difference from 1 has few digits where the probability is near 1.
  const american = probability <= 0.5 ? (1 - probability) / probability * 100 : -probability / (1 - probability) * 100
  return Number.isFinite(american) ? american : undefined
}
