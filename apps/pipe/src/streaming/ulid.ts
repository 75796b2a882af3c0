/** The name of a run. */
import { randomBytes } from "node:crypto"

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** A ULID (github.com/ulid/spec): 48 bits of time, 80 random bits, sortable by time. */
export const ulid = (
  millis: number = Date.now(),
  random: Uint8Array = randomBytes(10),
): string => {
  let bits = BigInt(millis)
  for (const byte of random) bits = (bits << 8n) | BigInt(byte)
  let text = ""
  for (let index = 0; index < 26; index++) {
    text = alphabet[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return text
}
