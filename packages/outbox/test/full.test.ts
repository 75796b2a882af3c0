import type { OutboxEvent } from "@boltodds/outbox"
import { listOutbox, OutboxError } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { transact } from "../src/internal/database.ts"
import { OutboxWriter } from "../src/internal/OutboxWriter.ts"
import { price, seqs } from "./fixtures/envelopes.ts"
import { all, crash, inFolder, open, thrown } from "./fixtures/open.ts"

const pad = "x".repeat(1_000)
const group = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => price(from + index, `${from + index}`, true, pad))

/** Makes every write to the file of an outbox fail, from another connection, until it is called. */
const occupy = (path: string): () => void => {
  const db = new DatabaseSync(path)
  db.exec("BEGIN IMMEDIATE")
  return () => db.close()
}

describe("a full outbox", () => {
  it("refuses an add whole, counts right, and goes on when there is room", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const { store, close } = open(path, { maxFileBytes: 200 * 1024 })
      store.add(group(1, 100), 0)
      const before = { records: 100, waiting: 100, bytes: store.bytes, waitingBytes: store.waitingBytes }
      const error = thrown(() => store.add(group(101, 100), 0))
      expect(error).toBeInstanceOf(OutboxError)
      expect(error).toMatchObject({
        fault: "full",
        message: expect.stringContaining("make room, it goes on by itself"),
      })
      expect(store).toMatchObject(before)
      expect(thrown(() => store.add(group(101, 100), 0))).toMatchObject({ fault: "full" })
      const taken = store.take({ records: 90, bytes: 1e9 })
      expect(seqs(taken)).toEqual(seqs(group(1, 90)))
      store.settle(taken)
      store.add(group(201, 80), 0)
      expect(store).toMatchObject({ records: 90, waiting: 90 })
      crash(path, join(folder, "b.db"))
      const again = open(join(folder, "b.db"))
      expect(seqs([...again.store.take(all), ...again.store.take(all)])).toEqual(
        seqs([...group(91, 10), ...group(201, 80)]),
      )
      again.close()
      close()
    }))

  it(
    "keeps pending what it cannot write: delivers on, loses nothing in a crash meanwhile, and writes it later",
    () =>
      inFolder((folder) => {
        const path = join(folder, "a.db")
        const events: Array<OutboxEvent> = []
        const { store, close, deadLetters } = open(path, { onEvent: (event) => events.push(event) })
        store.add([price(1, "a"), price(2, "b"), price(3, "c"), price(4, "d")], 0)
        store.add([price(7, "g"), price(8, "h")], 10)
        const free = occupy(path)
        const taken = store.take({ records: 3, bytes: 1e9 })
        expect(seqs(taken)).toEqual([1, 2, 3])
        store.settle(taken.slice(0, 1))
        store.deadLetter!(taken.slice(1, 2), "no", 5)
        expect(seqs(store.expire(1))).toEqual([4])
        expect(store).toMatchObject({ records: 3, waiting: 2 })
        // What was given up is in the file, but does not come again.
        const next = store.take({ records: 1, bytes: 1e9 })
        expect(seqs(next)).toEqual([7])
        store.settle(next)
        expect(seqs(store.clear())).toEqual([8])
        expect(store).toMatchObject({ records: 1, waiting: 0 })
        expect(thrown(() => store.add([price(5, "e")], 0))).toMatchObject({ _tag: "OutboxError", fault: "locked" })
        expect(events.map(({ _tag }) => _tag)).toEqual(["Failing"])
        expect(deadLetters()).toBe(0)

        crash(path, join(folder, "b.db"))
        const again = open(join(folder, "b.db"))
        expect(seqs(again.store.take(all))).toEqual([1, 2, 3, 4, 7, 8])
        again.close()

        free()
        store.add([price(6, "f")], 0)
        expect(events.map(({ _tag }) => _tag)).toEqual(["Failing", "Recovered"])
        expect(deadLetters()).toBe(1)
        crash(path, join(folder, "c.db"))
        const later = open(join(folder, "c.db"))
        expect(seqs(later.store.take(all))).toEqual([3])
        expect(seqs(later.store.take(all))).toEqual([6])
        expect(later.deadLetters()).toBe(1)
        later.close()
        close()
      }),
  )

  it("does not give again what was given up of an unfinished batch while that write is pending", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const first = open(path)
      first.store.add([price(1, "a")], 0)
      first.store.add([price(2, "b")], 10)
      first.store.take(all)
      first.close()
      const { store, close } = open(path)
      const free = occupy(path)
      expect(seqs(store.expire(1))).toEqual([1])
      expect(seqs(store.take(all))).toEqual([2])
      free()
      close()
    }))

  it("keeps the name of the run whose first add was refused", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const first = open(path, { run: "first", maxFileBytes: 100 * 1024 })
      expect(thrown(() => first.store.add(group(1, 200), 0))).toMatchObject({ fault: "full" })
      first.store.add([price(1, "a")], 0)
      first.close()
      const second = open(path, { run: "second" })
      expect(second.store.take(all)[0]!.run).toBe("first")
      second.close()
    }))

  it("gives disk space back when it empties", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const { store, close } = open(path)
      for (let from = 1; from <= 20_000; from += 2_000) store.add(group(from, 2_000), 0)
      while (store.waiting > 0) store.settle(store.take({ records: 500, bytes: 1e9 }))
      // What comes by as usual makes it go on.
      for (let turn = 0; turn < 20; turn++) {
        store.add(group(30_000 + turn * 100, 100), 0)
        store.settle(store.take(all))
      }
      expect(Effect.runSync(listOutbox(path)).fileBytes).toBeLessThan(26 * 1024 * 1024)
      close()
      expect(statSync(path).size).toBeLessThan(8 * 1024 * 1024)
    }))
})

describe("a pending write", () => {
  it("is written in order, and what cannot be written is not tried beyond its first portion", () => {
    const db = new DatabaseSync(":memory:")
    db.exec("CREATE TABLE t (n INTEGER)")
    const events: Array<string> = []
    const writer = new OutboxWriter(db, "x", ({ _tag }) => events.push(_tag))
    const insert = db.prepare("INSERT INTO t VALUES (?)")
    let broken = true
    let tries = 0
    for (let n = 0; n < 200; n++) {
      writer.eventually(() => {
        tries += 1
        if (broken) throw new Error("broken")
        insert.run(n)
      })
    }
    expect(tries).toBe(200)
    expect(writer.settled).toBe(false)
    broken = false
    writer.now(() => insert.run(200))
    expect(db.prepare("SELECT n FROM t ORDER BY rowid").all().map(({ n }) => n)).toEqual(
      Array.from({ length: 201 }, (_, n) => n),
    )
    expect(events).toEqual(["Failing", "Recovered"])
    expect(thrown(() =>
      transact(db, () => {
        insert.run(201)
        throw new Error("not this one")
      })
    )).toMatchObject({ message: "not this one" })
    expect(db.prepare("SELECT count(*) AS n FROM t").get()).toMatchObject({ n: 201 })
    db.close()
  })
})
