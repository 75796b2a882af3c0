/** The keys of clients of the vendor's protocol. They are never the vendor's. */
import { createHash } from "node:crypto"

/** The hash of a key, as a list of keys has it: SHA-256 in 64 hexadecimal digits. */
export const hashOfKey = (key: string): string => createHash("sha256").update(key).digest("hex")

/**
 * The hashes of a list: one on each line, and what follows it on its line is a note. Empty lines, and those that begin
 * with `#`, count for nothing. Throws `RangeError` with the number of the first line that has none.
 */
export const readKeyHashes = (text: string): ReadonlySet<string> => {
  const hashes = new Set<string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const written = line.trim()
    if (written === "" || written.startsWith("#")) continue
    const hash = /^([0-9a-f]{64})(?:\s|$)/i.exec(written)?.[1]
    if (hash === undefined) {
      // What stands there may be a key.
      throw new RangeError(
        `Cannot use line ${
          index + 1
        } of the client keys: expected the SHA-256 of a key, 64 hexadecimal digits. Make it with: printf %s KEY | sha256sum`,
      )
    }
    hashes.add(hash.toLowerCase())
  }
  if (hashes.size === 0) {
    throw new RangeError("Cannot use the client keys: there are none. Write the hash of one on a line")
  }
  return hashes
}
