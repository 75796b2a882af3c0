/** The board: prices of one market, events below each other, sportsbooks side by side. */
import {
  type BoardGroup,
  type BoardRow,
  cutText,
  fairText,
  type PriceCell,
  type PricePoint,
  priceText,
  shortName,
  spanText,
  sparkline,
  startText,
} from "@boltodds/view"
import { columnsOf } from "../screen/glyphs.ts"
import type { Area, Scene } from "./Scene.ts"

const timeWidth = 8
const cellWidth = 8
const bestWidth = 13

/** How the columns lie: widths are fixed by the terminal's alone, so that nothing moves while prices do. */
interface Layout {
  readonly sport: number
  readonly name: number
  readonly fair: number
  readonly hold: number
  readonly spark: number
  /** Where the sportsbooks begin. */
  readonly cells: number
  readonly sportsbooks: ReadonlyArray<string>
  readonly all: ReadonlyArray<string>
  readonly fits: number
}

/** The span of a sparkline. */
const sparkMillis = 30 * 60_000

const bars = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"

/** Draws it. */
export const drawBoard = (scene: Scene, area: Area): void => {
  const { view, ui, now } = scene
  const layout = layoutOf(scene)
  const query = { market: ui.market, filter: ui.filter, sort: ui.sort }
  const keys = ui.detail === undefined ? view.boardKeys(query, now) : []
  const body = { top: area.top + 2, rows: area.rows - 2 - (area.rows >= 16 ? 1 : 0) }
  drawColumns(scene, layout, area.top)
  if (ui.detail !== undefined) {
    const groups = view.event(ui.detail, null, now)
    drawDetail(scene, layout, body, groups)
    ui.shown = shownOf(scene, layout, groups.map(({ key }) => key), Math.max(1, Math.floor((body.rows - 1) / 2)))
    return
  }
  // Events have two rows, and three where a draw is possible.
  const page = Math.max(1, Math.floor(body.rows / 2))
  const at = ui.selected === undefined ? -1 : keys.indexOf(ui.selected)
  if (at !== -1 && at < ui.offset) ui.offset = at
  if (at !== -1 && at >= ui.offset + page) ui.offset = at - page + 1
  ui.offset = Math.max(0, Math.min(ui.offset, keys.length - page))
  const groups: Array<BoardGroup> = []
  let used = 0
  for (const key of keys.slice(ui.offset)) {
    const mine = view.event(key, ui.market, now)
    const rows = mine.reduce((sum, group) => sum + group.rows.length, 0)
    if (used + Math.min(rows, 2) > body.rows) break
    groups.push(...mine)
    used += rows
  }
  const history = view.history(groups, now)
  let y = body.top
  for (const group of groups) y = drawGroup(scene, layout, group, { y, end: body.top + body.rows, history })
  if (keys.length === 0 && !view.isEmpty) {
    const why = ui.filter === ""
      ? "No event has this market."
      : `No event has ${JSON.stringify(ui.filter)} in its names. Esc shows all.`
    scene.canvas.put(0, body.top, why, scene.palette.faint)
  }
  if (area.rows >= 16) drawSelected(scene, groups, history, area.top + area.rows - 1)
  ui.shown = shownOf(scene, layout, keys, page)
}

const shownOf = ({ view }: Scene, { all, fits }: Layout, keys: ReadonlyArray<string>, page: number) => ({
  keys,
  page,
  markets: view.markets.map(({ id }) => id),
  sportsbooks: all,
  columns: fits,
})

const layoutOf = ({ canvas, view, ui }: Scene): Layout => {
  const all = view.sportsbooks.filter((name) => !ui.hidden.has(name))
  const isWide = canvas.columns >= 160
  const sport = canvas.columns >= 100 ? 7 : 0
  const name = canvas.columns >= 160 ? 26 : canvas.columns >= 100 ? 20 : 15
  const fair = canvas.columns >= 120 ? 8 : 0
  const hold = canvas.columns >= 120 ? 7 : 0
  const cells = timeWidth + sport + name + bestWidth + fair + hold
  const spark = isWide ? 13 : 0
  const fits = Math.max(1, Math.floor((canvas.columns - cells - spark) / cellWidth))
  ui.column = Math.max(0, Math.min(ui.column, all.length - fits))
  return { sport, name, fair, hold, spark, cells, all, fits, sportsbooks: all.slice(ui.column, ui.column + fits) }
}

