/** Names of players as they are compared across sportsbooks. */

const marks = /[\p{M}\u00AD\u200B-\u200F\u2060\uFEFF]/gu
const suffix = / (?:jr|sr|ii|iii|iv|v)$/
const bracket = / ?\([a-z]{2,4}\)$/

/** No name is longer, in characters; the rest is not read. */
const longest = 100

/** Letters that NFKD does not take apart. */
const letters: Readonly<Record<string, string>> = {
  ø: "o",
  đ: "d",
  ł: "l",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ð: "d",
  þ: "th",
  ı: "i",
}

/** A name with its suffix, in the form in which it is compared. */
const folded = (name: string): string => {
  let text = name.slice(0, longest).normalize("NFKD").replace(marks, "").toLowerCase().normalize("NFKD").replace(
    marks,
    "",
  )
    .replace(/[øđłßæœðþı]/g, (letter) => letters[letter]!)
    .replace(bracket, "")
  const turned = /^([^,]+),([^,]+)$/.exec(text)
  // "Moore, D.J." is turned; "Ken Griffey, Jr." has its suffix after the comma.
  if (turned !== null && !suffix.test(` ${turned[2]!.replaceAll(".", "").trim()}`)) text = `${turned[2]!} ${turned[1]!}`
  text = text.replace(/[.'\u2018\u2019\u02BC\u0060\u00B4]/g, "").replace(/[\p{Pd}\u2212,]+/gu, " ").replace(/\s+/g, " ")
    .trim()
  // Initials in front are one word: "d j moore".
  return text.replace(
    /^(?:[a-z] )+(?=[a-z])/,
    (initials) => initials.length > 2 ? `${initials.replaceAll(" ", "")} ` : initials,
  )
}

/**
 * A player's name in the form in which it is compared: without accents, case, points, apostrophes and a trailing Jr., Sr.,
 * II to V, or team in brackets; `"Last, First"` is turned; initials in front are one word. `"D.J. Moore"`, `"DJ Moore"`
 * and `"Moore, D. J."` are `"dj moore"`. Two names are never near: they are equal or not. Empty where nothing is left.
 *
 * @example
 * ```ts
 * import { participantKey } from "@boltodds/market"
 *
 * participantKey("Todd Gurley II") // "todd gurley"
 * participantKey("D’Andre Swift (CHI)") // "dandre swift"
 * ```
 */
export const participantKey = (name: string): string => {
  const cached = known.get(name)
  if (cached !== undefined) return cached
  const text = folded(name)
  const key = text.replace(suffix, "")
  if (known.size >= 8192) known.clear()
  known.set(name, key)
  return key
}

const known = new Map<string, string>()

/**
 * The keys of all names of one market at one sportsbook. Where two different names would have one key, both keep their
 * suffix; where that does not separate them either, none of them has a key (undefined): nobody knows who is meant.
 *
 * @example
 * ```ts
 * import { participantKeys } from "@boltodds/market"
 *
 * participantKeys(["Ken Griffey", "Ken Griffey Jr."])
 * // Map { "Ken Griffey" => "ken griffey", "Ken Griffey Jr." => "ken griffey jr" }
 * ```
 */
export const participantKeys = (names: Iterable<string>): ReadonlyMap<string, string | undefined> => {
  const groups = new Map<string, Array<string>>()
  for (const name of new Set(names)) {
    const key = participantKey(name)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [name])
    else group.push(name)
  }
  const keys = new Map<string, string | undefined>()
  for (const [key, group] of groups) {
    const withSuffix = group.length === 1 ? [key] : group.map(folded)
    const apart = new Set(withSuffix).size === group.length
    for (const [index, name] of group.entries()) {
      keys.set(name, !apart || key === "" ? undefined : withSuffix[index]!)
    }
  }
  return keys
}
