/** Names of runs. */

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/**
 * Makes a ULID (github.com/ulid/spec): 48 bits of time and 80 random bits, sortable by time. Each run needs a new one.
 *
 * @example
 * ```ts
 * import { ulid } from "@boltodds/protocol"
 *
 * const state = { run: ulid() }
 * ```
 */
export const ulid = (
  millis: number = Date.now(),
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(10)),
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
