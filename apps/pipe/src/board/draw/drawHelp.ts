/** What the marks mean, and what the keys do. */
import type { Area, Scene } from "./Scene.ts"

/** Marks and keys. */
export const helpLines: ReadonlyArray<string> = [
  "+134     live: what the sportsbook quotes now. In reverse: the best live price",
  "+134\u25b2    pays more than before, for less than 5 s; \u25b3 less than a minute",
  "+134\u25bc    pays less than before; \u25bd less than a minute",
  "?+134    not live: unverified or stale, what was last known",
  "susp     suspended    \u00b7 not offered    * only part of the game is known",
  "\u2260+134    never the best: another start, teams the other way round, or torn",
  "\u2248        synthetic: nobody takes a bet at it, never the best",
  "best     before fees; +1: another sportsbook has it too; \u2013 none is live",
  "12s ~12s ! 41s   since its last change: live, quiet, stale or unverified",
  "o8.5 u8.5        over beside the home team, under beside the away team",
  "",
  "1-6 Tab  view           m M  market          f  American, decimal, probability",
  "\u2191\u2193 g     row            \u2190\u2192   sportsbooks     b  choose sportsbooks",
  "Enter    all lines      /    filter by name  s  by start, move or hold",
  "space    freeze         t    UTC, local      c  colors",
  "Ctrl-L   redraw         Ctrl-Z stop          q  quit",
]

/** Draws it. */
export const drawHelp = ({ canvas, palette }: Scene, area: Area): void => {
  helpLines.slice(0, area.rows).forEach((line, at) => canvas.put(1, area.top + at, line, palette.plain))
}
