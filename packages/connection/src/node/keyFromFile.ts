/** A key kept in a file. */
import { readNamed } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { type Key, KeyUnavailable, readKey } from "../Key.ts"

/** Far more than a key with white space around it, in two bytes a character. */
const longestFile = 8192

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
    (bytes) => {
      const text = textIn(bytes)
      return text === undefined
        ? Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} is not UTF-8 text: save it as such`))
        : readKey(text, where)
    },
  )
}

/** One after the other: two that read a pipe at the same time would each get a part of it, or nothing. */
const onceFromPipes = (path: string): () => Promise<Uint8Array> => {
  let kept: Uint8Array | undefined
  let before: Promise<unknown> = Promise.resolve()
  const readOnce = async (): Promise<Uint8Array> => {
    if (kept !== undefined) return kept
    const { bytes, isPipe } = await readNamed(path, { maxBytes: longestFile })
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

const textIn = (bytes: Uint8Array): string | undefined => {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8"
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
