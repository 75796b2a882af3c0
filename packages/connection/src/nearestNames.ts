/** Finding what someone meant. */

/** How many letters must be changed, put in, left out or swapped with their neighbour to make one text the other. */
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

/**
 * The names nearest to one that is not among them, nearest first; at most three, none where nothing comes near.
 *
 * Case, spaces and punctuation do not count; a name that contains the text, or is contained in it, is near too.
 */
export const nearestNames = (text: string, names: Iterable<string>): ReadonlyArray<string> => {
  const wanted = plain(text)
  if (wanted === "") return []
  const most = Math.max(1, Math.floor(wanted.length / 3))
  const near: Array<{ readonly name: string; readonly distance: number }> = []
  for (const name of names) {
    const candidate = plain(name)
    if (candidate === "") continue
    const contained = wanted.length >= 3 && candidate.length >= 3 &&
      (candidate.includes(wanted) || wanted.includes(candidate))
    if (!contained && Math.abs(candidate.length - wanted.length) > most) continue
    const distance = contained && candidate !== wanted ? 1 : editDistance(wanted, candidate)
    if (distance <= most) near.push({ name, distance })
  }
  near.sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
  return near.slice(0, 3).map(({ name }) => name)
}

const plain = (text: string): string => text.toLowerCase().replace(/[\s\p{P}\p{S}_]+/gu, "")
