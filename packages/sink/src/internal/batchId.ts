/** What a batch is called. */
import type { Envelope } from "../Envelope.ts"

/**
 * The same envelopes have the same id, in every attempt and in a later process that finds them in a durable store; others
 * have another. Of consecutive numbers the first and the last tell all; of others a digest of all of them is added: what
 * was merged in between must not pass for what was tried before.
 */
export const batchId = (run: string, envelopes: ReadonlyArray<Envelope<unknown>>): string => {
  const first = envelopes[0]!
  const last = envelopes[envelopes.length - 1]!
  const name = `${first.run ?? run}.${first.seq}-${last.seq}.${envelopes.length}`
  return isConsecutive(envelopes) ? name : `${name}.${digest(envelopes)}`
}

const isConsecutive = (envelopes: ReadonlyArray<Envelope<unknown>>): boolean => {
  for (let index = 1; index < envelopes.length; index++) {
    if (envelopes[index]!.seq !== envelopes[index - 1]!.seq + 1) return false
  }
  return true
}

/** Two runs of FNV-1a over the numbers, from different beginnings: 64 bits (datatracker.ietf.org/doc/draft-eastlake-fnv). */
const digest = (envelopes: ReadonlyArray<Envelope<unknown>>): string => {
  let one = 0x811c9dc5
  let other = 0x01000193
  for (let index = 0; index < envelopes.length; index++) {
    for (let rest = envelopes[index]!.seq, byte = 0; byte < 7; byte++, rest = Math.floor(rest / 256)) {
      one = Math.imul(one ^ (rest & 0xff), 0x01000193)
      other = Math.imul(other ^ (rest & 0xff), 0x01000193)
    }
  }
  return hex(one) + hex(other)
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")
