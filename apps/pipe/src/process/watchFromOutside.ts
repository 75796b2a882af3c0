/** The watch over the event loop, as it runs in a thread of its own. */
import type { Session } from "node:inspector"

/** What the thread is given. */
export interface WatchData {
  /** `[0]` grows with each turn of the event loop, at least twice a second; `[1]` is the expression at work, 0 for none. */
  readonly marks: Int32Array
  readonly format: "human" | "json"
  /** Whether a turn that takes long is reported before it is ended. */
  readonly warns: boolean
  /** After how much work of one turn it is reported, and ended. */
  readonly warnMillis: number
  readonly endMillis: number
}

/** An expression that may take long, announced to the thread before it is evaluated. */
export interface WatchedExpression {
  readonly number: number
  readonly sink: string
  readonly expression: string
}

/**
 * Reports a turn of the event loop that works for long, with the expression that it is in, and ends the process with 70
 * where it does not end.
 *
 * The time of a turn is what the process worked during it: a process that was stopped, a machine that slept, a debugger
 * and a slow disk take no processor time, and do not count.
 *
 * Its text is run in the thread: it must not refer to anything outside itself.
 */
export const watchFromOutside = (): void => {
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads")
  const fs = process.getBuiltinModule("node:fs")
  const { marks, format, warns, warnMillis, endMillis } = workerData as WatchData
  const everyMillis = 200
  const seconds = (millis: number): string => `${Math.round(millis / 1000)} s`

  const expressions = new Map<number, { readonly sink: string; readonly expression: string }>()
  parentPort?.on("message", ({ number, sink, expression }: WatchedExpression) => {
    expressions.set(number, { sink, expression })
  })

  /** Connects while the main thread still answers. After that it can interrupt a turn. */
  const connect = (): Session | undefined => {
    try {
      const session = new (process.getBuiltinModule("node:inspector").Session)()
      session.connectToMainThread()
      return session
    } catch {
      return undefined // Deno and Bun have none
    }
  }
  const session = connect()
  parentPort?.postMessage("ready", [])

  const write = (level: "warn" | "error", message: string, fields: object): void => {
    const now = new Date()
    const facts = Object.entries(fields).map(([name, value]) => `${name}=${value}`).join(", ")
    const human = `${now.toTimeString().slice(0, 8)} ${level === "warn" ? "warning" : level} ${message}${
      facts === "" ? "" : ` (${facts})`
    }`
    try {
      fs.writeSync(2, `${format === "json" ? JSON.stringify({ time: now, level, message, ...fields }) : human}\n`)
    } catch {
      // Nobody reads the log: the exit code remains.
    }
  }

  /** Where the main thread is, or nothing where it does not answer within a second. */
  const stackOf = (then: (places: ReadonlyArray<string>) => void): void => {
    let isAnswered = false
    const answer = (text: unknown): void => {
      if (isAnswered) return
      isAnswered = true
      const lines = typeof text === "string" ? text.split("\n").slice(1) : []
      const own = lines.filter((line) => !/^ +at (?:<anonymous>:1:|.*\(?node:)/.test(line))
      then(own.slice(0, 6).map((line) => line.trim().replace(/[\p{Cc}\p{Cf}]/gu, "?").slice(0, 300)))
    }
    if (session === undefined) return answer(undefined)
    setTimeout(answer, 1_000)
    const expression = "(() => { const { stackTraceLimit } = Error; Error.stackTraceLimit = 50; " +
      "const { stack } = new Error(); Error.stackTraceLimit = stackTraceLimit; return stack })()"
    session.post("Runtime.evaluate", { expression, returnByValue: true }, (_, given) => answer(given?.result.value))
  }

  /** Ends the process from inside its own turn. A native function cannot be interrupted: SIGKILL follows. */
  const end = (): void => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 2_000)
    // At an exit beside a connected session Node writes a line about a debugger.
    const expression = 'process.getBuiltinModule("node:fs").closeSync(2); process.reallyExit(70)'
    session?.post("Runtime.evaluate", { expression })
  }

  let beat = Atomics.load(marks, 0)
  let worked = 0
  let state: "quiet" | "warned" | "ending" = "quiet"
  let seen = new Map<number, number>()
  let lastAt = performance.now()
  let lastCpu = process.cpuUsage()

  /** The expression that the turn was found in most of the time, if it was. */
  const busiest = (): { readonly sink: string; readonly expression: string } | undefined => {
    const [number, times] = [...seen].reduce((most, each) => each[1] > most[1] ? each : most, [0, 0])
    const all = [...seen.values()].reduce((sum, each) => sum + each, 0)
    return times * 2 > all ? expressions.get(number) : undefined
  }

  const report = (level: "warn" | "error", message: string, then: () => void): void => {
    const expression = busiest()
    if (expression !== undefined) {
      write(level, `${message} It is in an expression of the sink ${expression.sink}: make that cheaper.`, {
        expression: expression.expression,
      })
      return then()
    }
    stackOf((places) => {
      const where = places.length === 0 ? "and does not say where it is" : `but here: ${places.join("; ")}`
      write(level, `${message} It is in no expression, ${where}.`, {})
      then()
    })
  }

  const tick = (): void => {
    const at = performance.now()
    const cpu = process.cpuUsage()
    const used = (cpu.user + cpu.system - lastCpu.user - lastCpu.system) / 1_000
    const passed = Math.min(at - lastAt, 5 * everyMillis)
    lastAt = at
    lastCpu = cpu
    const now = Atomics.load(marks, 0)
    if (now !== beat) {
      if (state === "warned") write("warn", `the turn that took long has ended, after ${seconds(worked)} of work`, {})
      beat = now
      worked = 0
      state = "quiet"
      seen = new Map()
      return
    }
    worked += Math.min(used, passed)
    const number = Atomics.load(marks, 1)
    seen.set(number, (seen.get(number) ?? 0) + 1)
    if (worked >= endMillis && state !== "ending") {
      state = "ending"
      const message = `One turn of this process has worked for ${
        seconds(endMillis)
      }, in which nothing else was received or delivered: ending with exit code 70.`
      report("error", message, end)
    } else if (worked >= warnMillis && state === "quiet") {
      state = "warned"
      const message = `One turn of this process has worked for ${
        seconds(warnMillis)
      } so far, and nothing else is received or delivered; at ${seconds(endMillis)} the process ends.`
      if (warns) report("warn", message, () => {})
    }
  }
  setInterval(tick, everyMillis)
}
