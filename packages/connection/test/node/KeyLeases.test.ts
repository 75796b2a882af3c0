import {
  type BackoffRecord,
  describeHolder,
  type KeyAtHost,
  type KeyHolder,
  type KeyLeases,
  LinkClosed,
  renderDiagnosis,
} from "@boltodds/connection"
import { keyFromFile, machineLeases, machineMemory } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, vi } from "vitest"
import { fakeFeed, key, read, settle } from "@boltodds/testing/FakeFeed"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "boltodds-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
)
const use: KeyAtHost = { host: "feed.example", key: Redacted.make("s3cret-key-4711") }
const holder: KeyHolder = {
  pid: 4711,
  machine: undefined,
  program: "boltodds-pipe",
  since: Date.UTC(2026, 6, 16, 17),
  sockets: 1,
}

const runtimeArgs = "Deno" in globalThis ? ["run", "-A"] : ["--conditions=@boltodds/source"]

/** Known from the start: a signal that was sent is not yet an end. */
const ended = new WeakMap<ChildProcess, Promise<void>>()

/** A process that holds the key, once it does. */
const holdElsewhere = (path: string) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<ChildProcess>((resolve) => {
        const script = fileURLToPath(new URL("leaseChild.ts", import.meta.url))
        const child = spawn(process.execPath, [...runtimeArgs, script, path, use.host, Redacted.value(use.key)], {
          stdio: ["pipe", "pipe", "inherit"],
        })
        ended.set(child, new Promise((resolve) => child.once("exit", () => resolve())))
        child.stdout!.once("data", () => resolve(child))
      })
    ),
    (child) => Effect.sync(() => void child.kill("SIGKILL")),
  )

/** Its pid is free then. */
const endOf = (child: ChildProcess) => Effect.promise(() => ended.get(child)!)

describe("a holder of a key", () => {
  it("is described in a line", () => {
    expect(describeHolder(holder)).toBe("pid 4711 (boltodds-pipe) of this machine, since 2026-07-16 17:00:00 UTC")
    expect(describeHolder({ ...holder, machine: "pod-7", sockets: 2 })).toBe(
      "pid 4711 (boltodds-pipe) of pod-7, since 2026-07-16 17:00:00 UTC, with 2 connections",
    )
  })
})

describe("the machine's leases", () => {
  it.live("show others that a process holds the key, and never the key", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { holders } = machineLeases({ folder: path })
      expect(yield* holders(use)).toEqual([])
      const before = Date.now()
      const child = yield* holdElsewhere(path)
      const [found, ...more] = yield* holders(use)
      expect(more).toEqual([])
      expect(found).toEqual({
        pid: child.pid,
        machine: undefined,
        program: "lease child",
        since: expect.any(Number),
        sockets: 2,
      })
      expect(found!.since).toBeGreaterThanOrEqual(before)
      expect(yield* holders({ ...use, key: Redacted.make("another") })).toEqual([])
      expect(yield* holders({ ...use, host: "other.example" })).toEqual([])
      const [place] = yield* Effect.promise(() => readdir(path))
      const [file] = yield* Effect.promise(() => readdir(join(path, place!)))
      expect(place! + file! + (yield* Effect.promise(() => readFile(join(path, place!, file!), "utf8")))).not
        .toContain("4711-")
      child.stdin!.end()
      yield* endOf(child)
      expect(yield* Effect.promise(() => readdir(join(path, place!)))).toEqual([])
    }))

  it.live("do not list a process that was killed", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const child = yield* holdElsewhere(path)
      child.kill("SIGKILL")
      yield* endOf(child)
      expect(yield* machineLeases({ folder: path }).holders(use)).toEqual([])
      const [place] = yield* Effect.promise(() => readdir(path))
      expect(yield* Effect.promise(() => readdir(join(path, place!)))).toEqual([])
    }))

  it.live("list a process that cannot be checked for 30 s after its last refresh", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const child = yield* holdElsewhere(path)
      const [place] = yield* Effect.promise(() => readdir(path))
      const [name] = yield* Effect.promise(() => readdir(join(path, place!)))
      const file = join(path, place!, name!)
      child.kill("SIGKILL")
      yield* endOf(child)
      const { holders } = machineLeases({ folder: path })
      const elsewhere = { pid: child.pid, machine: "pod\u001b[31m-7", id: "7-a", program: "p", since: 1, sockets: 1 }
      yield* Effect.promise(() => writeFile(file, JSON.stringify(elsewhere)))
      expect(yield* holders(use)).toEqual([{
        pid: child.pid,
        machine: "pod [31m-7",
        program: "p",
        since: 1,
        sockets: 1,
      }])
      const seconds = (ago: number) =>
        Effect.promise(() => utimes(file, new Date(Date.now() - ago * 1000), new Date(Date.now() - ago * 1000)))
      yield* seconds(29)
      expect((yield* holders(use)).length).toBe(1)
      yield* seconds(31)
      expect(yield* holders(use)).toEqual([])
      for (const text of ["", "{", "7", `{"pid":"x"}`, JSON.stringify({ pid: 7, machine: hostname() })]) {
        yield* Effect.promise(() => writeFile(file, text))
        expect(yield* holders(use)).toEqual([])
      }
    }))

  it.live("have no effect if they cannot be written, and report it once", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a-file")
      yield* Effect.promise(() => writeFile(path, ""))
      const problems: Array<string> = []
      const leases = machineLeases({ folder: path, onProblem: (message) => problems.push(message) })
      yield* Effect.scoped(leases.hold(use))
      yield* Effect.scoped(leases.hold(use))
      expect(yield* leases.holders(use)).toEqual([])
      expect(problems).toEqual([expect.stringContaining(`Cannot show in ${path} that the key is in use: `)])
    }))
})

