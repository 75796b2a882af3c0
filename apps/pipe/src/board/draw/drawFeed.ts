/** The feed: sportsbooks, sessions and gaps. */
import { cutText, type FeedRow, spanText } from "@boltodds/view"
import { columnsOf } from "../screen/glyphs.ts"
import { millisText } from "./millisText.ts"
import { inColumns, shownRows } from "./list.ts"
import type { Area, Scene } from "./Scene.ts"

const bars = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"

const cut = (text: string, width: number): string => cutText(text, width, columnsOf)

/** Draws it. */
export const drawFeed = (scene: Scene, area: Area): void => {
  const { canvas, view, palette, clock, now, ui } = scene
  const { sportsbooks, sessions, gaps } = view.feed(now)
  const isDivided = sessions.length > 1
  const isWide = canvas.columns >= 100
  const line = (cells: ReadonlyArray<readonly [string, number]>): string => inColumns(cells, columnsOf, cut)
  canvas.put(
    0,
    area.top,
    line([
      ["sportsbook", 16],
      ...isDivided ? [["session", 10] as const] : [],
      ["games", -7],
      ["live", -7],
      ["lines", -8],
      ["susp", -7],
      ["/s", -7],
      ["last", -6],
      ...isWide ? [["lag p50", -10] as const, ["p95", -10] as const] : [],
      ["state", 12],
    ]),
    palette.strong,
  )
  const below = Math.min(area.rows - 3, sessions.length + Math.min(4, gaps.length) + 2)
  const body = { top: area.top + 1, rows: Math.max(1, area.rows - 1 - below) }
  shownRows(scene, body, sportsbooks, ({ session, sportsbook }) => `${session} ${sportsbook}`).forEach((row, at) => {
    const text = line([
      [row.sportsbook, 16],
      ...isDivided ? [[row.session, 10] as const] : [],
      [String(row.games), -7],
      [String(row.gamesVerified), -7],
      [String(row.lines), -8],
      [row.suspended === null ? "?" : String(row.suspended), -7],
      [row.perSecond.toFixed(1), -7],
      [row.ageMs === null ? "-" : spanText(row.ageMs), -6],
      ...isWide ? [[lagText(row.lagP50), -10] as const, [lagText(row.lagP95), -10] as const] : [],
      [stateText(row), 12],
    ])
    const isGood = row.state === "live" || row.state === "quiet"
    const style = `${row.session} ${row.sportsbook}` === ui.selected
      ? palette.selected
      : isGood
      ? palette.plain
      : palette.warning
    const x = canvas.put(0, body.top + at, text, style)
    if (isWide) canvas.put(x + 1, body.top + at, rateText(row.rates), palette.faint)
  })
  let y = area.top + area.rows - below
  canvas.put(0, y++, "sessions and gaps", palette.strong)
  for (const session of sessions) {
    if (y >= area.top + area.rows) return
    const parts = [
      session.session,
      `${session.state}${session.why === null ? "" : ` (${session.why})`}`,
      `connection ${session.epoch}`,
      `${session.gamesVerified} of ${session.games} games verified`,
      ...session.nextDialAt === null || session.nextDialAt <= now
        ? []
        : [`next try in ${((session.nextDialAt - now) / 1000).toFixed(1)} s`],
      ...session.dialsLeft === null ? [] : [`${session.dialsLeft} dials left this minute`],
    ]
    canvas.put(
      0,
      y++,
      cut(parts.join(" \u00b7 "), canvas.columns),
      session.state === "live" ? palette.plain : palette.warning,
    )
  }
  for (const gap of gaps) {
    if (y >= area.top + area.rows) return
    const span = gap.ms === null ? "lasts" : millisText(gap.ms)
    const where = gap.sportsbook ?? gap.session
    const games = gap.games === 0 ? "" : `, ${gap.games} games`
    canvas.put(
      0,
      y++,
      cut(`${clock.second(gap.from)} ${gap.kind} ${where}: ${span}${games} (${gap.reason})`, canvas.columns),
      gap.ms === null ? palette.warning : palette.faint,
    )
  }
}

const lagText = (lag: number | null): string => lag === null ? "-" : millisText(lag)

const stateText = ({ state, ageMs }: FeedRow): string => {
  switch (state) {
    case "live":
      return "live"
    case "quiet":
      return `quiet ${ageMs === null ? "" : spanText(ageMs)}`
    case "stale":
      return "STALE"
    case "unverified":
      return "UNVERIFIED"
    case "missing":
      return "missing"
  }
}

/** A bar beside the figure, never alone. */
const rateText = (rates: ReadonlyArray<number>): string => {
  const most = Math.max(1, ...rates)
  return rates.map((rate) => rate === 0 ? " " : bars[Math.min(7, Math.floor((rate / most) * 7.99))]).join("")
}
