/** What someone meant. */

/** The name that is nearest to a text; undefined where none comes near. */
export const nearest = (text: string, names: Iterable<string>): string | undefined => {
  let [best, least]: [string | undefined, number] = [undefined, Math.max(2, Math.floor(text.length / 2))]
  for (const name of names) {
    const contained = text.length >= 3 && (name.includes(text) || text.includes(name))
    const distance = contained ? 1 : changes(text.toLowerCase(), name)
    if (distance < least) [best, least] = [name, distance]
  }
  return best
}

/** How many letters must be changed, put in or left out to make one text the other (Levenshtein). */
const changes = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    above = row
  }
  return above[b.length]!
}
