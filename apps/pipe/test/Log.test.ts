import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { type LogOptions, makeLog, makeThrottle } from "../src/log/Log.ts"
import { paintFor } from "../src/terminal/Terminal.ts"

const collect = (options: Partial<LogOptions> = {}) => {
  const lines: Array<string> = []
  const log = makeLog({
    level: "info",
    format: "json",
    paint: paintFor({}, {}),
    write: (line) => lines.push(line),
    now: () => new Date(Date.UTC(2026, 6, 16, 12, 0, 0)),
    ...options,
  })
  return { log, lines }
}

describe("the log", () => {
  it("writes JSON for machines", () => {
    const { log, lines } = collect()
    log.log("warn", "the line is down", { attempt: 2 })
    expect(lines).toEqual([
      `{"time":"2026-07-16T12:00:00.000Z","level":"warn","message":"the line is down","attempt":2}\n`,
    ])
  })

  it("writes sentences for people", () => {
    const { log, lines } = collect({ format: "human" })
    log.log("warn", "the line is down", { attempt: 2, host: "h" })
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d warning the line is down \(attempt=2, host=h\)\n$/,
    )
  })

  it("leaves out what is less important than asked for", () => {
    const { log, lines } = collect({ level: "warn" })
    log.log("info", "a")
    log.log("warn", "b")
    log.log("error", "c")
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["b", "c"])
    const none = collect({ level: "none" })
    none.log.log("error", "c")
    expect(none.lines).toEqual([])
  })

  it.effect("takes what Effect logs, with its annotations and cause", () =>
    Effect.gen(function* () {
      const { log, lines } = collect()
      yield* Effect.logWarning("dialing again").pipe(
        Effect.annotateLogs({ attempt: 3 }),
        Effect.provide(log.layer),
      )
      yield* Effect.logDebug("not shown").pipe(Effect.provide(log.layer))
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        {
          time: "2026-07-16T12:00:00.000Z",
          level: "warn",
          message: "dialing again",
          attempt: 3,
        },
      ])
    }))

  it("shows five of a repeating message in ten seconds, then the number of those it left out", () => {
    const throttle = makeThrottle()
    const shown = Array.from(
      { length: 100 },
      (_, index) => throttle(`attempt ${index} failed`, 1000 + index),
    )
    expect(shown.filter((left) => left !== undefined)).toEqual([0, 0, 0, 0, 0])
    expect(throttle("something else", 1100)).toBe(0)
    expect(throttle("attempt 100 failed", 11_000)).toBe(95)
  })
})

describe("color", () => {
  it("is for terminals, unless NO_COLOR is set or the terminal is dumb", () => {
    expect(paintFor({ isTTY: true }, {}).red("x")).toBe("\x1b[31mx\x1b[39m")
    expect(paintFor({}, {}).red("x")).toBe("x")
    expect(paintFor({ isTTY: true }, { NO_COLOR: "1" }).red("x")).toBe("x")
    expect(paintFor({ isTTY: true }, { TERM: "dumb" }).red("x")).toBe("x")
  })
})
