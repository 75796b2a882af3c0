/** The whole picture. */
import { cutText, spanText } from "@boltodds/view"
import { leastColumns, leastRows } from "../fitsBoard.ts"
import { columnsOf } from "../screen/glyphs.ts"
import { type Tab, tabNames, tabs } from "../Ui.ts"
import { drawBest } from "./drawBest.ts"
import { drawBoard } from "./drawBoard.ts"
import { drawChooser } from "./drawChooser.ts"
import { drawFeed } from "./drawFeed.ts"
import { drawHelp } from "./drawHelp.ts"
import { drawMoves } from "./drawMoves.ts"
import { drawOpportunities } from "./drawOpportunities.ts"
import { drawPipeline } from "./drawPipeline.ts"
import { millisText } from "./millisText.ts"
import type { Area, Scene } from "./Scene.ts"

/** Draws all of it. Returns the rows of the view, for a picture that is frozen. */
export const drawScreen = (scene: Scene): Area => {
  const { canvas, ui } = scene
  canvas.clear()
  if (canvas.columns < leastColumns || canvas.rows < leastRows) {
    const text = `The board needs ${leastColumns} columns and ${leastRows} lines; here are ${canvas.columns} and ` +
      `${canvas.rows}. q quits.`
    wrapped(text, canvas.columns).slice(0, canvas.rows).forEach((line, y) => canvas.put(0, y, line))
    return { top: 0, rows: 0 }
  }
  drawHead(scene)
  drawContext(scene)
  const noteRows = canvas.rows >= 40 ? 6 : canvas.rows >= 30 ? 4 : 1
  const area = { top: 2, rows: canvas.rows - 2 - 1 - noteRows }
  if (ui.help !== undefined) drawHelp(scene, area, ui.help)
  else if (ui.choosing !== undefined) drawChooser(scene, area, ui.choosing)
  else views[ui.tab](scene, area)
  drawNotes(scene, canvas.rows - 1 - noteRows, noteRows)
  drawKeys(scene)
  return area
}

const views = {
  board: drawBoard,
  moves: drawMoves,
  best: drawBest,
  opportunities: drawOpportunities,
  feed: drawFeed,
  pipeline: drawPipeline,
}

const drawHead = ({ canvas, view, ui, palette, clock, now }: Scene): void => {
  let x = canvas.put(0, 0, "boltodds", palette.strong) + 1
  const { games, gamesLive, perSecond, lagMs, ageMs } = view.head(now)
  const time = clock.second(now)
  const live = `${gamesLive}/${games} live`
  const rate = `${Math.round(perSecond)}/s`
  const lag = lagMs === null ? "" : `lag ${millisText(lagMs)}`
  const age = ageMs !== null && ageMs >= 3000 ? `no record for ${spanText(ageMs)}` : ""
  const width = canvas.columns
  const right = (width >= 110 ? [age, live, rate, lag, time] : width >= 90 ? [live, rate, time] : [live, time])
    .filter((part) => part !== "").join(" \u00b7 ")
  const room = width - columnsOf(right) - 1
  const widthIn = (gap: number, isNamed: (tab: Tab) => boolean): number =>
    tabs.reduce((sum, tab) => sum + gap + (isNamed(tab) ? tabNames[tab].length + 2 : 1), x)
  const all = (): boolean => true
  const chosen = (tab: Tab): boolean => tab === ui.tab
  const isNamed = widthIn(1, all) <= room ? all : chosen
  const gap = widthIn(2, isNamed) <= room ? " " : ""
  tabs.forEach((tab, at) => {
    const text = `${gap}${at + 1}${isNamed(tab) ? ` ${tabNames[tab]}` : ""}${gap}`
    x = canvas.put(x, 0, text, chosen(tab) ? palette.bar : palette.faint, Math.max(0, room - x))
    if (gap === "") x++
  })
  canvas.putRight(width, 0, right, gamesLive === games && games > 0 ? palette.good : palette.warning)
}

