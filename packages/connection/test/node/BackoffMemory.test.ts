import { thisProcess } from "@boltodds/machine"
import { type BackoffMemory, type BackoffRecord, DialError, type KeyAtHost, keyOf } from "@boltodds/connection"
import { machineMemory } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { spawn } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, vi } from "vitest"
import { resumeBackoff } from "../../src/session/BackoffMemory.ts"
import { acceptWithAck, data, fakeFeed, key, ping, read, settle } from "@boltodds/testing/FakeFeed"

const record: BackoffRecord = {
  step: 3,
  fruitless: 4,
  keyRefusals: 0,
  at: 100_000,
  until: 108_000,
  why: "no answer",
  during: "wait",
}

describe("the back-off of an earlier run", () => {
  const waitAt = (now: number, changed: Partial<BackoffRecord> = {}) =>
    resumeBackoff({ ...record, ...changed }, now)?.waitMillis

  it("applies for the rest of its wait, and the counts continue", () => {
    expect(resumeBackoff(record, 101_000)).toEqual({
      attempts: { step: 3, fruitless: 4, keyRefusals: 0, everLive: false, oversized: 0 },
      waitMillis: 7000,
    })
    expect(waitAt(108_000)).toBe(0)
    expect(waitAt(200_000)).toBe(0)
  })

  it("never causes a longer wait than was set, nor than the longest possible", () => {
    // The clock was set back.
    expect(waitAt(-1_000_000)).toBe(8000)
    expect(waitAt(0, { at: 0, until: 1e15 })).toBe(3_660_000)
    expect(waitAt(0, { at: 50, until: 10 })).toBe(0)
  })

  it("does not count ten minutes after its wait", () => {
    expect(waitAt(708_000)).toBe(0)
    expect(waitAt(708_001)).toBeUndefined()
  })

  it("allows one more attempt with a refused key", () => {
    expect(resumeBackoff({ ...record, keyRefusals: 7 }, 0)?.attempts.keyRefusals).toBe(1)
  })
})

/** A memory in this process, whose content can be read. */
const memoryOf = (first?: BackoffRecord) => {
  const kept: Array<BackoffRecord | "forgotten"> = []
  let now = first
  const memory: BackoffMemory = {
    recall: () => Effect.sync(() => now),
    keep: (_, next) => Effect.sync(() => void kept.push(now = next)),
    forget: () => Effect.sync(() => (now = undefined, void kept.push("forgotten"))),
  }
  return { memory, kept }
}

const refusal = new DialError("network", "Cannot reach feed: ECONNREFUSED")

