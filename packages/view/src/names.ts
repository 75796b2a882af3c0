/** Short names, for narrow columns. */

/** How many columns a text takes. */
export type WidthOf = (text: string) => number

/**
 * A name in at most so many columns: as it is; then with the initials of all words but the last (`P. Phillies`,
 * `T.M. Leafs`); then cut off, with `…`. `widthOf`: default the length of the text.
 *
 * @example
 * ```ts
 * import { shortName } from "@boltodds/view"
 *
 * shortName("Philadelphia Phillies", 14) // "P. Phillies"
 * shortName("Toronto Maple Leafs", 12) // "T.M. Leafs"
 * ```
 */
export const shortName = (name: string, columns: number, widthOf: WidthOf = lengthOf): string => {
  if (widthOf(name) <= columns) return name
  const words = name.split(/\s+/).filter((word) => word !== "")
  if (words.length > 1) {
    const initials = words.slice(0, -1).filter((word) => /\p{L}|\p{N}/u.test(word)).map((word) => `${[...word][0]!}.`)
      .join("")
    const short = `${initials} ${words.at(-1)!}`
    if (widthOf(short) <= columns) return short
  }
  return cutText(name, columns, widthOf)
}

/** The beginning of a text in at most so many columns, with `…` where it is cut off. */
export const cutText = (text: string, columns: number, widthOf: WidthOf = lengthOf): string => {
  if (widthOf(text) <= columns) return text
  if (columns <= 0) return ""
  let cut = ""
  let width = 1
  for (const character of text) {
    width += widthOf(character)
    if (width > columns) break
    cut += character
  }
  return `${cut}…`
}

const lengthOf: WidthOf = (text) => text.length

/** Codes that people know. */
const known: Readonly<Record<string, string>> = {
  "888": "888",
  "ballybet": "BAL",
  "bet365": "365",
  "betmgm": "MGM",
  "betrivers": "BR",
  "bodog": "BOD",
  "bovada": "BOV",
  "caesars": "CZR",
  "consensus": "cons",
  "draftkings": "DK",
  "espnbet": "ESP",
  "fanatics": "FAN",
  "fanduel": "FD",
  "hardrock": "HR",
  "kalshi": "KAL",
  "neobet": "NEO",
  "novig": "NOV",
  "pinnacle": "PIN",
  "polymarket": "PLY",
  "prophetx": "PPX",
  "ps3838": "PS3",
  "thescore": "SCO",
}

/**
 * A code of at most four characters for each sportsbook: the usual one (`DK`, `FD`, `MGM`), else the first three letters,
 * with a number where two would be the same. The same names give the same codes, in any order.
 */
export const sportsbookCodes = (names: Iterable<string>): ReadonlyMap<string, string> => {
  const codes = new Map<string, string>()
  const taken = new Set<string>()
  const sorted = [...new Set(names)].toSorted()
  for (const name of sorted) {
    const code = known[name.trim().toLowerCase()]
    if (code === undefined || taken.has(code)) continue
    codes.set(name, code)
    taken.add(code)
  }
  for (const name of sorted) {
    if (codes.has(name)) continue
    const letters = name.replaceAll(/[^\p{L}\p{N}]/gu, "").toUpperCase()
    const base = [...letters].slice(0, 3).join("") || "?"
    let code = base
    for (let nth = 2; taken.has(code); nth++) code = `${[...base].slice(0, nth < 10 ? 3 : 2).join("")}${nth}`
    codes.set(name, code)
    taken.add(code)
  }
  return codes
}
