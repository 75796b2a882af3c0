/** Opportunities: open ones, and those that were closed a moment ago with the reason. */
import { cutText, type OpportunityRow, priceText, shortName } from "@boltodds/view"
import { columnsOf } from "../screen/glyphs.ts"
import { millisText } from "./millisText.ts"
import { shownRows } from "./list.ts"
import type { Area, Scene } from "./Scene.ts"

const typeNames: Readonly<Record<OpportunityRow["type"], string>> = {
  arb: "ARB",
  ev: "EV",
  middle: "MIDDLE",
  low_hold: "LOWHOLD",
}

/** Draws it: two lines each. */
export const drawOpportunities = (scene: Scene, area: Area): void => {
  const { canvas, view, ui, palette, now, codes } = scene
  const rows = view.opportunities(now, ui.filter)
  const body = { top: area.top + 1, rows: area.rows - 1 }
  canvas.put(0, area.top, "No advice, and no promise that the prices can be had.", palette.faint)
  if (rows.length === 0) canvas.put(0, body.top, "None is open.", palette.faint)
  shownRows(scene, body, rows, ({ id }) => id, 2).forEach((row, at) => {
    const y = body.top + at * 2
    const style = row.isOpen ? palette.plain : palette.faint
    const value = `${(row.value * 100).toFixed(2)}%`
    const teams = `${shortName(row.home ?? "?", 22, columnsOf)} \u2013 ${shortName(row.away ?? "?", 22, columnsOf)}`
    const end = row.isOpen ? "" : `closed: ${row.reason ?? "?"}  `
    const first = `${typeNames[row.type].padEnd(7)} ${value.padStart(7)}  ${end}${teams}  ${row.market}  ${row.sport}`
    const legs = row.legs.map(({ name, line, odds, sportsbook, stake }) =>
      `${[shortName(name, 14, columnsOf), line].filter((part) => part !== "").join(" ")} ${
        priceText(odds, ui.format)
      } ${codes.get(sportsbook) ?? sportsbook} ${(stake * 100).toFixed(1)}%`
    ).join(" / ")
    const oldest = row.oldestMs === null ? "" : ` \u00b7 oldest price ${millisText(row.oldestMs)}`
    const second = `        ${legs} \u00b7 ${row.isOpen ? "open" : "was open"} ${
      millisText(row.openMs)
    }${oldest} \u00b7 fees ${row.fees}`
    const isSelected = row.id === ui.selected
    canvas.put(
      0,
      y,
      cutText(first, canvas.columns, columnsOf),
      isSelected ? palette.selected : row.isOpen ? palette.strong : style,
    )
    canvas.put(0, y + 1, cutText(second, canvas.columns, columnsOf), style)
  })
}
