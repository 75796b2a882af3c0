/** Text as glyphs that each take one or two columns. What a terminal obeys, hides or turns round is left out here. */
import { eastAsianWidth } from "get-east-asian-width"

/** A character, with marks on it, and its columns. */
export interface Glyph {
  readonly text: string
  readonly width: 1 | 2
  /** Whether terminals may disagree about its width, or draw it over the next column. */
  readonly isUnsure: boolean
}

/**
 * Text of characters that every terminal shows in one column: Latin, Greek, Cyrillic, and the marks of the board. Most
 * texts are such, and looking each character up takes fifty times as long.
 */
const simple =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u052f\u2010-\u2015\u2018-\u2027\u2190-\u2193\u2248\u2260\u2500-\u259f\u25b2\u25b3\u25bc\u25bd]*$/

/** Whether each of its UTF-16 units takes one column. */
export const isSimple = (text: string): boolean => simple.test(text)

/** White space of any kind is a space. */
const spaces = /[\s\u0085]/u

/**
 * Dropped: controls (C0, C1, ESC), what turns text round or hides in it (bidi, zero width, variation selectors), halves of
 * surrogate pairs, what no standard has assigned, and vowels that join the letter before.
 */
const dropped =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7ff]/u

const mark = /[\p{Mn}\p{Me}]/u

/** A letter may have so many marks; more make a tower over other lines. */
const mostMarks = 2

/** The glyphs of a text. */
export const glyphsOf = (text: string): ReadonlyArray<Glyph> => {
  const glyphs: Array<{ text: string; readonly width: 1 | 2; isUnsure: boolean }> = []
  let marks = 0
  for (const character of text.normalize("NFC")) {
    if (spaces.test(character)) {
      glyphs.push({ text: " ", width: 1, isUnsure: false })
      marks = 0
      continue
    }
    if (dropped.test(character)) continue
    if (mark.test(character)) {
      const last = glyphs.at(-1)
      if (last === undefined || marks >= mostMarks) continue
      marks++
      last.text += character
      last.isUnsure = true
      continue
    }
    marks = 0
    const isPlain = simple.test(character)
    glyphs.push({
      text: character,
      width: isPlain ? 1 : eastAsianWidth(character.codePointAt(0)!),
      isUnsure: !isPlain,
    })
  }
  return glyphs
}

/** The columns that a text takes. */
export const columnsOf = (text: string): number =>
  isSimple(text) ? text.length : glyphsOf(text).reduce((sum, { width }) => sum + width, 0)
