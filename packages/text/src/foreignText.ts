/** Texts that somebody else wrote: files, web pages, names of the feed. */

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

/** What a page says: its title, or its text; without tags and control characters, and of bounded length. */
export const pageText = (body: string, maxLength = 200): string => {
  const title = /<title[^<>]*>([^<]*)/i.exec(body)?.[1]?.trim() ?? ""
  const text = title !== ""
    ? title
    : body.replace(/<(style|script)\b[\s\S]*?(<\/\1>|$)/gi, " ").replace(/<[^>]*>?/g, " ")
  const clean = text.replace(/[\p{C}\s]+/gu, " ").trim()
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}

/** Controls, format characters (bidi among them), line separators, lone surrogates, and what is drawn as nothing. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const escaped = (char: string): string => `\\u{${char.codePointAt(0)!.toString(16)}}`

/**
 * A text with every character written out that a terminal would obey or hide: `\u{1b}` for escape, `\u{202e}` for a bidi
 * override. Line feeds too: the result is one line.
 *
 * @example
 * ```ts
 * import { visible } from "@boltodds/text"
 *
 * console.log(visible("Lakers\u202E\u001b[2J")) // Lakers\u{202e}\u{1b}[2J
 * ```
 */
export const visible = (text: string): string => text.replace(invisible, escaped)

/** The same for a text of several lines: line feeds stay. */
export const visibleLines = (text: string): string =>
  text.replace(invisible, (char) => char === "\n" ? char : escaped(char))

/**
 * JSON with the characters escaped that JSON allows as they are and a terminal would obey or hide. It means the same to
 * a parser: blanks between values stay blanks.
 */
export const visibleJson = (json: string): string =>
  json.replace(invisible, (char) => char === "\n" || char === "\t" ? char : char === "\r" ? " " : escapedUnits(char))

const escapedUnits = (char: string): string =>
  Array.from({ length: char.length }, (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, "0")}`).join(
    "",
  )
