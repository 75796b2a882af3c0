/** From one picture to the next: the bytes that change what a terminal shows. */
import { blankTexts, type Canvas, covered } from "./Canvas.ts"
import { isSimple } from "./glyphs.ts"
import { sgrOf } from "./Style.ts"

/** Terminals that know it show all of a frame at once; others ignore it. */
const beginFrame = "\x1b[?2026h"
const endFrame = "\x1b[?2026l"

/** Knows what the terminal shows. */
export class Frames {
  #shown:
    | { readonly columns: number; readonly rows: number; readonly texts: Array<string>; readonly styles: Uint16Array }
    | undefined

  /** What the terminal shows is not known: the next frame has everything. */
  forget(): void {
    this.#shown = undefined
  }

  /** The text to write so that the terminal shows this; empty where it does already. */
  next(canvas: Canvas): string {
    const { columns, rows, texts, styles } = canvas
    let out = ""
    let shown = this.#shown
    if (shown === undefined || shown.columns !== columns || shown.rows !== rows) {
      shown = {
        columns,
        rows,
        texts: blankTexts(columns * rows),
        styles: new Uint16Array(columns * rows),
      }
      this.#shown = shown
      out = "\x1b[m\x1b[2J"
    }
    /** Where the cursor is; undefined where terminals may disagree. */
    let cursor: number | undefined
    let style = -1
    for (let y = 0; y < rows; y++) {
      // Terminals disagree about the width of some characters: what follows one is written again.
      let again = false
      for (let x = 0; x < columns; x++) {
        const at = y * columns + x
        const text = texts[at]!
        const isSame = !again && shown.texts[at] === text && shown.styles[at] === styles[at]
        if (isSame || (text === covered && x > 0 && shown.texts[at] === covered && shown.styles[at] === styles[at])) {
          continue
        }
        shown.texts[at] = text
        shown.styles[at] = styles[at]!
        // It is written with the character that it belongs to.
        if (text === covered) continue
        again = false
        if (cursor !== at) out += this.#move(cursor, x, y, columns)
        if (styles[at] !== style) {
          style = styles[at]!
          out += sgrOf(style)
        }
        const isWide = x + 1 < columns && texts[at + 1] === covered
        if (!isWide && isSimple(text)) {
          out += text
          // At the end of a row the cursor stays, or does not.
          cursor = x + 1 < columns ? at + 1 : undefined
          continue
        }
        // Both columns are emptied first, for terminals that take it for a narrow one.
        if (isWide) out += `  \x1b[${y + 1};${x + 1}H${text}`
        else out += text
        cursor = undefined
        again = true
        if (isWide) {
          shown.texts[at + 1] = covered
          shown.styles[at + 1] = styles[at + 1]!
          x++
        }
      }
    }
    if (out === "") return ""
    return `${beginFrame}${out}${style > 0 ? "\x1b[m" : ""}${endFrame}`
  }

  #move(cursor: number | undefined, x: number, y: number, columns: number): string {
    if (cursor !== undefined && Math.floor(cursor / columns) === y && cursor < y * columns + x) {
      const right = y * columns + x - cursor
      return right === 1 ? "\x1b[C" : `\x1b[${right}C`
    }
    return x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`
  }
}
