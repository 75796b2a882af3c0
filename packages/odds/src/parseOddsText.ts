/** Odds as people type them, in a format that the caller names. */
import { americanToDecimal } from "./american.ts"
import { impliedToDecimal, isDecimal } from "./decimal.ts"
import { fractionToDecimal, parseFractional } from "./fractional.ts"

/** How odds are written. */
export type OddsFormat = "american" | "decimal" | "fractional" | "probability"

const american = /^[+-]?[1-9]\d{2,6}(?:\.\d{1,6})?$/
const decimal = /^\d{1,7}(?:\.\d{1,15})?$/
const probability = /^(?:0?\.\d{1,17}|(\d{1,2}(?:\.\d{1,15})?)\s?%)$/

/**
 * The decimal odds of a text in one format; undefined for any other text. Nothing is guessed: `"108"` is +108 as
 * American odds and 108 to 1 with the stake as decimal odds, so the format is always named.
 *
 * - `american`: `-110`, `+150`, `150`, `even`; a minus of Unicode counts as one.
 * - `decimal`: `1.91`, with a point.
 * - `fractional`: `10/11`, `evens`.
 * - `probability`: `0.5238`, `52.38%`; without a per cent sign it must begin with `0.` or `.`.
 *
 * @example
 * ```ts
 * import { parseOddsText } from "@boltodds/odds"
 *
 * parseOddsText("+150", "american") // 2.5
 * parseOddsText("3/2", "fractional") // 2.5
 * parseOddsText("40%", "probability") // 2.5
 * parseOddsText("1.91", "american") // undefined
 * ```
 */
export const parseOddsText = (text: string, format: OddsFormat): number | undefined => {
  if (text.length > 40) return undefined
  const plain = text.trim().replace(/^[\u2012\u2013\u2212]/, "-")
  switch (format) {
    case "american":
      if (/^(?:ev|evs|evens?)$/i.test(plain)) return 2
      return american.test(plain) ? americanToDecimal(Number(plain)) : undefined
    case "decimal": {
      const value = decimal.test(plain) ? Number(plain) : NaN
      return isDecimal(value) ? value : undefined
    }
    case "fractional": {
      const fraction = parseFractional(plain)
      return fraction === undefined ? undefined : fractionToDecimal(fraction[0], fraction[1])
    }
    case "probability": {
      const match = probability.exec(plain)
      if (match === null) return undefined
      return impliedToDecimal(match[1] === undefined ? Number(plain) : Number(match[1]) / 100)
    }
  }
}