const drawColumns = ({ canvas, view, ui, palette, codes, now }: Scene, layout: Layout, y: number): void => {
  const { cells, sportsbooks, all, fits, fair, hold, spark } = layout
  const { column } = ui
  const left = column > 0 ? `<${column} ` : ""
  const beyond = all.length - column - fits
  canvas.put(
    0,
    y,
    `${left}${sportsbooks.length} of ${all.length} sportsbooks${beyond > 0 ? ` ${beyond}>` : ""}`,
    palette.faint,
  )
  const bestEnd = cells - fair - hold
  canvas.putRight(bestEnd - 5, y, "best", palette.strong)
  if (fair > 0) canvas.putRight(bestEnd + fair - 1, y, "fair", palette.strong)
  if (hold > 0) canvas.putRight(bestEnd + fair + hold - 1, y, "hold", palette.strong)
  canvas.put(0, y + 1, "age", palette.faint)
  sportsbooks.forEach((name, at) => {
    const end = cells + (at + 1) * cellWidth - 2
    const code = cutText(codes.get(name) ?? name, 5, columnsOf)
    canvas.putRight(
      view.isSynthetic(name) ? end + 1 : end,
      y,
      view.isSynthetic(name) ? `${code}\u2248` : code,
      palette.strong,
    )
    const { ageMs, state } = view.column(name, now)
    const age = ageMs === null ? "-" : spanText(ageMs)
    const text = state === "stale" || state === "unverified"
      ? `! ${age}`
      : state === "missing"
      ? "none"
      : state === "quiet"
      ? `~${age}`
      : age
    canvas.putRight(
      end,
      y + 1,
      text,
      state === "live" ? palette.good : state === "quiet" ? palette.faint : palette.warning,
    )
  })
  if (spark > 0) canvas.putRight(cells + fits * cellWidth + spark - 1, y, "30 min", palette.faint)
}

const drawGroup = (
  scene: Scene,
  layout: Layout,
  group: BoardGroup,
  { y, end, history }: {
    readonly y: number
    readonly end: number
    readonly history: ReadonlyMap<string, ReadonlyArray<PricePoint>>
  },
): number => {
  const { canvas, palette, clock, now, ui } = scene
  const { time, day, relative } = startText(group.startsAt, now, clock, group.isPriced)
  const isWide = layout.sport > 0
  const texts = relative === "LIVE" || relative === "started"
    ? [relative, isWide ? day ?? time : group.sport]
    : day !== null
    ? [day, time]
    : [time, relative === "" && !isWide ? group.sport : relative]
  group.rows.forEach((row, at) => {
    const line = y + at
    if (line >= end) return
    const text = texts[at]
    if (text !== undefined) {
      canvas.put(0, line, cutText(text, timeWidth - 1, columnsOf), text === "LIVE" ? palette.strong : palette.faint)
    }
    if (at === 0 && layout.sport > 0) {
      canvas.put(timeWidth, line, cutText(group.sport, layout.sport - 1, columnsOf), palette.faint)
    }
    if (at === 1 && layout.sport > 0 && group.gamesUnverified > 0) {
      canvas.put(timeWidth, line, `?${group.gamesUnverified}/${group.games}`, palette.warning)
    }
    const isSelected = group.event === ui.selected && ui.detail === undefined
    drawRow(scene, layout, row, line, isSelected ? palette.selected : palette.plain)
    if (layout.hold > 0 && at === 0 && group.hold !== null) {
      canvas.putRight(layout.cells - 1, line, `${(group.hold * 100).toFixed(1)}%`, palette.faint)
    }
    if (layout.spark > 0) {
      const x = layout.cells + layout.fits * cellWidth
      canvas.put(x + 1, line, sparkText(history.get(row.key) ?? [], now, layout.spark - 2), palette.faint)
    }
  })
  return Math.min(end, y + group.rows.length)
}

const drawRow = (scene: Scene, layout: Layout, row: BoardRow, y: number, style: number): void => {
  const { canvas, palette, ui, codes } = scene
  const x = timeWidth + layout.sport
  const lineWidth = row.line === "" ? 0 : row.line.length + 1
  canvas.put(x, y, shortName(row.name, layout.name - 1 - lineWidth, columnsOf), style, layout.name - 1)
  if (row.line !== "") canvas.putRight(x + layout.name - 1, y, row.line, palette.plain)
  const bestEnd = x + layout.name + bestWidth
  if (row.best === null) canvas.putRight(bestEnd - 5, y, "\u2013", palette.faint)
  else {
    const { odds, sportsbooks: [first = "", ...others] } = row.best
    canvas.putRight(bestEnd - 6, y, priceText(odds, ui.format), palette.strong)
    const code = codes.get(first) ?? first
    const more = others.length === 0 ? "" : `+${others.length}`
    canvas.put(bestEnd - 5, y, cutText(code, 5 - more.length, columnsOf) + more, palette.plain, 5)
  }
  if (layout.fair > 0 && row.fair !== null) {
    canvas.putRight(bestEnd + layout.fair - 1, y, fairText(row.fair, ui.format), palette.faint)
  }
  layout.sportsbooks.forEach((name, at) => {
    drawCell(scene, row.cells.get(name), layout.cells + at * cellWidth, y)
  })
}

