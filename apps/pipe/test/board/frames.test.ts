/** What a terminal shows of the bytes, against the cells that were asked for. */
import headless from "@xterm/headless"
import { Unicode11Addon } from "@xterm/addon-unicode11"
import { describe, expect, it } from "vitest"
import { Canvas, covered } from "../../src/board/screen/Canvas.ts"
import { Frames } from "../../src/board/screen/Frames.ts"
import { columnsOf, glyphsOf } from "../../src/board/screen/glyphs.ts"
import { bold, color, colorOf, dim, italic, reverse, underline } from "../../src/board/screen/Style.ts"
import { generator } from "../../../../packages/state/test/random.ts"

const runs = Number(process.env["LAW_RUNS"] ?? 40)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

const terminalOf = (columns: number, rows: number) => {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 })
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = "11"
  const write = (text: string): Promise<void> => new Promise((resolve) => terminal.write(text, resolve))
  return { terminal, write }
}

/** Cells as text, with their styles. */
const wantedOf = ({ columns, rows, texts, styles }: Canvas): ReadonlyArray<string> =>
  Array.from({ length: columns * rows }, (_, at) => `${texts[at]} ${texts[at] === covered ? "" : styles[at]}`)

const shownBy = ({ buffer, cols, rows }: InstanceType<typeof headless.Terminal>): ReadonlyArray<string> =>
  Array.from({ length: cols * rows }, (_, at) => {
    const cell = buffer.active.getLine(buffer.active.baseY + Math.floor(at / cols))!.getCell(at % cols)!
    const style = (cell.isBold() ? bold : 0) | (cell.isDim() ? dim : 0) | (cell.isInverse() ? reverse : 0) |
      (cell.isUnderline() ? underline : 0) | (cell.isItalic() ? italic : 0) |
      (cell.isFgDefault() ? 0 : color(cell.getFgColor()))
    if (cell.getWidth() === 0) return " "
    return `${cell.getChars() === "" ? " " : cell.getChars()} ${style}`
  })

const hostile = [
  "Philadelphia Phillies",
  "+134\u25b2",
  "Andrej Kova\u010d",
  "Kovac\u030c",
  "\u5de8\u4eba\u961f",
  "\ud55c\uad6d",
  "\u{1f3c0}\u{1f3c0}",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\u{1f44d}\u{1f3fd}",
  "\x1b[31mred\x1b[2J",
  "\x1b]0;title\x07",
  "\x9b2J",
  "a\u202eb\u202cc",
  "\u200b\u200f\ufeff\u2066x",
  "line\nbreak\ttab\r",
  "\u05d0\u05d1\u05d2",
  "e\u0301\u0302\u0303\u0304\u0305",
  "\ud800",
  "\u0e01\u0e34",
]

const styles = [0, 0, bold, dim, reverse | bold, underline, italic | dim, color(6), color(3), bold | color(14)]

describe("the bytes of a frame", () => {
  it("show the cells that were asked for, whatever texts are in them, at any size", async () => {
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const random = generator(seed)
      const below = (n: number): number => Math.floor(random() * n)
      const frames = new Frames()
      let [columns, rows] = [20 + below(40), 4 + below(10)]
      const { terminal, write } = terminalOf(columns, rows)
      let canvas = new Canvas(columns, rows)
      for (let frame = 0; frame < 12; frame++) {
        if (frame > 0 && random() < 0.1) {
          ;[columns, rows] = [20 + below(40), 4 + below(10)]
          terminal.resize(columns, rows)
          canvas = new Canvas(columns, rows)
          frames.forget()
        }
        if (random() < 0.3) canvas.clear()
        for (let texts = below(8); texts > 0; texts--) {
          const text = hostile[below(hostile.length)]!
          canvas.put(
            below(columns),
            below(rows),
            text,
            styles[below(styles.length)],
            random() < 0.3 ? below(12) : undefined,
          )
        }
        // As on entering: nothing wraps at the end of a line.
        await write(`\x1b[?7l${frames.next(canvas)}`)
        const shown = shownBy(terminal)
        const wanted = wantedOf(canvas).map((cell) => cell === " " ? " " : cell)
        const differing = wanted.findIndex((cell, at) =>
          cell.trimEnd() !== shown[at]!.trimEnd() && !(cell === " " && shown[at] === " ")
        )
        if (differing !== -1) {
          throw new Error(
            `seed ${seed}, frame ${frame}, column ${differing % columns}, row ${Math.floor(differing / columns)}: ` +
              `${JSON.stringify(shown[differing])} instead of ${JSON.stringify(wanted[differing])}`,
          )
        }
      }
      terminal.dispose()
    }
  })

  it("are not written where nothing has changed", () => {
    const frames = new Frames()
    const canvas = new Canvas(80, 24)
    canvas.put(3, 3, "\u5de8\u4eba +134\u25b2", bold)
    expect(frames.next(canvas).length).toBeGreaterThan(10)
    expect(frames.next(canvas)).toBe("")
    canvas.clear()
    canvas.put(3, 3, "\u5de8\u4eba +134\u25b2", bold)
    expect(frames.next(canvas)).toBe("")
  })

  it("are few where little has changed", () => {
    const frames = new Frames()
    const canvas = new Canvas(130, 45)
    for (let row = 0; row < 40; row++) for (let cell = 0; cell < 12; cell++) canvas.put(cell * 8, row, "  +134 ")
    frames.next(canvas)
    for (let at = 0; at < 40; at++) canvas.put((at % 12) * 8, at, "  -108\u25b3", color(6))
    expect(Buffer.byteLength(frames.next(canvas))).toBeLessThan(1500)
  })
})

describe("text of the feed", () => {
  it("never has a control, nor anything that turns or hides text", () => {
    for (let code = 0; code <= 0x2ffff; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const text = glyphsOf(`a${String.fromCodePoint(code)}b`).map((glyph) => glyph.text).join("")
      // oxlint-disable-next-line no-control-regex
      if (/[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(text)) {
        throw new Error(`U+${code.toString(16)} passes`)
      }
    }
  })

  it("takes as many columns as its glyphs", () => {
    for (const text of hostile) {
      expect([text, columnsOf(text)]).toEqual([text, glyphsOf(text).reduce((sum, { width }) => sum + width, 0)])
    }
    expect(columnsOf("\u5de8\u4eba\u961f")).toBe(6)
    expect(columnsOf("\x1b[31mred")).toBe(7)
    expect(colorOf(color(6) | bold)).toBe(6)
  })
})
