/**
 * Makes the picture of the board in the documents, `docs/board.svg`, from a seeded run: the same cells as in a terminal of
 * 120 columns. `node --conditions=@boltodds/source tools/boardPicture.ts` writes it anew; a test finds one that is old.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { BoardScreen } from "../apps/pipe/src/board/BoardScreen.ts"
import { type Canvas, covered } from "../apps/pipe/src/board/screen/Canvas.ts"
import { bold, colorOf, dim, italic, reverse, underline } from "../apps/pipe/src/board/screen/Style.ts"
import { columnsOf } from "../apps/pipe/src/board/screen/glyphs.ts"
import { SeededRun } from "../apps/pipe/test/board/seededRun.ts"
import { root } from "./workspace.ts"

const [columns, rows] = [120, 30]
const [width, height] = [8, 17]
const [paper, ink] = ["#16181d", "#d5d8de"]
const colors = ["#3b4048", "#e06c75", "#7fbf7f", "#e5b567", "#6fa8dc", "#c586c0", "#56c8d8", "#d5d8de"]

/** The picture as text. */
export const boardPicture = (): string => {
  const board = new BoardScreen({
    pictures: { columns, rows, hasRoom: true, show: () => {}, redraw: () => {}, suspend: () => {} },
    now: () => run.now,
    zone: "America/New_York",
    isMonochrome: false,
    onQuit: () => {},
  })
  const run = new SeededRun(board)
  run.connect()
  run.settle()
  run.live(40)
  return svgOf(board.picture())
}

const svgOf = (canvas: Canvas): string => {
  const lines: Array<string> = []
  for (let y = 0; y < canvas.rows; y++) {
    for (let x = 0; x < canvas.columns;) {
      const style = canvas.styles[y * canvas.columns + x]!
      let end = x
      let text = ""
      while (end < canvas.columns && canvas.styles[y * canvas.columns + end] === style) {
        text += canvas.texts[y * canvas.columns + end]!
        end++
      }
      lines.push(...runOf(text, style, { x, y, end }))
      x = end
    }
  }
  const [w, h] = [canvas.columns * width + 16, canvas.rows * height + 16]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img">
<title>The board of boltodds-pipe in a terminal: prices of many sportsbooks side by side</title>
<rect width="${w}" height="${h}" rx="8" fill="${paper}"/>
<g font-family="ui-monospace, monospace" font-size="13.3" xml:space="preserve">
${lines.join("\n")}
</g>
</svg>
`
}

const runOf = (
  text: string,
  style: number,
  { x, y, end }: { readonly x: number; readonly y: number; readonly end: number },
): ReadonlyArray<string> => {
  const [left, top] = [8 + x * width, 8 + y * height]
  const isReverse = (style & reverse) !== 0
  const own = colorOf(style)
  const color = own === undefined ? ink : colors[own % 8]!
  const back = isReverse
    ? [`<rect x="${left}" y="${top}" width="${(end - x) * width}" height="${height}" fill="${color}"/>`]
    : []
  if (text.replaceAll(covered, "").trim() === "") return back
  const marks = [
    `fill="${isReverse ? paper : color}"`,
    ...(style & bold) === 0 ? [] : [`font-weight="bold"`],
    ...(style & dim) === 0 ? [] : [`opacity="0.6"`],
    ...(style & italic) === 0 ? [] : [`font-style="italic"`],
    ...(style & underline) === 0 ? [] : [`text-decoration="underline"`],
  ].join(" ")
  // Each word at its place: fonts differ.
  return [
    ...back,
    ...[...text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
      const at = left + columnsOf(text.slice(0, index)) * width
      const escaped = word.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
      const span = columnsOf(word) * width
      return `<text x="${at}" y="${
        top + 13
      }" textLength="${span}" lengthAdjust="spacingAndGlyphs" ${marks}>${escaped}</text>`
    }),
  ]
}

/** Where it is. */
export const boardPicturePath: string = join(root, "docs", "board.svg")

if (import.meta.main) writeFileSync(boardPicturePath, boardPicture())
