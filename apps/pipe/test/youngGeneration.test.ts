/** Room for short-lived objects. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { watchLoad } from "../src/process/youngGeneration.ts"

const source = fileURLToPath(new URL("../src/process/youngGeneration.ts", import.meta.url))

describe("watchLoad", () => {
  let user = 0
  let options: string | undefined

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
    vi.spyOn(process, "cpuUsage").mockImplementation((before) => ({ user: user - (before?.user ?? 0), system: 0 }))
    options = process.env["NODE_OPTIONS"]
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    if (options === undefined) delete process.env["NODE_OPTIONS"]
    else process.env["NODE_OPTIONS"] = options
  })

  /** Each look is half a second; the shares of a core between them. */
  const grownAfter = (...shares: ReadonlyArray<number>): ReadonlyArray<boolean> => {
    let grown = 0
    const stop = watchLoad(() => grown++)
    const seen = shares.map((share) => {
      user += share * 500_000
      vi.advanceTimersByTime(500)
      return grown > 0
    })
    stop()
    user += 1_000_000
    vi.advanceTimersByTime(2000)
    expect(grown).toBe(seen.includes(true) ? 1 : 0)
    return seen
  }

  it("grows once after two busy looks in a row, and not at the work of a start", () => {
    expect(grownAfter(0.9, 0.1, 0.9, 0.9, 0.9)).toEqual([false, false, false, true, true])
    expect(grownAfter(0.2, 0.2, 0.2)).toEqual([false, false, false])
  })

  it("leaves the sizes alone that a user has chosen", () => {
    process.env["NODE_OPTIONS"] = "--max-semi-space-size=8"
    expect(grownAfter(0.9, 0.9, 0.9)).toEqual([false, false, false])
  })
})

describe("growAtOnce", () => {
  /** The rooms that a process has had, in MiB, while some of what it makes lives on. */
  const roomsWith = (grow: string): ReadonlyArray<number> => {
    const script = `
      import { getHeapSpaceStatistics } from "node:v8"
      import { growAtOnce } from ${JSON.stringify(source)}
      ${grow}
      const rooms = new Set()
      const kept = []
      for (let index = 0; index < 2_000_000; index++) {
        const text = "line" + index
        if (index % 10 === 0) kept.push([text])
        if (index % 1000 > 0) continue
        rooms.add(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size / 1048576)
      }
      console.log(JSON.stringify([...rooms]))`
    const run = spawnSync(process.execPath, [
      "--max-semi-space-size=32",
      "--input-type=module",
      "--no-warnings",
      "-e",
      script,
    ], { encoding: "utf8" })
    expect(run.stderr).toBe("")
    return JSON.parse(run.stdout)
  }

  it("takes the room from the least to the most in one step, which V8 does in several", () => {
    const between = (rooms: ReadonlyArray<number>) => rooms.filter((room) => room > 2 && room < 32)
    expect(between(roomsWith("")).length).toBeGreaterThan(1)
    const rooms = roomsWith("growAtOnce()")
    expect(between(rooms).length).toBeLessThanOrEqual(1)
    expect(rooms.at(-1)).toBeGreaterThanOrEqual(32)
  })
})
