/**
 * Room for short-lived objects under load.
 *
 * V8 begins with 1 MiB for new objects and gives more only when much of it survives. Here nearly nothing does: each message
 * leaves a few strings that nobody needs after the write. So V8 would collect many times a second, each time with
 * helper threads, which takes a fifth of the processor time. A quiet feed is better off with the little room: it keeps
 * 80 MB less memory.
 */
import * as v8 from "node:v8"

const lookMillis = 500
/** Busy: this share of a core over each of two looks. */
const busyShare = 0.25
/** From 1 MiB to 64 MiB in one step, as far as `--max-semi-space-size` allows. V8's own is 2. */
const growthFactor = 64

/** Whether a user has chosen the sizes. */
const isChosen = (): boolean =>
  [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((text) => /semi[-_]space|single[-_]threaded/.test(text))

/** V8 reads this at each growth. */
export const growAtOnce = (): void => v8.setFlagsFromString(`--semi-space-growth-factor=${growthFactor}`)

/** Watches the load, and calls `grow` once the process is busy. What it returns ends the watch. */
export const watchLoad = (grow: () => void = growAtOnce): () => void => {
  const { deno, bun } = process.versions as Readonly<Record<string, string | undefined>>
  if (deno !== undefined || bun !== undefined || isChosen()) return () => {}
  let before = process.cpuUsage()
  let busyLooks = 0
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    busyLooks = (user + system) / 1000 > busyShare * lookMillis ? busyLooks + 1 : 0
    if (busyLooks < 2) return
    clearInterval(timer)
    grow()
  }, lookMillis)
  timer.unref()
  return () => clearInterval(timer)
}
