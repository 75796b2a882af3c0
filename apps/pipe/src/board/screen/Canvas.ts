/** A picture of cells, drawn anew for each frame. */
import { glyphsOf, isSimple } from "./glyphs.ts"

/** What stands in the second column of a wide character. */
export const covered = ""

/** So many blank cells. */
export const blankTexts = (count: number): Array<string> => Array.from({ length: count }, () => " ")

/** Cells in rows. Text is put into it and nothing else, so that no text of the feed can be more than text. */
export class Canvas {
  readonly columns: number
  readonly rows: number
  /** One glyph a cell; `covered` where the glyph before takes two columns. */
  readonly texts: Array<string>
  readonly styles: Uint16Array

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
    this.texts = blankTexts(columns * rows)
    this.styles = new Uint16Array(columns * rows)
  }

  clear(): void {
    this.texts.fill(" ")
    this.styles.fill(0)
  }

  /** Puts text at a place, in at most so many columns, and cuts it off there. Returns the column after it. */
  put(x: number, y: number, text: string, style = 0, width = this.columns - x): number {
    if (y < 0 || y >= this.rows || x < 0) return x
    const end = Math.min(this.columns, x + width)
    if (isSimple(text)) {
      const last = Math.min(end, x + text.length)
      for (let at = x; at < last; at++) this.#set(at, y, text[at - x]!, style)
      return Math.max(x, last)
    }
    let at = x
    for (const glyph of glyphsOf(text)) {
      if (at + glyph.width > end) break
      this.#set(at, y, glyph.text, style)
      if (glyph.width === 2) this.#set(at + 1, y, covered, style)
      at += glyph.width
    }
    return at
  }

  /** Puts text so that it ends before a column. */
  putRight(end: number, y: number, text: string, style = 0): void {
    const columns = isSimple(text) ? text.length : glyphsOf(text).reduce((sum, { width }) => sum + width, 0)
    this.put(Math.max(0, end - columns), y, text, style)
  }

  /** Gives a row, or a part of it, this style; its text stays. */
  paint(x: number, y: number, width: number, style: number): void {
    if (y < 0 || y >= this.rows) return
    this.styles.fill(style, y * this.columns + x, y * this.columns + Math.min(this.columns, x + width))
  }

  /** Makes a part of a row blank, in this style. */
  blank(x: number, y: number, width: number, style = 0): void {
    if (y < 0 || y >= this.rows) return
    for (let at = x; at < Math.min(this.columns, x + width); at++) this.#set(at, y, " ", style)
  }

  /** Takes over a part of another picture of the same size. */
  copyRows(from: Canvas, first: number, last: number, style?: number): void {
    for (let at = first * this.columns; at < (last + 1) * this.columns; at++) {
      this.texts[at] = from.texts[at]!
      this.styles[at] = style ?? from.styles[at]!
    }
  }

  /** A row as text. */
  row(y: number): string {
    return this.texts.slice(y * this.columns, (y + 1) * this.columns).join("")
  }

  #set(x: number, y: number, text: string, style: number): void {
    const at = y * this.columns + x
    // Half of a wide character is nothing.
    if (this.texts[at] === covered && text !== covered && x > 0) this.texts[at - 1] = " "
    if (x + 1 < this.columns && this.texts[at + 1] === covered) this.texts[at + 1] = " "
    this.texts[at] = text
    this.styles[at] = style
  }
}
