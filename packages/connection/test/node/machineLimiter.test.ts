import type { LimiterShape } from "@boltodds/connection"
import { machineAllowance, machineLimiter } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { utimesSync, writeFileSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, vi } from "vitest"
import { cacheFolder, stateFolder, takeSlot } from "@boltodds/machine"
import { limiterFrom } from "../../src/transport/Limiter.ts"
import { withSlotTime } from "./slotTime.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "boltodds-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
)
const host = "feed.example:1"

afterEach(() => {
  vi.unstubAllEnvs()
})

/** How much later than the time of its slot a request may be granted: `slots.ts`. */
const latestMillis = 51

/** The most of these times that lie within any span of this length. */
const mostWithin = (times: ReadonlyArray<number>, millis: number): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + millis).length))

const child = fileURLToPath(new URL("limiterChild.ts", import.meta.url))
const runtimeArgs = "Deno" in globalThis ? ["run", "-A"] : ["--conditions=@boltodds/source"]

describe("the machine's limiter", () => {
  const limits = { windowMillis: 400, total: 3, dials: 2 }

  it.live(
    "grants no more requests in any window than allowed, whichever of many processes is killed",
    () =>
      Effect.gen(function* () {
        const path = yield* folder
        const windowMillis = 1000
        const granted: Array<{ readonly kind: string; readonly at: number }> = []
        const problems: Array<string> = []
        const children = new Set<ChildProcess>()
        const start = () => {
          const process_ = spawn(process.execPath, [...runtimeArgs, child, path, String(windowMillis), "10", "8"], {
            stdio: ["ignore", "pipe", "inherit"],
          })
          children.add(process_)
          let rest = ""
          process_.stdout!.setEncoding("utf8").on("data", (text: string) => {
            const lines = (rest + text).split("\n")
            rest = lines.pop()!
            for (const line of lines) {
              const [kind, at] = line.split(" ") as [string, string]
              if (kind === "problem") problems.push(line)
              else if (kind !== "ready") granted.push({ kind, at: Number(at) })
            }
          })
          return new Promise<void>((resolve) => process_.once("close", () => resolve()))
        }
        yield* Effect.promise(async () => {
          const ended: Array<Promise<void>> = []
          for (let n = 0; n < 6; n++) ended.push(start())
          // Each is killed at a random point of its work: after seven more requests of all of them together.
          for (let kills = 0; kills < 6; kills++) {
            const before = granted.length
            await vi.waitUntil(() => granted.length >= before + 7, { timeout: 240_000, interval: 3 })
            const [oldest] = children
            children.delete(oldest!)
            oldest!.kill("SIGKILL")
            ended.push(start())
          }
          for (const process_ of children) process_.kill("SIGKILL")
          await Promise.all(ended)
        })
        const times = granted.map(({ at }) => at).sort((a, b) => a - b)
        const dials = granted.filter(({ kind }) => kind === "dial").map(({ at }) => at)
        expect(problems).toEqual([])
        expect(mostWithin(times, windowMillis - latestMillis)).toBeLessThanOrEqual(10)
        expect(mostWithin(dials, windowMillis - latestMillis)).toBeLessThanOrEqual(8)
        // A process that is killed takes nothing with it but the slots it held.
        expect(granted.length).toBeGreaterThanOrEqual(42)
        const [hosts] = yield* Effect.promise(() => readdir(path))
        const files = yield* Effect.promise(() => readdir(join(path, hosts!)))
        expect(files.length).toBeLessThanOrEqual(30)
      }),
  )

  it.live("grants the processes that share a folder no more together", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const limiters = [1, 2, 3].map(() => machineLimiter({ folder: path, limits }))
      const granted: Array<number> = []
      const one = (limiter: LimiterShape) =>
        Effect.map(withSlotTime(limiter.take(host, "rest")), (at) => granted.push(at))
      yield* Effect.all(limiters.flatMap((limiter) => [one(limiter), one(limiter), one(limiter)]), {
        concurrency: "unbounded",
      })
      expect(granted.length).toBe(9)
      expect(mostWithin(granted, limits.windowMillis - latestMillis)).toBeLessThanOrEqual(3)
    }))

  it.live("keeps a part of the allowance for REST, and reports what is left", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const options = { folder: path, limits: { windowMillis: 60_000, total: 10, dials: 8 } }
      expect(yield* machineAllowance(host, options)).toEqual({ left: 10, dialsLeft: 8, dialWaitMillis: 0 })
      const limiter = machineLimiter(options)
      yield* limiter.take(host, "rest")
      expect(yield* machineAllowance(host, options)).toEqual({ left: 9, dialsLeft: 8, dialWaitMillis: 0 })
      for (let n = 0; n < 8; n++) yield* limiter.take(host, "dial")
      const { left, dialsLeft, dialWaitMillis } = yield* machineAllowance(host, options)
      expect([left, dialsLeft]).toEqual([1, 0])
      expect(dialWaitMillis).toBeGreaterThan(50_000)
      yield* limiter.take(host, "rest")
      expect((yield* machineAllowance(host, options)).left).toBe(0)
      expect((yield* machineAllowance("another", options)).left).toBe(10)
    }))

  it.live("counts a use in the future as one of now, because the clock was set back", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const options = { folder: path, limits: { windowMillis: 300, total: 1, dials: 1 } }
      const limiter = machineLimiter(options)
      yield* limiter.take(host, "dial")
      const [name] = yield* Effect.promise(() => readdir(path))
      const slot = join(path, name!, "slot-0-1")
      yield* Effect.promise(() => utimes(slot, new Date(Date.now() + 3_600_000), new Date(Date.now() + 3_600_000)))
      const start = Date.now()
      yield* limiter.take(host, "dial")
      expect(Date.now() - start).toBeGreaterThanOrEqual(299)
      expect((yield* Effect.promise(() => stat(slot))).mtimeMs).toBeLessThan(Date.now())
    }))

  it.live("grants this process no more when the clock is set forward", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const options = { folder: path, limits: { windowMillis: 300, total: 1, dials: 1 } }
      const limiter = machineLimiter(options)
      const real = yield* Clock.Clock
      let set = 0
      const clock: Clock.Clock = {
        ...real,
        sleep: (duration) => real.sleep(duration),
        currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + set,
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      }
      const take = Effect.provideService(limiter.take(host, "dial"), Clock.Clock, clock)
      yield* take
      set = 3_600_000
      const start = performance.now()
      yield* take
      expect(performance.now() - start).toBeGreaterThan(250)
    }))

  it.live("waits if another process has used the slot that it found free", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const options = { folder: path, limits: { windowMillis: 60_000, total: 2, dials: 2 } }
      yield* machineLimiter(options).take(host, "dial")
      const [name] = yield* Effect.promise(() => readdir(path))
      const used = join(path, name!)
      const old = new Date(Date.now() - 120_000)
      yield* Effect.promise(async () => {
        // What strangers leave there is passed over.
        for (const other of ["slot-x-1", "slot-0-99999999999999999999", "note"]) await writeFile(join(used, other), "")
        await mkdir(join(used, "slot-0-0"))
        await utimes(join(used, "slot-0-1"), old, old)
        await writeFile(join(used, "slot-0-7"), "")
      })
      const limiter = machineLimiter(options)
      yield* limiter.take(host, "dial")
      const names = yield* Effect.promise(() => readdir(used))
      // The newest of slot 0 is its seventh use, of just now: slot 1 was taken.
      expect(names.filter((file) => file.startsWith("slot-1-"))).toEqual(["slot-1-1"])
      expect((yield* machineAllowance(host, options)).left).toBe(0)
    }))

  it.live("waits if another process takes the slot first", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const slot = (generation: number) => join(path, `slot-0-${generation}`)
      writeFileSync(slot(1), "")
      utimesSync(slot(1), 0, 0)
      let others = () => {
        // During our sleep others took the slot twice, and removed the older files.
        writeFileSync(slot(3), "")
        others = () => {}
      }
      const now = () => {
        others()
        return Date.now()
      }
      expect(yield* Effect.promise(() => takeSlot(path, [0], 60_000, now))).toBeGreaterThan(0)
      expect((yield* Effect.promise(() => readdir(path))).sort()).toEqual(["slot-0-1", "slot-0-3"])
      expect(yield* Effect.promise(() => takeSlot(path, [0], 60_000, now))).toBeGreaterThan(59_000)
    }))

  it.live("removes the folders of hosts without a request for a week", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* machineLimiter({ folder: path, limits }).take("old", "dial")
      const [old] = yield* Effect.promise(() => readdir(path))
      const longAgo = new Date(Date.now() - 8 * 86_400_000)
      yield* Effect.promise(() => utimes(join(path, old!), longAgo, longAgo))
      yield* Effect.promise(() => writeFile(join(path, "not-ours"), ""))
      yield* machineLimiter({ folder: path, limits }).take("new", "dial")
      const names = yield* Effect.promise(() => readdir(path))
      expect(names.length).toBe(2)
      expect(names).not.toContain(old)
    }))

  // Only Linux has such a place for everyone: it exists, and making a folder in it fails as if it did not.
  it.live.skipIf(process.platform !== "linux")(
    "does not hang on a place where no folder can be made",
    () =>
      Effect.gen(function* () {
        const problems: Array<string> = []
        const limiter = machineLimiter({ folder: "/proc/boltodds", onProblem: (message) => problems.push(message) })
        yield* limiter.take("feed", "dial")
        expect(problems).toStrictEqual(["Cannot share the rate limit in /proc/boltodds: ENOENT"])
      }),
  )

  it.live("limits this process alone if the folder cannot be written, and reports it once", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a-file")
      yield* Effect.promise(() => writeFile(path, ""))
      const problems: Array<string> = []
      const limiter = machineLimiter({ folder: path, limits, onProblem: (message) => problems.push(message) })
      const start = performance.now()
      for (let n = 0; n < 3; n++) yield* limiter.take(host, "dial")
      expect(performance.now() - start).toBeGreaterThan(350)
      expect(problems).toEqual([expect.stringContaining(`Cannot share the rate limit in ${path}`)])
    }))

  it("stores its files in the XDG folders", () => {
    vi.stubEnv("XDG_STATE_HOME", "/somewhere/state")
    vi.stubEnv("XDG_CACHE_HOME", "/somewhere/cache")
    expect([stateFolder(), cacheFolder()]).toEqual(["/somewhere/state/boltodds", "/somewhere/cache/boltodds"])
    vi.stubEnv("XDG_STATE_HOME", "relative")
    vi.stubEnv("XDG_CACHE_HOME", "")
    vi.stubEnv("HOME", "/home/someone")
    expect([stateFolder(), cacheFolder()]).toEqual([
      "/home/someone/.local/state/boltodds",
      "/home/someone/.cache/boltodds",
    ])
  })

  it.live("repeats the request until it is admitted", () =>
    Effect.gen(function* () {
      let asked = 0
      const limiter = limiterFrom(() => Effect.sync(() => ({ waitMillis: asked++ < 3 ? 1 : 0 })))
      yield* limiter.take("host", "dial")
      expect(asked).toBe(4)
    }))
})
