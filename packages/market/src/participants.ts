/** Names of players as they are compared across sportsbooks. */
import { apostrophes, invisible, remember } from "./internal/characters.ts"

const accents = /\p{M}/gu
const suffix = / (?:jr|sr|ii|iii|iv|v)$/
const bracket = / ?\([a-z]{2,4}\)$/

/** No name is longer, in characters; a longer one has no key. */
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

/** A name with its suffix, in the form in which it is compared. Empty where nothing is left, or the name is too long. */
const folded = (name: string): string => {
  if (name.length > longest) return ""
  let text = bare(bare(name).toLowerCase()).replace(/[øđłßæœðþı]/g, (letter) => letters[letter]!).trim()
    .replace(bracket, "")
  const turned = /^([^,]+),([^,]+)$/.exec(text)
  // "Moore, D.J." is turned; "Ken Griffey, Jr." has its suffix after the comma.
  if (turned !== null && !suffix.test(` ${turned[2]!.replaceAll(".", "").trim()}`)) text = `${turned[2]!} ${turned[1]!}`
  text = text.replaceAll(".", "").replace(apostrophes, "").replace(/[\p{Pd}\u2212,]+/gu, " ").replace(/\s+/g, " ")
    .trim()
  // Initials in front are one word: "d j moore".
  return text.replace(
    /^(?:[a-z] )+(?=[a-z])/,
    (initials) => initials.length > 2 ? `${initials.replaceAll(" ", "")} ` : initials,
  )
}

const bare = (text: string): string => text.normalize("NFKD").replace(accents, "").replace(invisible, "")

/**
 * A player's name in the form in which it is compared: without accents, case, points, apostrophes and a trailing Jr., Sr.,
 * II to V, or team in brackets; `"Last, First"` is turned; initials in front are one word. `"D.J. Moore"`, `"DJ Moore"`
 * and `"Moore, D. J."` are `"dj moore"`. Two names are never near: they are equal or not. Empty where nothing is left,
 * and of a text of more than 100 characters.
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
  return remember(known, name, folded(name).replace(suffix, ""), 8192)
}

const known = new Map<string, string>()

/** A player's name as {@link participantKey} compares it, but with its suffix: `"todd gurley ii"`. */
export const suffixedKey = (name: string): string => folded(name)

/**
 * The keys of all names of one market at one sportsbook. `others` are the names of the event's players at the other
 * sportsbooks, a list for each: without them it is not known whom a name of two can mean, and a father's line at one
 * sportsbook can meet the son's at another.
 *
 * A suffix is left out unless two players differ in it only: one sportsbook has the name with and without, or there are
 * two suffixes in the event. Then all names keep theirs, and one without has a key only where its own sportsbook has
 * both. A name that does not identify one player has no key (undefined): two spellings in one market, or nothing left.
 *
 * @example
 * ```ts
 * import { participantKeys } from "@boltodds/market"
 *
 * participantKeys(["Ken Griffey", "Ken Griffey Jr."])
 * // Map { "Ken Griffey" => "ken griffey", "Ken Griffey Jr." => "ken griffey jr" }
 * participantKeys(["Ken Griffey Jr."], [["Ken Griffey", "Ken Griffey Jr."]])
 * // Map { "Ken Griffey Jr." => "ken griffey jr" }
 * ```
 */
export const participantKeys = (
  names: Iterable<string>,
  others: Iterable<Iterable<string>> = [],
): ReadonlyMap<string, string | undefined> => {
  const own = new Set(names)
  const forms = formsOf(own)
  const suffixes = new Map<string, Set<string>>()
  const shared = new Set<string>()
  const collect = (found: Forms): void => {
    for (const [key, group] of found) {
      const suffixed = suffixes.get(key) ?? new Set<string>()
      for (const form of group) if (form !== key) suffixed.add(form)
      suffixes.set(key, suffixed)
      if (suffixed.size > 1 || group.size > 1) shared.add(key)
    }
  }
  collect(forms)
  for (const list of others) collect(formsOf(list))
  const spellings = new Map<string, number>()
  for (const name of own) spellings.set(folded(name), (spellings.get(folded(name)) ?? 0) + 1)
  return new Map([...own].map((name) => {
    const [key, form] = [participantKey(name), folded(name)]
    // The name without a suffix: which of the two, its own sportsbook says by having the other as well.
    const unclear = shared.has(key) && form === key && forms.get(key)!.size === 1
    return [name, key === "" || spellings.get(form)! > 1 || unclear ? undefined : shared.has(key) ? form : key]
  }))
}

/** The forms with suffix, by the key without. */
type Forms = ReadonlyMap<string, ReadonlySet<string>>

const formsOf = (names: Iterable<string>): Forms => {
  const forms = new Map<string, Set<string>>()
  for (const name of names) {
    const key = participantKey(name)
    const group = forms.get(key) ?? new Set<string>()
    forms.set(key, group.add(folded(name)))
  }
  return forms
}
