/** Stretches of time in which a file goes on. */
import type { PathTime } from "../PathTemplate.ts"

/** From `start` to just before `end`, in milliseconds. */
export interface Period {
  readonly start: number
  readonly end: number
}

/** Never ends. */
const always: Period = { start: -Infinity, end: Infinity }

/** The period of a time: within it no part of the path changes (down to `unit`), and no multiple of `every` lies. */
export const periodOf = (at: number, unit: PathTime | undefined, everyMillis: number | undefined): Period => {
  const named = unit === undefined ? always : unitOf(new Date(at), unit)
  if (everyMillis === undefined) return named
  const start = Math.floor(at / everyMillis) * everyMillis
  return { start: Math.max(named.start, start), end: Math.min(named.end, start + everyMillis) }
}

const unitOf = (at: Date, unit: PathTime): Period => {
  const year = at.getUTCFullYear()
  const month = at.getUTCMonth()
  if (unit === "yyyy") return { start: Date.UTC(year, 0), end: Date.UTC(year + 1, 0) }
  if (unit === "MM") return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
  const millis = unit === "dd" ? 86_400_000 : unit === "HH" ? 3_600_000 : 60_000
  const start = Math.floor(at.getTime() / millis) * millis
  return { start, end: start + millis }
}
