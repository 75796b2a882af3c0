/** What a batch is called. */
import type { Envelope } from "@boltodds/sink"

/**
 * The same envelopes have the same id, in every attempt and in a later process that finds them in a durable store; others
 * have another. Where each is the record that its number counts, and the numbers are consecutive, the first and the last
 * say all. Otherwise a digest of all identities is added: what was merged in between must not pass for what was tried
 * before, nor one piece of a snapshot, whose records have one number, for another.
 */
export const batchId = (run: string, envelopes: ReadonlyArray<Envelope<unknown>>): string => {
  const first = envelopes[0]!
  const last = envelopes[envelopes.length - 1]!
  const name = `${first.run ?? run}.${first.seq}-${last.seq}.${envelopes.length}`
  const arePlain = envelopes.every(isPlain)
  return arePlain && areConsecutive(envelopes) ? name : `${name}.${digest(envelopes, arePlain)}`
}

const isPlain = ({ part, origin }: Envelope<unknown>): boolean => !part && origin === undefined

const areConsecutive = (envelopes: ReadonlyArray<Envelope<unknown>>): boolean => {
  for (let index = 1; index < envelopes.length; index++) {
    if (envelopes[index]!.seq !== envelopes[index - 1]!.seq + 1) return false
  }
  return true
}

/**
 * Two runs of FNV-1a over the identities, from different beginnings: 64 bits (datatracker.ietf.org/doc/draft-eastlake-fnv).
 * Of plain ones the number is all: the digests of stores from before there were parts stay as they are.
 */
const digest = (envelopes: ReadonlyArray<Envelope<unknown>>, arePlain: boolean): string => {
  let one = 0x811c9dc5
  let other = 0x01000193
  const add = (byte: number): void => {
    one = Math.imul(one ^ byte, 0x01000193)
    other = Math.imul(other ^ byte, 0x01000193)
  }
  const addNumber = (value: number): void => {
    for (let rest = value, byte = 0; byte < 7; byte++, rest = Math.floor(rest / 256)) add(rest & 0xff)
  }
  for (let index = 0; index < envelopes.length; index++) {
    const { seq, part = 0, origin = "" } = envelopes[index]!
    addNumber(seq)
    if (arePlain) continue
    addNumber(part)
    addNumber(origin.length)
    for (let at = 0; at < origin.length; at++) addNumber(origin.charCodeAt(at))
  }
  return hex(one) + hex(other)
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")
