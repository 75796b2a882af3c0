/** Messages about values and names that cannot be used, and the names that a misspelt one may have meant. */

/** Longer values are cut in messages, in characters. */
const longestShown = 80

/** `expected a duration such as 500ms, 15s, 1m30s; got "soon"`. Any value can be shown; a long one is cut. */
export const expectedButGot = (expected: string, got: unknown): string => {
  const text = typeof got === "string" ? JSON.stringify(got) : JSON.stringify(got) ?? String(got)
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  return `expected ${expected}; got ${shown}`
}

/** ` Did you mean "draftkings"?` with a space in front, to end a sentence with; empty where no name is near. */
export const didYouMean = (text: string, names: Iterable<string>): string => {
  const [near] = nearestNames(text, names)
  return near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`
}

/** Longer texts are not misspelt names, and comparing them would be slow. In characters. */
const longestName = 64

/**
 * The names nearest to a text, nearest first; at most three, none where no name is near.
 *
 * A name is near within one edit for every three characters of the text, and at least one. Case, spaces and punctuation
 * do not count. From three characters on, a name that contains the text counts as one edit away, and one that the text
 * contains is always near.
 */
export const nearestNames = (text: string, names: Iterable<string>): ReadonlyArray<string> => {
  const wanted = plain(text)
  if (wanted === "" || wanted.length > longestName) return []
  const most = Math.max(1, Math.floor(wanted.length / 3))
  const near: Array<{ readonly name: string; readonly distance: number }> = []
  for (const name of names) {
    const candidate = plain(name)
    if (candidate === "") continue
    const distance = distanceOf(wanted, candidate, most)
    if (distance <= most) near.push({ name, distance })
  }
  near.sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
  return near.slice(0, 3).map(({ name }) => name)
}

const distanceOf = (wanted: string, candidate: string, most: number): number => {
  if (candidate === wanted) return 0
  if (wanted.length >= 3 && candidate.includes(wanted)) return 1
  const contained = candidate.length >= 3 && wanted.includes(candidate)
  if (Math.abs(candidate.length - wanted.length) > most) return contained ? most : Infinity
  const edits = editDistance(wanted, candidate)
  return contained ? Math.min(edits, most) : edits
}

/** The fewest edits from one text to the other: insert, delete or replace a character, or swap two neighbors. */
export const editDistance = (a: string, b: string): number => {
  let before: Array<number> = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return above[b.length]!
}

const plain = (text: string): string => text.toLowerCase().replace(/[\s\p{P}\p{S}_]+/gu, "")
