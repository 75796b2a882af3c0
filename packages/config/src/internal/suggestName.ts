/** What to write in place of a name that does not exist. */
import { nearestNames } from "@boltodds/text"

/** The nearest name, or all there are. `known` says what they are: "known options". */
export const suggestName = (written: string, candidates: Iterable<string>, known: string): string => {
  const names = [...candidates]
  const [near] = nearestNames(written, names)
  if (near !== undefined) return `did you mean \`${near}\`?`
  return names.length === 0 ? `remove it; there are no ${known}` : `${known}: ${names.join(", ")}`
}
