/** The nearest of some names to one that was written wrong. */

/** Edits (insert, delete, replace, swap of neighbours) from one text to another. */
export const editDistance = (a: string, b: string): number => {
  let before: Array<number> = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = previous
    previous = row
  }
  return previous[b.length]!
}

/** The candidate that was probably meant; undefined where none is near. */
export const nearest = (written: string, candidates: Iterable<string>): string | undefined => {
  const wanted = written.toLowerCase()
  // Names are short; a long text is no misspelt name, and comparing it would be slow.
  if (wanted.length > 64) return undefined
  let best: string | undefined
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    const name = candidate.toLowerCase()
    // The beginning of a name is often all that is remembered of it.
    const distance = wanted.length > 2 && name !== wanted && name.startsWith(wanted) ? 1 : editDistance(wanted, name)
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** What to write instead: the nearest, or all there are. `known` says what they are: "known options". */
export const instead = (written: string, candidates: Iterable<string>, known: string): string => {
  const names = [...candidates]
  const near = nearest(written, names)
  if (near !== undefined) return `did you mean \`${near}\`?`
  return names.length === 0 ? `remove it; there are no ${known}` : `${known}: ${names.join(", ")}`
}
