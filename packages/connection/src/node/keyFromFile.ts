/** A key in a file. */
import { readNamed } from "@boltodds/machine"
import { fileText } from "@boltodds/text"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { type Key, KeyUnavailable, readKey } from "../key/Key.ts"

/** The largest key file, in bytes: far more than a key with white space in UTF-16 needs. */
export const longestKeyFile = 8192

/**
 * Reads the key from the bytes of a file that contains nothing else: UTF-8, or UTF-16 with a byte order mark. `where` names
 * the file in errors. `readKey` lists what is refused.
 */
export const keyInFile = (
  bytes: Uint8Array,
  where: string,
): Effect.Effect<Redacted.Redacted<string>, KeyUnavailable> => {
  const text = fileText(bytes)
  return text === undefined
    ? Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} is not UTF-8 text. Save it as UTF-8`))
    : readKey(text, where)
}

/**
 * A key in a file that contains nothing else. The file is read again at each dial, so a replaced key needs no restart. A
 * pipe, such as `<(vault read …)`, is read once, and its key stays.
 *
 * The file is UTF-8, or UTF-16 with a byte order mark (as Windows shells write it). `readKey` lists what is refused. A pipe
 * without data fails after 10 s.
 */
export const keyFromFile = (path: string): Key => {
  const where = `the key file ${path}`
  const read = onceFromPipes(path)
  return Effect.flatMap(
    Effect.tryPromise({
      try: read,
      catch: (cause) =>
        new KeyUnavailable(`Cannot read ${where}: ${cause instanceof Error ? cause.message : String(cause)}`),
    }),
    (bytes) => keyInFile(bytes, where),
  )
}

/** Reads one at a time: two simultaneous reads of a pipe would each get a part of it, or nothing. */
const onceFromPipes = (path: string): () => Promise<Uint8Array> => {
  let kept: Uint8Array | undefined
  let before: Promise<unknown> = Promise.resolve()
  const readOnce = async (): Promise<Uint8Array> => {
    if (kept !== undefined) return kept
    const { bytes, isPipe } = await readNamed(path, { maxBytes: longestKeyFile })
    if (isPipe) kept = bytes
    return bytes
  }
  return () => {
    const reading = before.then(readOnce)
    before = reading.catch(() => {
      // The caller gets this error; the next read tries again.
    })
    return reading
  }
}
