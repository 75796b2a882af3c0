import { dropDead, listOutbox, type OutboxEvent, redrive } from "@boltodds/outbox"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { it as effectIt } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { price, seqs, synced } from "./fixtures/envelopes.ts"
import { all, inFolder, open, type Opened } from "./fixtures/open.ts"

const day = 24 * 60 * 60 * 1000
const list = (path: string, options?: Parameters<typeof listOutbox>[1]) => Effect.runSync(listOutbox(path, options))

/** Takes one envelope and dead-letters it. */
const deadLetter = ({ store }: Opened, reason: string, now: number): void =>
  store.deadLetter!(store.take({ records: 1, bytes: 1 }), reason, now)

describe("dead letters", () => {
  it("are kept with their reason, listed in pages beside the running lane, and survive", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const outbox = open(path)
      outbox.store.add([price(1, "a", true, "é".repeat(300)), synced(2), price(3, "c"), price(4, "d")], 10)
      for (const n of [1, 2, 3]) deadLetter(outbox, `because ${n}`, 20 + n)
      expect(outbox.deadLetters()).toBe(3)
      expect(outbox.store).toMatchObject({ records: 1, waiting: 1 })
      const first = list(path, { limit: 2, headLength: 20 })
      expect(first.letters).toEqual([
        {
          id: 1,
          run: "R",
          seq: 1,
          part: 0,
          origin: undefined,
          term: 1,
          kind: "Record",
          session: "s",
          at: 1_700_000_000_001.25,
          arrivedAt: 10,
          buriedAt: 21,
          reason: "because 1",
          times: 1,
          superseded: false,
          bytes: price(1, "a", true, "é".repeat(300)).text.length + 1,
          head: '{"n":1,"line":"a","p',
        },
        expect.objectContaining({ id: 2, seq: 2, kind: "Control", reason: "because 2" }),
      ])
      expect(first.dead).toMatchObject({ records: 3, superseded: 0 })
      outbox.close()
      const second = list(path, { after: first.next!, limit: 2 })
      expect(second.letters.map(({ seq }) => seq)).toEqual([3])
      expect(second.next).toBeUndefined()
    }))

  effectIt.effect("have ages since their burial, and what waits since its arrival", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "outbox-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
      )
      const path = join(folder, "a.db")
      const outbox = open(path)
      for (const n of [1, 2, 3, 4]) outbox.store.add([price(n, `${n}`)], n * 1_000)
      deadLetter(outbox, "no", 9_000)
      outbox.store.take({ records: 1, bytes: 1 })
      outbox.close()
      yield* TestClock.setTime(10_000)
      const listing = yield* listOutbox(path)
      expect(listing.dead).toMatchObject({ oldestAgeMillis: 1_000, newestAgeMillis: 1_000 })
      expect(listing.taken).toMatchObject({ records: 1, oldestAgeMillis: 8_000 })
      expect(listing.waiting).toMatchObject({ records: 2, oldestAgeMillis: 7_000, newestAgeMillis: 6_000 })
    }))

  it("are redriven in their old order, before what is newer and after an unfinished batch", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const outbox = open(path, { run: "old" })
      outbox.store.add([1, 2, 3, 4, 5].map((n) => price(n, `${n}`)), 10)
      deadLetter(outbox, "no", 20)
      deadLetter(outbox, "no", 20)
      outbox.store.take({ records: 2, bytes: 1e9 })
      outbox.close()
      expect(Effect.runSync(redrive(path, { ids: [2, 2, 99] }))).toEqual({
        redriven: 1,
        skippedSuperseded: 0,
        missing: 1,
      })
      expect(Effect.runSync(redrive(path, { all: true }))).toEqual({ redriven: 1, skippedSuperseded: 0, missing: 0 })
      const again = open(path)
      expect(again.store.restored).toBe(5)
      expect(seqs(again.store.take(all))).toEqual([3, 4])
      const batch = again.store.take(all)
      expect(batch.map(({ run, seq }) => `${run}.${seq}`)).toEqual(["old.1", "old.2", "old.5"])
      expect(again.store.older(batch, 11)).toHaveLength(3)
      again.store.deadLetter!(batch.slice(0, 1), "again", 30)
      again.close()
      expect(list(path).letters).toMatchObject([{ seq: 1, reason: "again", times: 2 }])
    }))

  it("of a group that come back in part are a group of their own", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const outbox = open(path)
      outbox.store.add([price(1, "a", false), price(2, "b", false), price(3, "c")], 0)
      const taken = outbox.store.take(all)
      outbox.store.deadLetter!(taken.slice(0, 2), "no", 0)
      outbox.store.settle(taken.slice(2))
      outbox.store.add([price(4, "d")], 0)
      outbox.close()
      Effect.runSync(redrive(path, { all: true }))
      const again = open(path)
      expect(seqs(again.store.take({ records: 1, bytes: 1e9 }))).toEqual([1, 2])
      expect(seqs(again.store.take({ records: 1, bytes: 1e9 }))).toEqual([4])
      again.close()
    }))

  it("are left where they are when a newer record came: before the burial, in the batch, after it, or in a later run", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      let outbox = open(path)
      // 1 and 2: the newer one waits. 3: it is in the same batch. 4: it comes while 4 is tried. 5: after the burial.
      // 6: in a later run. 7: never. 8 is a control and is never history.
      outbox.store.add([price(1, "a"), price(2, "b")], 0)
      outbox.store.add([price(3, "c"), price(4, "d"), price(5, "e"), price(6, "f"), price(7, "g"), synced(8)], 0)
      outbox.store.add([price(9, "c"), price(10, "a"), price(11, "b")], 0)
      outbox.store.deadLetter!(outbox.store.take({ records: 2, bytes: 1e9 }), "no", 1)
      const batch = outbox.store.take({ records: 7, bytes: 1e9 })
      expect(seqs(batch)).toEqual([3, 4, 5, 6, 7, 8, 9])
      outbox.store.settle(batch.slice(6))
      outbox.store.add([price(12, "d")], 0)
      outbox.store.deadLetter!(batch.slice(0, 6), "no", 1)
      outbox.store.add([price(13, "e")], 0)
      outbox.store.settle(outbox.store.take(all))
      outbox.close()
      outbox = open(path, { run: "later" })
      outbox.store.add([price(1, "f")], 0)
      outbox.store.settle(outbox.store.take(all))
      outbox.close()
      expect(list(path).dead).toMatchObject({ records: 8, superseded: 6 })
      expect(list(path).letters.map(({ seq, superseded }) => [seq, superseded])).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => [seq, seq < 7]),
      )
      expect(Effect.runSync(redrive(path, { all: true }))).toEqual({ redriven: 2, skippedSuperseded: 6, missing: 0 })
      expect(Effect.runSync(redrive(path, { ids: [3] }))).toEqual({ redriven: 0, skippedSuperseded: 1, missing: 0 })
      const included = redrive(path, { ids: [3] }, { includeSuperseded: true })
      expect(Effect.runSync(included)).toEqual({ redriven: 1, skippedSuperseded: 0, missing: 0 })
      outbox = open(path)
      const again = outbox.store.take(all)
      expect(seqs(again)).toEqual([3, 7, 8])
      // A record that is redriven all the same is marked.
      expect(outbox.store.superseded!(again)).toEqual([0])
      outbox.close()
    }))

  it("of a batch that a crash interrupted know of a newer record that is gone already", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const first = open(path)
      first.store.add([price(1, "a")], 0)
      first.store.take(all)
      first.store.add([price(2, "a")], 0)
      first.store.settle(first.store.take(all))
      first.close()
      // Taken a second time, and not settled either.
      const between = open(path)
      between.store.take(all)
      between.close()
      const second = open(path)
      const [old] = second.store.take(all)
      expect(second.store.superseded!([old!])).toEqual([])
      second.store.deadLetter!([old!], "no", 0)
      second.close()
      expect(list(path).letters).toMatchObject([{ seq: 1, superseded: true, times: 3 }])
    }))

  it("are dropped by id or all at once, and nothing else is", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const outbox = open(path)
      outbox.store.add([1, 2, 3, 4].map((n) => price(n, `${n}`)), 0)
      for (const _ of [1, 2, 3]) deadLetter(outbox, "no", 0)
      outbox.close()
      expect(Effect.runSync(dropDead(path, { ids: [2, 4, 2] }))).toEqual({ dropped: 1, missing: 1 })
      expect(list(path).letters.map(({ seq }) => seq)).toEqual([1, 3])
      expect(Effect.runSync(dropDead(path, { all: true }))).toEqual({ dropped: 2, missing: 0 })
      expect(list(path)).toMatchObject({ dead: { records: 0 }, waiting: { records: 1 } })
    }))

  it("are bounded in number: the oldest go, which is reported", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const events: Array<OutboxEvent> = []
      const outbox = open(path, { keepDead: 3, onEvent: (event) => events.push(event) })
      outbox.store.add([1, 2, 3, 4, 5, 6].map((n) => price(n, `${n}`)), 0)
      for (const n of [1, 2, 3, 4]) deadLetter(outbox, "no", n)
      outbox.store.deadLetter!(outbox.store.take(all), "no", 9)
      expect(outbox.deadLetters()).toBe(3)
      outbox.close()
      expect(events).toEqual([
        { _tag: "DeadLettersDropped", count: 1, because: "count" },
        { _tag: "DeadLettersDropped", count: 2, because: "count" },
      ])
      expect(list(path).letters.map(({ seq }) => seq)).toEqual([4, 5, 6])
      open(path, { keepDead: 1 }).close()
      expect(list(path).letters.map(({ seq }) => seq)).toEqual([6])
    }))

  it("are bounded in age: at a burial, while the lane goes on, and at the next opening", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const events: Array<OutboxEvent> = []
      const onEvent = (event: OutboxEvent): void => void events.push(event)
      let now = 0
      const outbox = open(path, { now: () => now, onEvent })
      outbox.store.add([1, 2, 3, 4, 5].map((n) => price(n, `${n}`)), 0)
      deadLetter(outbox, "no", 0)
      now = 7 * day
      deadLetter(outbox, "no", now)
      expect(outbox.deadLetters()).toBe(2)
      deadLetter(outbox, "no", now + 1)
      expect(outbox.deadLetters()).toBe(2)
      now = 14 * day + 1
      outbox.store.settle(outbox.store.take({ records: 1, bytes: 1 }))
      expect(outbox.deadLetters()).toBe(1)
      outbox.close()
      const again = open(path, { now: () => now, keepDeadFor: Duration.days(1), onEvent })
      expect(again.deadLetters()).toBe(0)
      again.close()
      expect(events).toEqual([1, 2, 3].map(() => ({ _tag: "DeadLettersDropped", count: 1, because: "age" })))
    }))
})
