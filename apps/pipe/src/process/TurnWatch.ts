/** A watch over the event loop, for configurations that bring code or expressions that may take long. */
import type { EvaluationWatch } from "@boltodds/config"
import { visible } from "@boltodds/text"
import { SHARE_ENV, Worker } from "node:worker_threads"
import type { CommandLog } from "../log/Log.ts"
import { type WatchData, type WatchedExpression, watchFromOutside } from "./watchFromOutside.ts"

/** Watches turns of the event loop while it runs. */
export interface TurnWatch {
  /** Follows the expressions that may take long; the first of them starts the watch. */
  readonly evaluations: EvaluationWatch
  readonly start: () => void
  /**
   * Resolves when turns are watched; at once where nothing is to be watched. A turn that never ends must not begin before,
   * as the thread cannot connect during it.
   */
  readonly ready: () => Promise<void>
  readonly stop: () => void
}

/** When a turn is reported and ended. */
export interface TurnLimits {
  /** Default 5,000. */
  readonly warnMillis?: number
  /** Default 30,000. */
  readonly endMillis?: number
}

const beatMillis = 500
/**
 * Node with `--permission` ends the whole process where a thread that may not inspect the main thread tries to.
 */
const isAllowed = (): boolean => {
  const permission = process.permission as NodeJS.Process["permission"] | undefined
  return permission === undefined || (permission.has("worker") && permission.has("inspector"))
}

/** A thread that does not come up must not keep a run from starting. */
const mostMillisToReady = 2_000
const longestShown = 300

/**
 * Makes a watch, which does nothing before it is started: its thread takes 20 MB and 50 ms, so a run without code and
 * expressions of its user goes without.
 */
export const makeTurnWatch = (
  { format, level, log }: Pick<CommandLog, "format" | "level" | "log">,
  { warnMillis = 5_000, endMillis = 30_000 }: TurnLimits = {},
): TurnWatch => {
  const marks = new Int32Array(new SharedArrayBuffer(8))
  let worker: Worker | undefined
  let beating: NodeJS.Timeout | undefined
  let count = 0
  let ready = Promise.resolve()
  let isStarted = false

  const start = (): void => {
    if (isStarted) return
    isStarted = true
    if (!isAllowed()) {
      return log("warn", "turns of the event loop are not watched: allow it with --allow-worker --allow-inspector")
    }
    const workerData: WatchData = { marks, format, warns: level !== "none" && level !== "error", warnMillis, endMillis }
    worker = new Worker(`(${watchFromOutside.toString()})()`, {
      eval: true,
      workerData,
      // Nothing of the command line and its loaders is needed there.
      execArgv: [],
      env: SHARE_ENV,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
    })
    const thread = worker
    ready = new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMillisToReady)
      thread.once("message", () => {
        clearTimeout(timer)
        resolve()
      })
      thread.on("error", ({ message }) => {
        log("warn", `turns of the event loop are not watched: ${message}`)
        resolve()
      })
    })
    worker.unref()
    beating = setInterval(() => void Atomics.add(marks, 0, 1), beatMillis)
    beating.unref()
  }

  return {
    evaluations: ({ sink, expression }) => {
      start()
      const number = ++count
      const shown = expression.length > longestShown ? `${expression.slice(0, longestShown)}…` : expression
      const watched: WatchedExpression = { number, sink: visible(sink), expression: visible(shown) }
      worker?.postMessage(watched, [])
      return {
        begin: () => void Atomics.store(marks, 1, number),
        end: () => void Atomics.store(marks, 1, 0),
      }
    },
    start,
    ready: () => ready,
    stop: () => {
      clearInterval(beating)
      void worker?.terminate()
      worker = undefined
      isStarted = false
    },
  }
}
