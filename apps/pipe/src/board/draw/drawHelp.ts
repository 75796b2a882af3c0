/** What the marks mean, and what the keys do. */
import { helpLines } from "../helpLines.ts"
import type { Area, Scene } from "./Scene.ts"

/** Draws it: page by page where the terminal has few lines. */
export const drawHelp = ({ canvas, ui, palette }: Scene, area: Area, from: number): void => {
  const isAll = helpLines.length <= area.rows
  ui.helpRows = isAll ? area.rows : area.rows - 1
  helpLines.slice(from, from + ui.helpRows).forEach((line, at) => canvas.put(1, area.top + at, line, palette.plain))
  if (!isAll) canvas.put(1, area.top + area.rows - 1, "? for more", palette.faint)
}
