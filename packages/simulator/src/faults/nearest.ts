/** What someone meant. */

/** What there is instead of a name: the nearest one, where one comes near, and all of them. */
export const instead = (text: string, all: ReadonlyArray<string>, verb: string): string => {
  const meant = nearest(text, all)
  return `${meant === undefined ? "." : `; did you mean ${meant}?`} ${verb} ${all.join(", ")}`
}

const nearest = (text: string, names: Iterable<string>): string | undefined => {
  let [best, least]: [string | undefined, number] = [undefined, Math.max(2, Math.floor(text.length / 2))]
  for (const name of names) {
    const contained = text.length >= 3 && (name.includes(text) || text.includes(name))
    const distance = contained ? 1 : changes(text.toLowerCase(), name)
    if (distance < least) [best, least] = [name, distance]
  }
  return best
}

/** How many letters must be changed, put in, left out or swapped with their neighbour to make one text the other. */
const changes = (a: string, b: string): number => {
  let before: Array<number> = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return above[b.length]!
}
