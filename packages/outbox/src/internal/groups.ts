/** Where the groups of what is added end. */
import type { Envelope } from "@boltodds/sink"

/**
 * For each, the index of the last of its group. What is added ends a group, whatever its last one says, and so does
 * what belongs to one run.
 */
export const endsOf = (envelopes: ReadonlyArray<Envelope<unknown>>): ReadonlyArray<number> => {
  const ends = Array.from({ length: envelopes.length }, () => 0)
  let end = envelopes.length - 1
  for (let index = envelopes.length - 1; index >= 0; index--) {
    if (envelopes[index]!.last || envelopes[index]!.run !== envelopes[end]!.run) end = index
    ends[index] = end
  }
  return ends
}
