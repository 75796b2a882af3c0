/** Names of markets in the form in which they are looked up. */
import { apostrophes, invisible, longestName } from "./internal/characters.ts"

const plain = /^[a-z0-9]+(?: [a-z0-9]+)*$/
const separators = /[\p{Pd}\u2212:,()[\]]+/gu

/**
 * A name in lower case, in Unicode's NFKC form, with dashes, colons, commas and brackets as spaces, no apostrophes, no
 * point at the end of a word, and single spaces: `"1st Half - Moneyline"` is `"1st half moneyline"`. Empty where it is
 * longer than 200 characters: a part of a name is not the name.
 *
 * @example
 * ```ts
 * import { foldMarketName } from "@boltodds/market"
 *
 * foldMarketName("Moneyline (Incl. Overtime)") // "moneyline incl overtime"
 * ```
 */
export const foldMarketName = (name: string): string => {
  if (name.length > longestName) return ""
  if (plain.test(name)) return name
  const folded = name.normalize("NFKC").toLowerCase().normalize("NFKC").replace(invisible, "")
    .replace(apostrophes, "").replace(separators, " ").replace(/\.(?=\s|$)/g, "").replace(/\s+/g, " ").trim()
  return folded.length > longestName ? "" : folded
}
