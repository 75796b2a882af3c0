/** The sportsbooks, to show or hide. */
import type { Area, Scene } from "./Scene.ts"

/** Draws it. */
export const drawChooser = ({ canvas, view, ui, palette, codes }: Scene, area: Area, at: number): void => {
  const names = [...new Set([...view.sportsbooks, ...ui.hidden])].toSorted()
  ui.shown = { ...ui.shown, sportsbooks: view.sportsbooks }
  canvas.put(0, area.top, "Sportsbooks of the board", palette.strong)
  const rows = area.rows - 1
  const from = Math.max(0, Math.min(at - rows + 1, names.length - rows))
  names.slice(from, from + rows).forEach((name, index) => {
    const isShown = !ui.hidden.has(name)
    const text = ` [${isShown ? "x" : " "}] ${(codes.get(name) ?? "").padEnd(5)} ${name}`
    canvas.put(
      0,
      area.top + 1 + index,
      text,
      from + index === at ? palette.selected : isShown ? palette.plain : palette.faint,
    )
  })
}
