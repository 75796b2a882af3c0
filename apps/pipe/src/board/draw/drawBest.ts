/** The best prices of all lines, the least hold first. */
import { cutText, fairText, priceText, shortName, spanText } from "@boltodds/view"
import { columnsOf } from "../screen/glyphs.ts"
import { shownRows } from "./list.ts"
import type { Area, Scene } from "./Scene.ts"

/** Draws it. */
export const drawBest = (scene: Scene, area: Area): void => {
  const { canvas, view, ui, palette, now, codes } = scene
  const rows = view.best(now, ui.filter)
  const body = { top: area.top + 1, rows: area.rows - 1 }
  canvas.put(0, area.top, "   hold   age  the best price of each side, after fees in the hold", palette.strong)
  if (rows.length === 0) canvas.put(0, body.top, "No price that counts is live.", palette.faint)
  const nameWidth = canvas.columns >= 120 ? 24 : 12
  shownRows(scene, body, rows, ({ key }) => key).forEach((row, at) => {
    const y = body.top + at
    const sides = row.sides.map(({ name, line, odds, sportsbooks, of, fair }) => {
      const [first = "", ...others] = sportsbooks
      const where = `${codes.get(first) ?? first}${others.length === 0 ? "" : `+${others.length}`}/${of}`
      const worth = fair === null || canvas.columns < 120 ? "" : ` (fair ${fairText(fair, ui.format)})`
      const what = [shortName(name, nameWidth, columnsOf), line].filter((part) => part !== "").join(" ")
      return `${what} ${priceText(odds, ui.format)} ${where}${worth}`
    }).join("  ")
    const hold = row.hold === null ? "" : `${(row.hold * 100).toFixed(1)}%`
    const text = `${hold.padStart(7)} ${spanText(row.ageMs).padStart(5)}  ${sides}  ${row.market} ${row.sport}`
    const style = row.hold !== null && row.hold < 0 ? palette.strong : palette.plain
    canvas.put(0, y, cutText(text, canvas.columns, columnsOf), row.key === ui.selected ? palette.selected : style)
  })
}
