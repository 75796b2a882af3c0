/** Lists of rows: which of them are shown. */
import type { Area, Scene } from "./Scene.ts"

/** The rows that fit, with the one that is selected among them; each takes so many lines. */
export const shownRows = <A>(
  { view, ui }: Scene,
  { rows: height }: Area,
  rows: ReadonlyArray<A>,
  keyOf: (row: A) => string,
  lines = 1,
): ReadonlyArray<A> => {
  const page = Math.max(1, Math.floor(height / lines))
  const keys = rows.map(keyOf)
  const at = ui.selected === undefined ? -1 : keys.indexOf(ui.selected)
  if (at !== -1 && at < ui.offset) ui.offset = at
  if (at !== -1 && at >= ui.offset + page) ui.offset = at - page + 1
  ui.offset = Math.max(0, Math.min(ui.offset, rows.length - page))
  ui.shown = { keys, page, markets: view.markets.map(({ id }) => id), sportsbooks: view.sportsbooks, columns: 1 }
  return rows.slice(ui.offset, ui.offset + page)
}

/** Text in columns of these widths: a negative one is to the right. */
export const inColumns = (
  cells: ReadonlyArray<readonly [text: string, width: number]>,
  columnsOf: (text: string) => number,
  cut: (text: string, width: number) => string,
): string =>
  cells.map(([text, width]) => {
    const room = Math.abs(width)
    const shown = cut(text, room - 1)
    const blank = " ".repeat(Math.max(0, room - 1 - columnsOf(shown)))
    return width < 0 ? `${blank}${shown} ` : `${shown}${blank} `
  }).join("")
