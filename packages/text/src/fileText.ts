/** From the bytes of a small file to its text. */

/**
 * The text of a file that a person wrote: UTF-8, or UTF-16 where its byte order mark says so, as Windows shells write it.
 * The mark is no part of the text. Undefined where the bytes are no text in that encoding.
 */
export const fileText = (bytes: Uint8Array): string | undefined => {
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