/** Six columns for the price, one for its mark, one between. What is not live has `?` before it, and no mark. */
const drawCell = ({ canvas, palette, ui }: Scene, cell: PriceCell | undefined, x: number, y: number): void => {
  const end = x + cellWidth - 2
  if (cell === undefined || cell.state === "absent") return canvas.putRight(end, y, "\u00b7", palette.faint)
  if (cell.state === "unverified") {
    return canvas.putRight(end, y, cell.odds === null ? "?" : `?${priceText(cell.odds, ui.format)}`, palette.unsure)
  }
  if (cell.odds === null) return canvas.putRight(end, y, "susp", palette.faint)
  const price = priceText(cell.odds, ui.format)
  if (cell.excluded !== null && cell.excluded !== "synthetic") {
    const isPartial = cell.excluded === "partial"
    canvas.putRight(end, y, isPartial ? price : `\u2260${price}`, palette.faint)
    if (isPartial) canvas.put(end, y, "*", palette.faint)
    return
  }
  const { move } = cell
  const isLonger = move?.direction === "longer"
  const moved = move === null ? palette.plain : isLonger ? palette.longer : palette.shorter
  if (cell.isBest) {
    canvas.blank(x, y, cellWidth - 2, palette.best)
    canvas.putRight(end, y, price, palette.best)
  } else {canvas.putRight(
      end,
      y,
      price,
      move?.isNew === true ? moved : cell.excluded === null ? palette.plain : palette.faint,
    )}
  if (move !== null) {
    canvas.put(end, y, isLonger ? (move.isNew ? "\u25b2" : "\u25b3") : move.isNew ? "\u25bc" : "\u25bd", moved)
  }
}

const sparkText = (points: ReadonlyArray<PricePoint>, now: number, columns: number): string =>
  sparkline(points, { now, spanMillis: sparkMillis, columns }).map((level) => level === null ? " " : bars[level]).join(
    "",
  )

/** All lines of one event. */
const drawDetail = (scene: Scene, layout: Layout, area: Area, groups: ReadonlyArray<BoardGroup>): void => {
  const { canvas, palette, clock, now, ui } = scene
  const [first] = groups
  if (first === undefined) {
    canvas.put(0, area.top, "This event is gone. Esc goes back.", palette.faint)
    return
  }
  const { time, day, relative } = startText(first.startsAt, now, clock, first.isPriced)
  const when = [day, time, relative].filter((part) => part !== null && part !== "").join(" ")
  canvas.put(0, area.top, `${first.sport}  ${first.home ?? "?"} \u2013 ${first.away ?? "?"}  ${when}`, palette.strong)
  let y = area.top + 1
  for (const group of groups.slice(ui.detailOffset)) {
    for (const [at, row] of group.rows.entries()) {
      if (y >= area.top + area.rows) return
      if (at === 0) canvas.put(0, y, cutText(group.market, timeWidth + layout.sport - 1, columnsOf), palette.faint)
      drawRow(scene, layout, row, y, palette.plain)
      y++
    }
  }
}

/** The line of the row that is selected: how its best price went. */
const drawSelected = (
  { canvas, palette, ui, clock, now, codes }: Scene,
  groups: ReadonlyArray<BoardGroup>,
  history: ReadonlyMap<string, ReadonlyArray<PricePoint>>,
  y: number,
): void => {
  const group = groups.find(({ event }) => event === ui.selected) ?? groups[0]
  const row = group?.rows[0]
  if (group === undefined || row === undefined) return
  const points = history.get(row.key) ?? []
  const live = points.filter((point): point is PricePoint & { readonly p: number } => point.p !== null)
  const low = live.reduce((a, b) => b.p < a.p ? b : a, live[0] ?? { at: 0, p: 0 })
  const high = live.reduce((a, b) => b.p > a.p ? b : a, live[0] ?? { at: 0, p: 0 })
  const parts = [
    shortName(row.name, 20, columnsOf),
    ...row.best === null ? ["no live price"] : [
      `${priceText(row.best.odds, ui.format)} ${
        row.best.sportsbooks.map((name) => codes.get(name) ?? name).join("=")
      } of ${row.best.of}`,
    ],
    ...live.length < 2 ? [] : [
      `hi ${fairText(low.p, ui.format)} ${clock.minute(low.at)}`,
      `lo ${fairText(high.p, ui.format)} ${clock.minute(high.at)}`,
    ],
    ...group.gamesUnverified === 0 ? [] : [`${group.gamesUnverified} of ${group.games} games unverified`],
  ]
  const x = canvas.put(0, y, sparkText(points, now, 12), palette.faint)
  canvas.put(x + 1, y, cutText(parts.join("  "), canvas.columns - x - 1, columnsOf), palette.faint)
}
