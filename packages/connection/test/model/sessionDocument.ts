/** What docs/session.md promises, read from it: the model knows no other numbers. */
import { readFileSync } from "node:fs"

const text = readFileSync(new URL("../../../../docs/session.md", import.meta.url), "utf8")

const section = (title: string): string => {
  const [, after] = text.split(`\n## ${title}\n`)
  if (after === undefined) throw new Error(`docs/session.md has no section "${title}"`)
  return after.split("\n## ")[0]!
}

/** The rows of a section's tables, cells trimmed, without heads. */
const rows = (title: string): ReadonlyArray<ReadonlyArray<string>> =>
  section(title).split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  ).filter(([first], index, all) => !/^-+$/.test(first!) && !/^-+$/.test(all[index + 1]?.[0] ?? ""))

const units: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, min: 60_000, h: 3_600_000 }

const amount = (cell: string): number => {
  const [, digits, unit] = /^(\d+)(?: (ms|s|min|h))?$/.exec(cell) ?? []
  if (digits === undefined) throw new Error(`docs/session.md: "${cell}" is no amount`)
  return Number(digits) * units[unit ?? ""]!
}

const names = [
  "ack",
  "silent",
  "dead",
  "ping",
  "pong",
  "pauseNotice",
  "pause",
  "lag",
  "stalePause",
  "stall",
  "clockJump",
  "tick",
  "noData",
  "firstWait",
  "longestWait",
  "proven",
  "busyFloor",
  "restartFloor",
  "longestRetryAfter",
  "oversized",
  "keyCheckLeast",
  "keyCheckMost",
  "keyRetryLeast",
  "keyRetryMost",
  "requests",
  "dials",
  "minute",
  "notice",
  "limiterWait",
] as const

/** A name of a number in the document. */
export type Promised = typeof names[number]

/** The numbers; times in milliseconds. */
export const promised: Readonly<Record<Promised, number>> = (() => {
  const found = new Map(rows("Numbers").map(([name, value]) => [name!.replaceAll("`", ""), value!]))
  for (const name of found.keys()) {
    if (!(names as ReadonlyArray<string>).includes(name)) throw new Error(`docs/session.md: unknown number ${name}`)
  }
  const read = (name: Promised): number => {
    const value = found.get(name)
    if (value === undefined) throw new Error(`docs/session.md does not say ${name}`)
    return amount(value)
  }
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Promised, number>
})()

/** The transitions of its table, as `From → To`. */
export const documentedTransitions: ReadonlyArray<string> = rows("Transitions").map(([from, to]) => `${from} → ${to}`)

/** The transitions of its diagram. */
export const drawnTransitions: ReadonlyArray<string> = [
  ...section("States").matchAll(/^ *(\w+) --> (\w+)/gm),
].map(([, from, to]) => `${from} → ${to}`)
