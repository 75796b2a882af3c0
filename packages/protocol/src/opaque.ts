/** What kind of data a frame holds that cannot be read at all: named, so that a person knows what to change. */

/** The first bytes of compressed data; RFC 1952, 1950 and 8878. Brotli and raw deflate have none. */
const compressionOf = (bytes: Uint8Array): string | undefined => {
  const [a, b, c, d] = bytes
  if (a === 0x1f && b === 0x8b) return "gzip"
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd"
  if (a === 0x04 && b === 0x22 && c === 0x4d && d === 0x18) return "lz4"
  if (a === 0x42 && b === 0x5a && c === 0x68) return "bzip2"
  if (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) return "zip"
  // A zlib header is a multiple of 31 with the method 8; `x` and a letter or digit is text too, so this needs more bytes.
  if (a === 0x78 && b !== undefined && (a * 256 + b) % 31 === 0 && bytes.length > 2 && !isAscii(bytes)) return "zlib"
  return undefined
}

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte >= 0x09 && byte < 0x7f)

/** UTF-16 and UTF-32, by their mark or by the zero bytes that plain letters have in them. */
const wideTextOf = (bytes: Uint8Array): "UTF-16LE" | "UTF-16BE" | "UTF-32" | undefined => {
  const [a, b, c, d] = bytes
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16LE"
  if (a === 0xfe && b === 0xff) return "UTF-16BE"
  if (a === 0 && b === 0 && (c === 0xfe || (c === 0 && d !== 0 && d !== undefined))) return "UTF-32"
  if (a !== 0 && b === 0 && c === 0 && d === 0) return "UTF-32"
  if (a === 0 && b !== 0 && c === 0 && d !== 0 && d !== undefined) return "UTF-16BE"
  if (a !== undefined && a !== 0 && b === 0 && c !== 0 && c !== undefined && d === 0) return "UTF-16LE"
  return undefined
}

/** What is known of a frame that is no JSON: why, and the text that it holds in another encoding. */
export interface Opaque {
  readonly reason: string
  /** Undefined where there is no text to look for names in. */
  readonly text: string | undefined
  /** Only its beginning was decoded: it may hold a text, of any names. */
  readonly isLong?: true
}

/** Names bytes that hold no UTF-8 text; undefined where nothing shows what they are. */
export const opaqueBytes = (bytes: Uint8Array): Opaque | undefined => {
  const compression = compressionOf(bytes)
  if (compression !== undefined) return { reason: `${compression}-compressed frame`, text: undefined }
  const wide = wideTextOf(bytes)
  if (wide === undefined) return undefined
  return { reason: `${wide} text in place of UTF-8`, text: wide === "UTF-32" ? undefined : decodeWide(bytes, wide) }
}

/** By hand: not every engine brings a decoder for the big-endian form. */
const decodeWide = (bytes: Uint8Array, encoding: "UTF-16LE" | "UTF-16BE"): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength - bytes.byteLength % 2)
  const parts: Array<string> = []
  const units: Array<number> = []
  for (let index = 0; index < view.byteLength; index += 2) {
    units.push(view.getUint16(index, encoding === "UTF-16LE"))
    if (units.length === unitsAtOnce) {
      parts.push(String.fromCharCode(...units))
      units.length = 0
    }
  }
  return (parts.join("") + String.fromCharCode(...units)).replace(/^\uFEFF/, "")
}

const unitsAtOnce = 4096

// Each a search for what does not belong: one expression over millions of characters, to their end, is too deep for V8.
const notBase64 = /[^\w+/=-]/
const notHex = /[^0-9a-fA-F]/

/** Base64 and its form for URLs, with nothing else. Long enough not to be a word or an id. */
const isBase64 = (text: string): boolean => {
  if (text.length < 24 || notBase64.test(text)) return false
  const padding = text.indexOf("=")
  return padding === -1 || (padding >= 24 && (padding === text.length - 1 || text.slice(padding) === "=="))
}

/** Hexadecimal digits, with nothing else. */
const isHex = (text: string): boolean => text.length >= 32 && text.length % 2 === 0 && !notHex.test(text)

/**
 * Names a text that holds encoded bytes: base64 or hexadecimal digits of JSON, of compressed data, or of something else
 * that is not text (encrypted, a binary format). Undefined where the text is not of that kind.
 *
 * Only the first 256 KiB characters of a longer text are decoded: they show what it is. What it holds is then not known.
 */
export const opaqueText = (text: string): Opaque | undefined => {
  const encoded = text.trim().replaceAll(/[\r\n]+/g, "")
  if (!isBase64(encoded)) return undefined
  const form = isHex(encoded) ? "hexadecimal digits" : "base64"
  if (encoded.length <= longestDecoded) return decoded(form, encoded)
  const opaque = decoded(form, encoded.slice(0, longestDecoded))
  return opaque === undefined ? undefined : { ...opaque, text: undefined, isLong: true }
}

/** A multiple of 4: decoding a part of base64 needs whole groups. */
const longestDecoded = 256 * 1024

const decoded = (form: "base64" | "hexadecimal digits", encoded: string): Opaque | undefined => {
  const bytes = form === "base64" ? fromBase64(encoded) : fromHex(encoded)
  if (bytes === undefined) return undefined
  const compression = compressionOf(bytes)
  if (compression !== undefined) return { reason: `${form} of ${compression}-compressed data`, text: undefined }
  const wide = wideTextOf(bytes)
  if (wide !== undefined && wide !== "UTF-32") {
    return { reason: `${form} of ${wide} text`, text: decodeWide(bytes, wide) }
  }
  let inner: string
  try {
    // As of a stream: the last character may be cut.
    inner = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true })
  } catch {
    // A long word also decodes to bytes that are no text. It is data only where it is too long to be a word.
    return encoded.length >= 64 ? { reason: `${form} of data that is no text`, text: undefined } : undefined
  }
  const first = inner.trimStart()[0]
  if (first === "{" || first === "[" || first === '"') return { reason: `${form} of JSON`, text: inner }
  return opaqueText(inner)
}

const fromHex = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16)
  }
  return bytes
}

const fromBase64 = (text: string): Uint8Array | undefined => {
  let chars: string
  try {
    chars = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  } catch {
    // Its length is not that of base64.
    return undefined
  }
  const bytes = new Uint8Array(chars.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = chars.charCodeAt(index)
  return bytes
}

/** Bytes for a person: how many, and the first of them in hexadecimal digits. */
export const bytesText = (bytes: Uint8Array): string => {
  const first = [...bytes.subarray(0, 24)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
  return `${bytes.byteLength} bytes: ${first}${bytes.byteLength > 24 ? " …" : ""}`
}
