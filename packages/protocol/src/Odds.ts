/** American odds. */

/**
 * What a raw price means.
 *
 * `priced` carries American odds as a number. `suspended` is the feed saying there is no price. `unreadable` is a
 * value that is not American odds: it must never be shown as a price.
 */
export type ParsedOdds =
  | { readonly _tag: "Priced"; readonly odds: number }
  | { readonly _tag: "Suspended" }
  | { readonly _tag: "Unreadable"; readonly reason: string }

const suspended: ParsedOdds = { _tag: "Suspended" }
const american = /^[+-]?\d{3,7}(?:\.\d+)?$/
const simple = /^[+-][1-9]\d{2,4}$/

/**
 * American odds of a raw `odds` value, or NaN where it is no price. The hot path's form of {@link parseOdds}: a price
 * is a number, everything else is NaN and {@link parseOdds} says which kind.
 */
export const americanOdds = (raw: unknown): number => {
  if (typeof raw === "string") {
    if (simple.test(raw)) return +raw
    const text = raw.trim().replace(/^[\u2212\u2012\u2013\uFE63\uFF0D]/, "-").replace(/^\uFF0B/, "+")
    if (!american.test(text)) return NaN
    const odds = Number(text)
    return Math.abs(odds) >= 100 ? odds : NaN
  }
  return typeof raw === "number" && Number.isFinite(raw) && Math.abs(raw) >= 100 && Math.abs(raw) < 1e7 ? raw : NaN
}

/** Whether a raw `odds` value says "no price now": null, an empty string, or Python's `None` as text. */
export const isSuspended = (raw: unknown): boolean =>
  raw === null || raw === "" || (typeof raw === "string" && /^\s*(none|null)?\s*$/i.test(raw))

/**
 * Parses a raw `odds` value. Total: never throws.
 *
 * Lenient as the feed needs (PROTOCOL, "odds"): a string or a number, a Unicode minus, decimals (`"-110.0"`), `"None"`.
 * Strict where money is at stake: 0, |odds| < 100, more than seven digits, decimal odds, an absent field and anything
 * else are `Unreadable`, with the reason.
 *
 * @example
 * ```ts
 * import { parseOdds } from "@boltodds/protocol"
 *
 * parseOdds("+100") // { _tag: "Priced", odds: 100 }
 * parseOdds("") // { _tag: "Suspended" }
 * parseOdds("1.91") // { _tag: "Unreadable", reason: "…" }
 * ```
 */
export const parseOdds = (raw: unknown): ParsedOdds => {
  const odds = americanOdds(raw)
  if (odds === odds) return { _tag: "Priced", odds }
  if (isSuspended(raw)) return suspended
  return { _tag: "Unreadable", reason: `odds are not American: ${shown(raw)}` }
}

const shown = (raw: unknown): string => {
  if (raw === undefined) return "the field is missing"
  if (typeof raw === "string") return JSON.stringify(raw.length > 40 ? raw.slice(0, 40) + "…" : raw)
  return typeof raw === "object" ? (Array.isArray(raw) ? "an array" : "an object") : String(raw)
}
