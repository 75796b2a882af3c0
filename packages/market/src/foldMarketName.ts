/** Names of markets in the form in which they are looked up. */

const plain = /^[a-z0-9]+(?: [a-z0-9]+)*$/
const separators = /[\p{Pd}\u2212:,()[\]]+/gu
const marks = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g
const apostrophes = /[\u2018\u2019\u02BC\u0060\u00B4']/g

/** No real name is longer, in characters; a hostile one is cut. */
const longest = 200

/**
 * A name in lower case, in Unicode's NFKC form, with dashes, colons, commas and brackets as spaces, no apostrophes, no
 * point at the end of a word, and single spaces: `"1st Half - Moneyline"` is `"1st half moneyline"`.
 *
 * @example
 * ```ts
 * import { foldMarketName } from "@boltodds/market"
 *
 * foldMarketName("Moneyline (Incl. Overtime)") // "moneyline incl overtime"
 * ```
 */
export const foldMarketName = (name: string): string => {
  if (plain.test(name) && name.length <= longest) return name
  return name.slice(0, longest).normalize("NFKC").toLowerCase().normalize("NFKC").replace(marks, "")
    .replace(apostrophes, "").replace(separators, " ").replace(/\.(?=\s|$)/g, "").replace(/\s+/g, " ").trim()
}