describe("a session with a memory", () => {
  it.effect("waits as the run before would have, reports the reason, and continues its counts", () =>
    Effect.gen(function* () {
      const { memory, kept } = memoryOf({ ...record, at: 0, until: 5000 })
      const feed = fakeFeed(() => refusal)
      const { statuses } = yield* read(feed, { memory })
      expect(statuses.at(-1)).toEqual({
        _tag: "BackingOff",
        until: 5000,
        why: "an earlier run ended with: no answer",
        attempt: 4,
      })
      yield* TestClock.adjust(4999)
      expect(feed.dials).toEqual([])
      yield* TestClock.adjust(1)
      expect(feed.dials).toEqual([5000])
      expect(statuses.at(-1)).toMatchObject({ _tag: "BackingOff", attempt: 5, until: 5000 + 8000 })
      expect(kept).toEqual([
        // Should it die while it dials, the wait is that of a failure.
        { ...record, step: 4, fruitless: 5, at: 5000, until: 13_000, during: "attempt", why: expect.any(String) },
        { ...record, step: 4, fruitless: 5, at: 5000, until: 13_000, why: "Cannot reach feed: ECONNREFUSED" },
      ])
    }))

  it.effect("counts only its own attempts for maxAttempts, and passes its wait to the next run", () =>
    Effect.gen(function* () {
      const { memory, kept } = memoryOf({ ...record, at: -9000, until: -1000 })
      const feed = fakeFeed(() => refusal)
      const { failure } = yield* read(feed, { memory, maxAttempts: 2 })
      yield* TestClock.adjust("1 minute")
      expect(failure()).toMatchObject({ _tag: "FeedUnavailable", attempts: 2 })
      expect(feed.dials.length).toBe(2)
      expect(kept.at(-1)).toMatchObject({ step: 5, fruitless: 6, during: "wait" })
      expect((kept.at(-1) as BackoffRecord).until).toBeGreaterThan((kept.at(-1) as BackoffRecord).at)
    }))

  it.effect("removes the record after a minute with data", () =>
    Effect.gen(function* () {
      const { memory, kept } = memoryOf({ ...record, at: 0, until: 0 })
      const feed = fakeFeed(() => (connection) => (acceptWithAck(connection), connection.send(data)))
      const { session } = yield* read(feed, { memory })
      for (let second = 0; second < 59; second++) {
        yield* TestClock.adjust("1 second")
        feed.connections[0]!.send(ping)
      }
      expect(kept.map((entry) => entry === "forgotten" ? entry : entry.during)).toEqual(["attempt"])
      yield* TestClock.adjust("1 second")
      expect(kept.at(-1)).toBe("forgotten")
      yield* session.close
      yield* settle
      expect(kept.slice(1)).toEqual(["forgotten", "forgotten"])
    }))

  it.effect("leaves no wait when it is closed", () =>
    Effect.gen(function* () {
      const { memory, kept } = memoryOf({ ...record, at: 0, until: 0 })
      const feed = fakeFeed(() => (connection) => (acceptWithAck(connection), connection.send(data)))
      const { session } = yield* read(feed, { memory })
      yield* session.close
      yield* settle
      expect(kept.at(-1)).toMatchObject({ step: 3, at: 0, until: 0, during: "wait" })
      const fresh = memoryOf()
      const again = yield* read(feed, { memory: fresh.memory })
      yield* again.session.close
      yield* settle
      expect(fresh.kept.at(-1)).toBe("forgotten")
    }))

  it.effect("tries a key that was refused before once, after a wait", () =>
    Effect.gen(function* () {
      const { memory, kept } = memoryOf()
      const refused = new DialError("refused", "HTTP 401", { status: 401 })
      const first = yield* read(fakeFeed(() => refused), { memory })
      yield* TestClock.adjust("10 seconds")
      expect(first.failure()).toMatchObject({ _tag: "KeyRefused", refusals: 2 })
      expect(kept.at(-1)).toMatchObject({ keyRefusals: 2, during: "wait" })
      const feed = fakeFeed(() => refused)
      const second = yield* read(feed, { memory })
      yield* TestClock.adjust("1 minute")
      expect(second.failure()).toMatchObject({ _tag: "KeyRefused" })
      expect(feed.dials.length).toBe(1)
    }))
})

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "boltodds-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
)
const use: KeyAtHost = { host: "feed.example", key: Redacted.make("s3cret-key-4711") }

/** The pid of a process that has ended. */
const deadPid = Effect.promise(() =>
  new Promise<number>((resolve) => {
    const child = spawn("true")
    child.once("close", () => resolve(child.pid!))
  })
)

