/** What somebody may have meant. */

/** The known name that is nearest to a name, within two edits (or a third of it); undefined where none is. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  const allowed = Math.max(2, Math.floor(name.length / 3))
  let best: string | undefined
  let least = Math.min(allowed, Math.max(1, name.length - 1)) + 1
  for (const other of known) {
    const edits = name.toLowerCase() === other.toLowerCase() ? 0 : distance(name.slice(0, 64), other)
    if (edits < least) {
      least = edits
      best = other
    }
  }
  return best
}

/** Levenshtein's distance. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
