/** Texts of others, fit for a terminal. */

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
