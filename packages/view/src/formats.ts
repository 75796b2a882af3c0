/** How prices and probabilities are written. */
import {
  americanToDecimal,
  americanToImplied,
  formatAmerican,
  impliedToAmerican,
  impliedToDecimal,
  roundAmerican,
} from "@boltodds/odds"

/** The forms of a price. */
export const priceFormats = ["american", "decimal", "probability"] as const

/** See {@link priceFormats}. */
export type PriceFormat = (typeof priceFormats)[number]

/**
 * A price as text. American with its sign, `+100` for even; decimal with two places, with three under 1.1; the implied
 * probability with one place and `%`. `odds`: American. A number that is no price gives `?`.
 *
 * @example
 * ```ts
 * import { priceText } from "@boltodds/view"
 *
 * priceText(-100, "american") // "+100"
 * priceText(-110, "decimal") // "1.91"
 * priceText(150, "probability") // "40.0%"
 * ```
 */
export const priceText = (odds: number, format: PriceFormat): string => {
  switch (format) {
    case "american":
      return formatAmerican(odds) ?? "?"
    case "decimal":
      return decimalText(americanToDecimal(odds))
    case "probability":
      return shareText(americanToImplied(odds))
  }
}

/** A fair probability in the form of prices, `0.5` as `+100`, `2.00` or `50.0%`; `?` where it is not between 0 and 1. */
export const fairText = (probability: number, format: PriceFormat): string => {
  switch (format) {
    case "american": {
      const american = impliedToAmerican(probability)
      const whole = american === undefined ? undefined : roundAmerican(american)
      return whole === undefined ? "?" : formatAmerican(whole) ?? "?"
    }
    case "decimal":
      return decimalText(impliedToDecimal(probability))
    case "probability":
      return shareText(probability > 0 && probability < 1 ? probability : undefined)
  }
}

const decimalText = (decimal: number | undefined): string =>
  decimal === undefined ? "?" : decimal.toFixed(decimal < 1.1 ? 3 : 2)

const shareText = (share: number | undefined): string => share === undefined ? "?" : `${(share * 100).toFixed(1)}%`

/** A line with its sign for a spread, `+1.5`, and without for a total, `8.5`. */
export const lineText = (line: number, isSigned: boolean): string => isSigned && line > 0 ? `+${line}` : String(line)
