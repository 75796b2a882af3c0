/** A key kept in a file. */
import { codeOf } from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { open } from "node:fs/promises"
import { type Key, KeyUnavailable, readKey } from "../Key.ts"

/** Far more than a key with white space around it, in two bytes a character. */
const longestFile = 8192

/**
 * A key from a file that holds nothing else. Read anew at each dial, so that a replaced key is taken by itself.
 *
 * UTF-8, and UTF-16 with a byte order mark (as Windows shells write it). What else the file must not hold: `readKey`.
 */
export const keyFromFile = (path: string): Key => {
  const where = `the key file ${path}`
  return Effect.flatMap(
    Effect.tryPromise({
      try: () => readBeginning(path),
      catch: (cause) => new KeyUnavailable(`Cannot read ${where}: ${codeOf(cause) ?? "unknown error"}`),
    }),
    (bytes) => {
      if (bytes.length > longestFile) {
        return Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} holds more than ${longestFile} bytes`))
      }
      const text = textIn(bytes)
      return text === undefined
        ? Effect.fail(new KeyUnavailable(`Cannot read the key: ${where} is not UTF-8 text: save it as such`))
        : readKey(text, where)
    },
  )
}

/** The first bytes, one more than there may be. Pipes are files too: they come in pieces. */
const readBeginning = async (path: string): Promise<Buffer> => {
  const file = await open(path, "r")
  try {
    const buffer = Buffer.alloc(longestFile + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null)
      length += bytesRead
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length)
    }
  } finally {
    await file.close()
  }
}

const textIn = (bytes: Buffer): string | undefined => {
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
