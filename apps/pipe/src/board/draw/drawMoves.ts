/** The last moves, the newest first. */
import { cutText, type MovedSide, priceText, shortName, startText } from "@boltodds/view"
import { columnsOf } from "../screen/glyphs.ts"
import { shownRows } from "./list.ts"
import type { Area, Scene } from "./Scene.ts"

/** Draws it. */
export const drawMoves = (scene: Scene, area: Area): void => {
  const { canvas, view, ui, palette, clock, now, codes } = scene
  canvas.put(0, area.top, "when      where     what moved", palette.strong)
  const rows = view.moves(now, ui.filter)
  const body = { top: area.top + 1, rows: area.rows - 1 }
  if (rows.length === 0) canvas.put(0, body.top, "No price has moved yet.", palette.faint)
  const nameWidth = canvas.columns >= 120 ? 24 : 13
  const side = ({ name, line, from, to, direction, isCurrent }: MovedSide, isNew: boolean): string => {
    const mark = !isCurrent ? " " : direction === "longer" ? (isNew ? "\u25b2" : "\u25b3") : isNew ? "\u25bc" : "\u25bd"
    const what = [shortName(name, nameWidth, columnsOf), line].filter((part) => part !== "").join(" ")
    return `${what} ${priceText(from, ui.format)}\u2192${priceText(to, ui.format)}${mark}`
  }
  shownRows(scene, body, rows, ({ key }) => key).forEach((row, at) => {
    const y = body.top + at
    const names = row.sportsbooks.map((name) => codes.get(name) ?? name).join(" ")
    const isCurrent = row.sides.some((each) => each.isCurrent)
    const style = !isCurrent
      ? palette.faint
      : row.isNew
      ? (row.sides[0]!.direction === "longer" ? palette.longer : palette.shorter)
      : palette.plain
    const start = startText(row.startsAt, now, clock, false)
    const where = [row.market, row.sport, start.day ?? "", start.time].filter((part) => part !== "").join(" ")
    const text = `${clock.second(row.at)}  ${cutText(names, 9, columnsOf).padEnd(9)} ${
      row.sides.map((each) => side(each, row.isNew)).join("  ")
    }  ${where}`
    canvas.put(0, y, cutText(text, canvas.columns, columnsOf), row.key === ui.selected ? palette.selected : style)
  })
}