/** What a process of another container wrote: under our machine's name, and even with our number. */
const inAnotherContainer = {
  pid: process.pid,
  machine: hostname(),
  namespace: "7a5d2c0e-0000-4000-8000-000000000000 pid:[4026539999]",
  id: "1-a",
}

describe("a process that looks like one of ours and runs in another pid namespace", () => {
  it.live("holds its key for as long as it renews its lease", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const child = yield* holdElsewhere(path)
      const [place] = yield* Effect.promise(() => readdir(path))
      child.stdin!.end()
      yield* endOf(child)
      const file = join(path, place!, `${inAnotherContainer.id}.json`)
      const lease = { ...inAnotherContainer, program: "p", since: 1, sockets: 1 }
      yield* Effect.promise(() => writeFile(file, JSON.stringify(lease)))
      const { holders } = machineLeases({ folder: path })
      const seconds = (ago: number) =>
        Effect.promise(() => utimes(file, new Date(Date.now() - ago * 1000), new Date(Date.now() - ago * 1000)))
      yield* seconds(29)
      expect(yield* holders(use)).toEqual([
        { pid: process.pid, machine: undefined, program: "p", since: 1, sockets: 1 },
      ])
      expect(yield* Effect.promise(() => readdir(join(path, place!)))).toEqual(["1-a.json"])
      yield* seconds(31)
      expect(yield* holders(use)).toEqual([])
      // A container that crashes over and over would fill the folder.
      expect(yield* Effect.promise(() => readdir(join(path, place!)))).toEqual([])
    }))

  it.live("has a record during an attempt counted only if it may be the run before this one", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { keep, recall } = machineMemory({ folder: path })
      const started = Math.round(performance.timeOrigin)
      const attempt: BackoffRecord = {
        step: 1,
        fruitless: 1,
        keyRefusals: 0,
        at: started - 1000,
        until: started + 1000,
        why: "p",
        during: "attempt",
      }
      yield* keep(use, attempt)
      const [file] = yield* Effect.promise(() => readdir(path))
      const left = (record: BackoffRecord) =>
        Effect.promise(() => writeFile(join(path, file!), JSON.stringify({ ...record, ...inAnotherContainer })))
      yield* left(attempt)
      expect(yield* recall(use)).toEqual(attempt)
      yield* left({ ...attempt, at: started + 1 })
      expect(yield* recall(use)).toBeUndefined()
    }))
})

/** Leases in this process: a list of what happened, and holders that are made up. */
const leasesOf = (others: ReadonlyArray<KeyHolder> = []) => {
  const log: Array<string> = []
  const leases: KeyLeases = {
    hold: ({ host, key }) =>
      Effect.asVoid(Effect.acquireRelease(
        Effect.sync(() => void log.push(`hold ${host} ${Redacted.value(key)}`)),
        () => Effect.sync(() => void log.push("release")),
      )),
    holders: () => Effect.succeed(others),
  }
  return { leases, log }
}

describe("a session with leases", () => {
  it.effect("holds its key while it dials and is connected, and not while it waits", () =>
    Effect.gen(function* () {
      const { leases, log } = leasesOf()
      const feed = fakeFeed()
      const { session } = yield* read(feed, { leases })
      expect(log).toEqual([`hold feed.example:1 ${key}`])
      feed.connections[0]!.close(new LinkClosed("closed", 1000))
      yield* settle
      expect(log.slice(1)).toEqual(["release"])
      yield* TestClock.adjust("1 second")
      expect(log.slice(2)).toEqual([`hold feed.example:1 ${key}`])
      yield* session.close
      yield* settle
      expect(log.slice(3)).toEqual(["release"])
    }))

  it.effect("names the other holder of the key as a proven cause when nothing comes", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      yield* read(fakeFeed(), {
        leases: leasesOf([holder]).leases,
        onDiagnosis: (diagnosis) => lines.push(...renderDiagnosis(diagnosis).split("\n")),
      })
      yield* TestClock.adjust("20 seconds")
      expect(lines).toContain(
        "- another process holds this key: pid 4711 (boltodds-pipe) of this machine, since 2026-07-16 17:00:00 UTC",
      )
      expect(lines.join("\n")).not.toContain("perhaps: another program uses this key")
    }))
})

describe("a key in a file", () => {
  it.live("that changes is used at the next dial, with no restart", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "key")
      yield* Effect.promise(() => writeFile(path, "the-first-key\n"))
      const feed = fakeFeed()
      const { log, leases } = leasesOf()
      yield* read(feed, { key: keyFromFile(path), leases, random: 0 })
      yield* Effect.promise(() => vi.waitUntil(() => feed.connections.length === 1))
      yield* Effect.promise(() => writeFile(path, "the-second-key\n"))
      feed.connections[0]!.close(new LinkClosed("closed", 1000))
      yield* Effect.promise(() => vi.waitUntil(() => feed.connections.length === 2))
      expect(feed.urls.map((url) => new URL(url).searchParams.get("key"))).toEqual(["the-first-key", "the-second-key"])
      expect(log).toEqual(["hold feed.example:1 the-first-key", "release", "hold feed.example:1 the-second-key"])
    }))
})