describe("the machine's memory", () => {
  it.live("stores nothing for loopback hosts", () =>
    Effect.gen(function* () {
      const memory = machineMemory({ folder: yield* folder })
      const own = { ...use, host: "127.0.0.1:4711" }
      yield* memory.keep(own, record)
      expect(yield* memory.recall(own)).toBeUndefined()
    }))

  it.live("has one record for each key at each host, in a file without the key", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* machineMemory({ folder: path }).keep(use, record)
      const { recall, forget } = machineMemory({ folder: path })
      expect(yield* recall(use)).toEqual(record)
      expect(yield* recall({ ...use, host: "other.example" })).toBeUndefined()
      expect(yield* recall({ ...use, key: Redacted.make("another") })).toBeUndefined()
      const [file, ...others] = yield* Effect.promise(() => readdir(path))
      expect(others).toEqual([])
      expect(yield* Effect.promise(() => readFile(join(path, file!), "utf8"))).not.toContain("4711")
      yield* forget(use)
      expect(yield* recall(use)).toBeUndefined()
      expect(yield* Effect.promise(() => readdir(path))).toEqual([])
    }))

  it.live("counts a record during an attempt only if its process is gone", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { keep, recall } = machineMemory({ folder: path })
      const attempt: BackoffRecord = { ...record, during: "attempt" }
      yield* keep(use, attempt)
      expect(yield* recall(use)).toBeUndefined()
      const [file] = yield* Effect.promise(() => readdir(path))
      const by = (writer: object) =>
        Effect.promise(() => writeFile(join(path, file!), JSON.stringify({ ...attempt, ...writer })))
      const other = { ...thisProcess(), id: "1-a", started: "1" }
      yield* by({ ...other, pid: yield* deadPid })
      expect(yield* recall(use)).toEqual(attempt)
      yield* by({ ...other, pid: process.ppid, started: "" })
      expect(yield* recall(use)).toBeUndefined()
      // Pids are used again; in a container each run has the same.
      for (const pid of [process.ppid, process.pid]) {
        yield* by({ ...other, pid })
        expect(yield* recall(use)).toEqual(attempt)
      }
      yield* by({ ...other, pid: yield* deadPid, namespace: "another", machine: "elsewhere" })
      expect(yield* recall(use)).toBeUndefined()
    }))

  it.live("ignores damaged files, and reports once that it cannot write", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { keep, recall } = machineMemory({ folder: path })
      yield* keep(use, record)
      const [file] = yield* Effect.promise(() => readdir(path))
      const text = yield* Effect.promise(() => readFile(join(path, file!), "utf8"))
      const hostile = [
        "",
        text.slice(0, 40),
        "null",
        "[]",
        `{"step":-1}`,
        JSON.stringify({ ...record, until: "soon" }),
        JSON.stringify({ ...record, step: 1e300 }),
        JSON.stringify({ ...record, why: "x".repeat(100_000) }),
        "\u0000".repeat(100),
      ]
      for (const content of hostile) {
        yield* Effect.promise(() => writeFile(join(path, file!), content))
        expect(yield* recall(use)).toBeUndefined()
      }
      yield* Effect.promise(() => rm(join(path, file!)))
      yield* Effect.promise(() => mkdir(join(path, file!)))
      expect(yield* recall(use)).toBeUndefined()
      const problems: Array<string> = []
      const blocked = machineMemory({ folder: path, onProblem: (message) => problems.push(message) })
      yield* blocked.keep(use, record)
      yield* blocked.keep(use, record)
      expect(problems).toEqual([expect.stringContaining(`Cannot keep the back-off in ${path}: `)])
      expect(yield* Effect.promise(() => readdir(path))).toEqual([file])
    }))

  it.live("makes a second run with the same key wait, but not with another key", () =>
    Effect.gen(function* () {
      const memory = machineMemory({ folder: yield* folder })
      const wait = { ...record, at: Date.now(), until: Date.now() + 50_000 }
      yield* memory.keep({ host: "feed.example:1", key: Redacted.make(key) }, wait)
      const same = yield* read(fakeFeed(), { memory })
      yield* Effect.promise(() => vi.waitUntil(() => same.statuses.length > 1))
      expect(same.statuses.at(-1)).toMatchObject({ _tag: "BackingOff", attempt: 4 })
      const feed = fakeFeed()
      const other = yield* read(feed, { memory, key: keyOf("another-key") })
      yield* Effect.promise(() => vi.waitUntil(() => other.statuses.some(({ _tag }) => _tag === "Syncing")))
      expect(other.statuses.map(({ _tag }) => _tag)).not.toContain("BackingOff")
    }))
})
