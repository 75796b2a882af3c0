/** A key kept in a file. */
import { readNamed } from "@boltodds/machine"
import { fileText } from "@boltodds/text"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { type Key, KeyUnavailable, readKey } from "../key/Key.ts"

/** The largest file that is read for a key, in bytes: far more than a key with white space around it in UTF-16 has. */
export const longestKeyFile = 8192

/**
 * The key in the bytes of a file that holds nothing else: UTF-8, or UTF-16 with a byte order mark. `where` names the file in
 * errors. What else the file must not hold: `readKey`.
 */
export const keyInFile = (
  bytes: Uint8Array,
  where: string,
): Effect.Effect<Redacted.Redacted<string>, KeyUnavailable> => {
  const text = fileText(bytes)
  return text === undefined
    ? Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} is not UTF-8 text: save it as such`))
    : readKey(text, where)
}

/**
 * A key from a file that holds nothing else. Read anew at each dial, so that a replaced key is taken by itself; a pipe,
 * such as `<(vault read …)`, gives its key once, and that one stays.
 *
 * UTF-8, and UTF-16 with a byte order mark (as Windows shells write it). What else the file must not hold: `readKey`. A pipe
 * that stays silent fails after 10 s.
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

/** One after the other: two that read a pipe at the same time would each get a part of it, or nothing. */
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
      // Whoever asked for it hears of it; the next tries again.
    })
    return reading
  }
}
