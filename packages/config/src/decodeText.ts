/** From the bytes of a configuration to its text. */
import * as Effect from "effect/Effect"
import { secretFrom } from "./internal/secretFrom.ts"
import { ConfigErrors } from "./Problem.ts"

/**
 * The text of a configuration file: UTF-8, or UTF-16 where its byte order mark says so. The mark is no part of the text.
 *
 * Fails with {@link ConfigErrors} at the first byte that is not text in that encoding: read all the same, it would become
 * another name or secret than the one in the file.
 */
export const decodeText = (bytes: Uint8Array, file: string): Effect.Effect<string, ConfigErrors> =>
  Effect.suspend(() => {
    const fail = (offset: number, before: string, message: string, remedy: string) => {
      const lineStart = before.lastIndexOf("\n") + 1
      const line = before.split("\n").length
      const source = before.slice(lineStart)
      const column = source.length + 1
      const shown = before.slice(lineStart, secretFrom(before, lineStart)).padEnd(source.length, "*")
      const problem = {
        path: [],
        line,
        column,
        length: 1,
        message: `${message} at offset ${offset}`,
        remedy,
        source: shown,
      }
      return Effect.fail(new ConfigErrors(file, [problem]))
    }
    const toUtf8 = "save the file as UTF-8"
    const encoding = encodingOf(bytes)
    if (encoding === "utf-32") {
      return fail(0, "", "Cannot read the text: its byte order mark says UTF-32, found", toUtf8)
    }
    const [start, decoder] = encoding === "utf-8"
      ? [startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })]
      : [2, new TextDecoder(encoding, { fatal: true, ignoreBOM: true })]
    const whole = decoded(decoder, bytes.subarray(start))
    if (encoding !== "utf-8") {
      if (whole !== undefined) return Effect.succeed(whole)
      const at = wrongUnitIn(bytes, encoding === "utf-16le")
      const before = new TextDecoder(encoding).decode(bytes.subarray(start, at))
      return fail(at, before, `Cannot read the text: it is not ${encoding.toUpperCase()}`, toUtf8)
    }
    const zero = bytes.indexOf(0)
    if (zero !== -1 && isWide(bytes)) {
      const remedy = "save the file as UTF-8; UTF-16 needs a byte order mark"
      return fail(
        zero,
        lossy(bytes, start, zero),
        "Cannot read the text: it looks like UTF-16, found a NUL byte",
        remedy,
      )
    }
    if (whole !== undefined) return Effect.succeed(whole)
    const at = start + wrongByteIn(bytes.subarray(start))
    const byte = bytes[at]!
    const meant = new TextDecoder("windows-1252").decode(bytes.subarray(at, at + 1))
    return fail(
      at,
      lossy(bytes, start, at),
      `Cannot read the text: it is not UTF-8, found the byte 0x${byte.toString(16).toUpperCase()}`,
      /\p{L}/u.test(meant) ? `${toUtf8} (in Latin-1 this byte is "${meant}")` : toUtf8,
    )
  })

const startsWith = (bytes: Uint8Array, ...wanted: ReadonlyArray<number>): boolean =>
  wanted.every((byte, index) => bytes[index] === byte)

const encodingOf = (bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "utf-32" => {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff)) return "utf-32"
  if (startsWith(bytes, 0xff, 0xfe)) return "utf-16le"
  return startsWith(bytes, 0xfe, 0xff) ? "utf-16be" : "utf-8"
}

/** Of most pairs of bytes at the beginning the same one is NUL, and never the other. */
const isWide = (bytes: Uint8Array): boolean => {
  const pairs = Math.min(32, bytes.length >> 1)
  let [first, second] = [0, 0]
  for (let pair = 0; pair < pairs; pair++) {
    if (bytes[2 * pair] === 0) first += 1
    if (bytes[2 * pair + 1] === 0) second += 1
  }
  return Math.min(first, second) === 0 && Math.max(first, second) > pairs / 2
}

const decoded = (decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    // The answer.
    return undefined
  }
}

const lossy = (bytes: Uint8Array, start: number, end: number): string =>
  new TextDecoder("utf-8").decode(bytes.subarray(start, end))

/** The first surrogate that stands alone, or the half of a unit at the end. */
const wrongUnitIn = (bytes: Uint8Array, isLittle: boolean): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kindAt = (at: number): number => at + 2 > bytes.length ? 0 : view.getUint16(at, isLittle) & 0xfc00
  for (let at = 2; at < bytes.length; at += 2) {
    if (at + 1 === bytes.length || kindAt(at) === 0xdc00) return at
    if (kindAt(at) !== 0xd800) continue
    if (kindAt(at + 2) !== 0xdc00) return at
    at += 2
  }
  return bytes.length
}

/** The first byte that begins no character of UTF-8 (RFC 3629, section 4). */
const wrongByteIn = (bytes: Uint8Array): number => {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!
    const more = lead < 0x80
      ? 0
      : lead >= 0xc2 && lead < 0xe0
      ? 1
      : lead >= 0xe0 && lead < 0xf0
      ? 2
      : lead >= 0xf0 && lead < 0xf5
      ? 3
      : -1
    if (more === -1) return at
    const second = bytes[at + 1] ?? 0
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (more > 0 && (second < least || second > most)) return at
    for (let next = 2; next <= more; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return at
    at += more + 1
  }
  return bytes.length
}