/** What is shown, or the banner: words, in reverse, while a session or a sportsbook is unverified. */
const drawContext = (scene: Scene): void => {
  const { canvas, view, ui, palette, clock, isEnding, frozenAt } = scene
  const alarm = (text: string): void => {
    canvas.blank(0, 1, canvas.columns, palette.alarm)
    canvas.put(0, 1, cutText(` ${text}`, canvas.columns, columnsOf), palette.alarm)
  }
  if (isEnding) return alarm("Ending: what waits is delivered. Ctrl-C ends it at once.")
  if (frozenAt !== undefined) {
    return alarm(`FROZEN ${clock.second(frozenAt)}  what is below is not live. Space goes on.`)
  }
  if (view.isEmpty) return alarm(waitingText(scene))
  const { banner } = view
  if (banner !== null) return alarm(bannerText(scene))
  const market = view.markets.find(({ id }) => id === ui.market)?.label ?? "Moneyline"
  const zone = `times: ${clock.zone}`
  const filter = ui.typed !== undefined ? `/${ui.typed}_` : ui.filter === "" ? "" : `filter: ${ui.filter}`
  const sort = ui.sort === "start" ? "" : `by ${ui.sort}`
  const parts = [ui.tab === "board" ? market : "", formatNames[ui.format], sort, zone, filter]
    .filter((part) => part !== "").join("  ")
  canvas.put(0, 1, cutText(parts, canvas.columns, columnsOf), ui.typed === undefined ? palette.strong : palette.bar)
}

/** Why there is nothing yet, as far as it is known. */
const waitingText = ({ view, now }: Scene): string => {
  const [session] = view.feed(now).sessions
  if (session === undefined) return "Waiting for the first records of the feed."
  const { state, why, nextDialAt } = session
  const dial = nextDialAt === null || nextDialAt <= now ? "" : ` \u00b7 next try in ${spanText(nextDialAt - now)}`
  return `Waiting for the first records of the feed: ${state}${dial}${why === null ? "" : ` \u00b7 ${why}`}`
}

const formatNames = { american: "American", decimal: "Decimal", probability: "Probability" }

const bannerText = ({ view, clock, now, canvas }: Scene): string => {
  const { kind, isAll, sportsbooks, games, gamesLive, reason, since, nextDialAt } = view.banner!
  const when = since === null ? "" : ` ${clock.second(since)}`
  const why = reason === null ? "" : ` \u00b7 ${reason}`
  const dial = nextDialAt === null || nextDialAt <= now
    ? ""
    : ` \u00b7 next try in ${((nextDialAt - now) / 1000).toFixed(1)} s`
  const counts = `${gamesLive} of ${games} games live`
  switch (kind) {
    case "stopped":
      return `! STOPPED${when}  nothing is live${why}`
    case "lossy":
      return `! LOST RECORDS${when}  nothing is live until all is sent again${why}`
    case "stale":
    case "gap": {
      const word = kind === "stale" ? "STALE" : "GAP"
      if (isAll) return `! ${word}${when}  nothing is live \u00b7 ${counts}${dial}${why}`
      const names = canvas.columns >= 100 || sportsbooks.length <= 3
        ? ` at ${sportsbooks.slice(0, 8).join(", ")}${sportsbooks.length > 8 ? ", \u2026" : ""}`
        : ` at ${sportsbooks.length} sportsbooks`
      return `! ${word}${when}  ? is not live${names} \u00b7 ${counts}${dial}${why}`
    }
  }
}

/** The last notes: those of the last seconds where there is one line, which is a hint otherwise. */
const drawNotes = ({ canvas, palette, notes, now, clock }: Scene, top: number, rows: number): void => {
  const shown = rows === 1 ? notes.slice(-1).filter(({ at }) => now - at < 10_000) : notes.slice(-rows)
  shown.forEach(({ at, text, isAlarm }, index) => {
    const line = `${clock.second(at)} ${text}`
    const y = top + rows - shown.length + index
    canvas.blank(0, y, canvas.columns)
    canvas.put(0, y, cutText(line, canvas.columns, columnsOf), isAlarm ? palette.warning : palette.faint)
  })
}

const drawKeys = ({ canvas, ui, palette }: Scene): void => {
  const y = canvas.rows - 1
  const hints = ui.typed !== undefined
    ? ["Enter takes the filter", "Esc leaves it as it was", "Ctrl-U empties it"]
    : ui.choosing !== undefined
    ? ["\u2191\u2193 sportsbook", "space shows or hides it", "Enter done"]
    : ui.detail === undefined
    ? usualHints
    : ["q quit", "Esc back", "? help", "\u2191\u2193 lines", "\u2190\u2192 sportsbooks", "f odds", "space freeze"]
  // The first ones are the most important.
  let text = ""
  for (const hint of hints) if (text.length + 2 + hint.length <= canvas.columns) text += `  ${hint}`
  canvas.blank(0, y, canvas.columns, palette.bar)
  canvas.put(0, y, text.slice(1), palette.bar)
}

const usualHints = [
  "q quit",
  "1-6 view",
  "? help",
  "\u2191\u2193 row",
  "\u2190\u2192 sportsbooks",
  "m market",
  "f odds",
  "/ filter",
  "space freeze",
  "Enter all lines",
  "s sort",
]

const wrapped = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}
