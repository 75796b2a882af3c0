/** Sinks and their lanes. */
import { cutText, spanText } from "@boltodds/view"
import { columnsOf } from "../screen/glyphs.ts"
import { millisText } from "./millisText.ts"
import { inColumns, shownRows } from "./list.ts"
import type { Area, Scene } from "./Scene.ts"

const cut = (text: string, width: number): string => cutText(text, width, columnsOf)

/** Draws it. */
export const drawPipeline = (scene: Scene, area: Area): void => {
  const { canvas, view, palette, ui } = scene
  const line = (cells: ReadonlyArray<readonly [string, number]>): string => inColumns(cells, columnsOf, cut)
  const isWide = canvas.columns >= 120
  canvas.put(
    0,
    area.top,
    line([
      ["sink", isWide ? 22 : 11],
      ["emit", 14],
      ["state", 9],
      ["in", -9],
      ["delivered", -10],
      ["pending", -8],
      ["oldest", -7],
      ["lost", -6],
      ...isWide ? [["merged", -8] as const, ["dead", -6] as const, ["retries", -8] as const] : [],
    ]),
    palette.strong,
  )
  const body = { top: area.top + 1, rows: area.rows - 1 }
  const rows = view.pipeline
  if (rows.length === 0) canvas.put(0, body.top, "No figures yet.", palette.faint)
  shownRows(scene, body, rows, ({ name }) => name).forEach((row, at) => {
    const text = line([
      [row.name, isWide ? 22 : 11],
      [row.emit, 14],
      [row.isLossy ? "LOSSY" : row.state, 9],
      [String(row.in), -9],
      [String(row.delivered), -10],
      [String(row.pending), -8],
      [row.oldestMs === null ? "-" : spanText(row.oldestMs), -7],
      [String(row.dropped), -6],
      ...isWide
        ? [
          [String(row.coalesced), -8] as const,
          [String(row.deadLettered), -6] as const,
          [String(row.retries), -8] as const,
        ]
        : [],
    ])
    const isBad = row.isLossy || row.state !== "open" || row.breakerMs !== null || row.dropped + row.deadLettered > 0
    const x = canvas.put(
      0,
      body.top + at,
      text,
      row.name === ui.selected ? palette.selected : isBad ? palette.warning : palette.plain,
    )
    const more = [
      ...row.breakerMs === null ? [] : [`breaker open ${millisText(row.breakerMs)}`],
      ...row.lastError === null ? [] : [row.lastError],
    ].join(" \u00b7 ")
    if (more !== "") canvas.put(x, body.top + at, cut(more, canvas.columns - x), palette.warning)
  })
}
