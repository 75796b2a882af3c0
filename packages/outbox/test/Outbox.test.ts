import { makeRecord } from "@boltodds/sink"
import { describe, expect, it } from "vitest"
import { join } from "node:path"
import { listOutbox, redrive } from "@boltodds/outbox"
import * as Effect from "effect/Effect"
import { type Price, price, seqs, synced } from "./fixtures/envelopes.ts"
import { all, crash, inFolder, open } from "./fixtures/open.ts"

/** An outbox in a folder, and the same after a crash. */
const withOutbox = (body: (path: string, again: () => string) => void): void =>
  inFolder((folder) => {
    let crashes = 0
    const pathOf = (): string => join(folder, `${crashes}.db`)
    body(pathOf(), () => {
      const from = pathOf()
      crashes += 1
      crash(from, pathOf())
      return pathOf()
    })
  })

describe("an outbox", () => {
  it("returns after a crash what was added, with its run, its text to the byte and its value", () =>
    withOutbox((path, again) => {
      const first = open(path, { run: "first" })
      const text = '{"n": 1.0,"line":"ñ ✓ 𝄞 \\u0000"}'
      const stamp = { seq: 7, at: 1_700_000_000_000.125, session: "évian", epoch: 3, last: false }
      first.store.add([makeRecord<Price>(stamp, { n: 1, line: "x" }, { encode: () => text }), synced(8)], 50)
      const second = open(again(), { run: "second" })
      const [record, control] = second.store.take(all)
      expect(record).toMatchObject({ ...stamp, _tag: "Record", run: "first", text })
      expect(record!.value).toEqual({ n: 1, line: "ñ ✓ 𝄞 \u0000" })
      expect(record!.value).toBe(record!.value)
      expect(control).toMatchObject({ seq: 8, _tag: "Control", last: true, text: synced(8).text })
      expect(control!.value).toEqual(synced(8).value)
      expect(second.store.restored).toBe(2)
      first.close()
      second.close()
    }))

  it("counts what is held, waits and was restored, in records and in bytes", () =>
    withOutbox((path, again) => {
      const first = open(path)
      const bytes = price(1, "a").text.length + 1
      first.store.add([price(1, "a"), price(2, "a"), price(3, "b")], 0)
      expect(first.store).toMatchObject({ restored: 0, records: 3, bytes: 3 * bytes, waiting: 3 })
      first.store.settle(first.store.take({ records: 1, bytes: 1e9 }))
      const taken = first.store.take({ records: 1, bytes: 1e9 })
      expect(seqs(taken)).toEqual([2])
      expect(first.store).toMatchObject({ records: 2, bytes: 2 * bytes, waiting: 1, waitingBytes: bytes })
      const second = open(again())
      expect(second.store).toMatchObject({ restored: 2, records: 2, bytes: 2 * bytes, waiting: 2 })
      expect(second.store.waitingBytes).toBe(2 * bytes)
      first.close()
      second.close()
    }))

  it("knows when the oldest that it holds arrived: in flight, waiting, after a crash", () =>
    withOutbox((path, again) => {
      const first = open(path)
      expect(first.store.oldest?.()).toBeUndefined()
      first.store.add([price(1, "a")], 100)
      first.store.add([price(2, "a"), price(3, "b")], 250)
      const taken = first.store.take({ records: 1, bytes: 1e9 })
      expect(first.store.oldest?.()).toBe(100)
      first.store.settle(taken)
      expect(first.store.oldest?.()).toBe(250)
      const second = open(again())
      expect(second.store.oldest?.()).toBe(250)
      second.store.settle(second.store.take(all))
      expect(second.store.oldest?.()).toBeUndefined()
      first.close()
      second.close()
    }))

  it("gives an unfinished batch again first, as it was, whatever the limits; then what waited after it", () =>
    withOutbox((path, again) => {
      const first = open(path, { run: "first" })
      first.store.add([1, 2, 3, 4, 5, 6].map((n) => price(n, `${n}`)), 0)
      const one = first.store.take({ records: 3, bytes: 1e9 })
      const two = first.store.take({ records: 2, bytes: 1e9 })
      first.store.settle(one.slice(0, 1))
      const second = open(again(), { run: "second" })
      second.store.add([price(1, "x")], 0)
      const tiny = { records: 1, bytes: 1 }
      expect(seqs(second.store.take(tiny))).toEqual([2, 3])
      expect(second.store.take(tiny).map(({ text }) => text)).toEqual(two.map(({ text }) => text))
      // The rest of the first run; then the new one, which is never in a batch with it.
      expect(second.store.take(all).map(({ run, seq }) => `${run}.${seq}`)).toEqual(["first.6"])
      expect(second.store.take(all).map(({ run, seq }) => `${run}.${seq}`)).toEqual(["second.1"])
      expect(second.store.waiting).toBe(0)
      expect(second.store.take(all)).toEqual([])
      first.close()
      second.close()
    }))

  it("does not mix what two openings added, even where a replay calls both by one name", () =>
    withOutbox((path) => {
      const first = open(path)
      first.store.add([price(1, "a")], 0)
      first.close()
      const second = open(path)
      second.store.add([price(1, "a")], 0)
      expect(seqs(second.store.take(all))).toEqual([1])
      expect(seqs(second.store.take(all))).toEqual([1])
      second.close()
    }))

  it("takes whole groups within the limits, and at least one", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      store.add([price(1, "a", false), price(2, "b", false), price(3, "c")], 0)
      store.add([price(4, "a"), price(5, "b", false), price(6, "c")], 0)
      expect(seqs(store.take({ records: 1, bytes: 1e9 }))).toEqual([1, 2, 3])
      expect(seqs(store.take({ records: 2, bytes: 1e9 }))).toEqual([4])
      expect(seqs(store.take({ records: 2, bytes: 1e9 }))).toEqual([5, 6])
      close()
    }))

  it("ends a group that has no last one where the push ended", () =>
    withOutbox((path, again) => {
      const first = open(path)
      first.store.add([price(1, "a"), price(2, "b", false)], 0)
      first.store.add([price(3, "c")], 0)
      const second = open(again())
      expect(seqs(second.store.take({ records: 1, bytes: 1e9 }))).toEqual([1])
      expect(seqs(second.store.take({ records: 1, bytes: 1e9 }))).toEqual([2])
      expect(seqs(second.store.take({ records: 1, bytes: 1e9 }))).toEqual([3])
      first.close()
      second.close()
    }))

  it("keeps the run that an envelope brings along, and does not mix it with its own", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      const { text, value } = price(9, "a")
      const foreign = { _tag: "Record", seq: 9, at: 1, session: "s", epoch: 1, last: true, text, value, run: "old" }
      store.add([foreign as ReturnType<typeof price>, price(1, "a")], 0)
      expect(store.take(all).map(({ run, seq }) => `${run}.${seq}`)).toEqual(["old.9"])
      expect(store.take(all).map(({ run, seq }) => `${run}.${seq}`)).toEqual(["R.1"])
      close()
    }))

  it("leaves alone what is not its own, such as the notices of its lane", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      store.add([price(1, "a"), price(2, "a")], 0)
      const taken = store.take(all)
      const mixed = [synced(0), ...taken]
      expect(store.superseded!(mixed)).toEqual([1])
      expect(store.older(mixed, 1)).toEqual(taken)
      store.settle(mixed)
      store.settle(mixed)
      expect(store.records).toBe(0)
      expect(store.bytes).toBe(0)
      close()
    }))

  it("says which records were history when first taken, and the same after a crash", () =>
    withOutbox((path, again) => {
      const first = open(path)
      first.store.add([price(1, "a"), price(2, "b"), synced(3), price(4, "c"), price(5, "a")], 0)
      const batch = first.store.take({ records: 4, bytes: 1e9 })
      expect(first.store.superseded!(batch)).toEqual([0])
      first.store.add([price(6, "b")], 0)
      expect(first.store.superseded!(batch)).toEqual([0])
      expect(first.store.superseded!(batch.slice(1))).toEqual([])
      const second = open(again())
      const same = second.store.take(all)
      expect(seqs(same)).toEqual([1, 2, 3, 4])
      expect(second.store.superseded!(same)).toEqual([0])
      first.close()
      second.close()
    }))

  it("counts a newer record in the same batch as newer", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      store.add([price(1, "a"), price(2, "a"), price(3, "a")], 0)
      expect(store.superseded!(store.take(all))).toEqual([0, 1])
      close()
    }))

  it("forgets a newest that is settled: what comes later is judged by itself", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      store.add([price(1, "a"), price(2, "a")], 0)
      store.settle(store.take(all))
      store.add([price(3, "a")], 0)
      expect(store.superseded!(store.take(all))).toEqual([])
      close()
    }))

  it("sheds the oldest groups until it is within bounds, not what is taken", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      store.add([price(1, "a"), price(2, "b", false), price(3, "c"), price(4, "d"), price(5, "e")], 0)
      store.take({ records: 1, bytes: 1e9 })
      expect(seqs(store.dropUntil({ records: 4, bytes: 1e9 }))).toEqual([2, 3])
      expect(store).toMatchObject({ records: 3, waiting: 2 })
      expect(store.dropUntil({ records: 4, bytes: 1e9 })).toEqual([])
      expect(seqs(store.dropUntil({ records: 99, bytes: 2 * (price(1, "a").text.length + 1) }))).toEqual([4])
      expect(seqs(store.take(all))).toEqual([5])
      close()
    }))

  it("gives up what arrived too early: of what waits by expire, of what is taken by older", () =>
    withOutbox((path, again) => {
      const first = open(path)
      for (const [n, at] of [[1, 10], [2, 20], [3, 30]] as const) first.store.add([price(n, "a")], at)
      const taken = first.store.take({ records: 1, bytes: 1e9 })
      expect(first.store.older(taken, 10)).toEqual([])
      expect(first.store.older(taken, 11)).toEqual(taken)
      expect(first.store.expire(20)).toEqual([])
      expect(seqs(first.store.expire(21))).toEqual([2])
      const second = open(again())
      expect(seqs(second.store.expire(30))).toEqual([1])
      expect(seqs(second.store.clear())).toEqual([3])
      expect(second.store).toMatchObject({ records: 0, bytes: 0, waiting: 0, waitingBytes: 0 })
      first.close()
      second.close()
    }))

  it("finds what is too old even where the clock was set back meanwhile, and after a crash", () =>
    withOutbox((path, again) => {
      const first = open(path)
      first.store.add([price(1, "a")], 5_000)
      first.store.add([price(2, "a")], 1_000)
      first.store.add([price(3, "a")], 3_000)
      const second = open(again())
      expect(seqs(first.store.expire(2_000))).toEqual([2])
      expect(seqs(second.store.expire(2_000))).toEqual([2])
      expect(seqs(second.store.take(all))).toEqual([1, 3])
      first.close()
      second.close()
    }))

  it("gives its bounds to the lane", () =>
    withOutbox((path) => {
      const { bounds, close } = open(path)
      expect(bounds).toEqual({ records: Number.MAX_SAFE_INTEGER, bytes: 1024 ** 3 })
      close()
    }))
})

describe("identity", () => {
  const made = { at: 0, session: "s", epoch: 1, last: true, seq: 7 }
  const form = { encode: JSON.stringify }

  it("a record keeps its part, its origin and the term of its run across openings and a redrive", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      const first = open(path, { run: "one" })
      first.store.add([
        makeRecord<Price>({ ...made, part: 1, last: false }, { n: 1, line: "a" }, form),
        makeRecord<Price>({ ...made, part: 2, origin: "hook.term1" }, { n: 2, line: "b" }, form),
      ], 0)
      const buried = first.store.take(all)
      first.store.deadLetter!(buried, "no", 0)
      first.close()
      Effect.runSync(redrive(path, { all: true }))
      const second = open(path, { run: "two" })
      expect(second.store.take(all).map(({ run, term, seq, part, origin }) => ({ run, term, seq, part, origin })))
        .toEqual([
          { run: "one", term: 1, seq: 7, part: 1, origin: undefined },
          { run: "one", term: 1, seq: 7, part: 2, origin: "hook.term1" },
        ])
      second.close()
    }))

  it("counts its openings, whatever the clock and the names of the runs say", () =>
    inFolder((folder) => {
      const path = join(folder, "a.db")
      for (const [term, run] of [[1, "B"], [2, "A"], [3, "A"]] as const) {
        const opened = open(path, { run, now: () => -term })
        expect([opened.term, opened.store.term]).toEqual([term, term])
        opened.store.add([price(term, "a")], 0)
        opened.close()
      }
      // Looking at it, and putting dead letters back, is no opening.
      Effect.runSync(listOutbox(path))
      Effect.runSync(redrive(path, { all: true }))
      const { store, close } = open(path, { run: "C" })
      expect(store.term).toBe(4)
      expect([1, 2, 3].map(() => store.take(all).map(({ run, term }) => [run, term]))).toEqual([
        [["B", 1]],
        [["A", 2]],
        [["A", 3]],
      ])
      close()
    }))

  it("gives all in order while its queue grows beyond what is kept in memory, and after it was empty", () =>
    withOutbox((path, again) => {
      const first = open(path)
      const add = (from: number, count: number): number =>
        first.store.add(Array.from({ length: count }, (_, index) => price(from + index, `${from + index}`)), 0)
      const next = (records: number): ReadonlyArray<number> => {
        const batch = first.store.take({ records, bytes: 1e9 })
        first.store.settle(batch)
        return seqs(batch)
      }
      const range = (from: number, to: number): ReadonlyArray<number> =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index)
      add(1, 4_000)
      expect(next(10)).toEqual(range(1, 10))
      add(4_001, 200)
      // From here on what waits is in the file alone.
      expect(next(4_000)).toEqual(range(11, 4_010))
      add(4_201, 5)
      expect(next(1_000)).toEqual(range(4_011, 4_205))
      add(5_000, 3)
      expect(next(2)).toEqual([5_000, 5_001])
      add(6_000, 2)
      const second = open(again())
      expect(seqs(second.store.take(all))).toEqual([5_002, 6_000, 6_001])
      expect(next(10)).toEqual([5_002, 6_000, 6_001])
      first.close()
      second.close()
    }))

  it("gives up what is too old from the middle of what waits, when the clock was set back", () =>
    withOutbox((path) => {
      const { store, close } = open(path)
      for (const [n, at] of [[1, 50], [2, 10], [3, 60], [4, 20], [5, 70]] as const) store.add([price(n, "a")], at)
      expect(seqs(store.expire(30))).toEqual([2, 4])
      expect(store).toMatchObject({ waiting: 3, records: 3 })
      store.add([price(6, "a")], 80)
      expect(seqs(store.take({ records: 2, bytes: 1e9 }))).toEqual([1, 3])
      expect(seqs(store.dropUntil({ records: 3, bytes: 1e9 }))).toEqual([5])
      expect(seqs(store.take(all))).toEqual([6])
      close()
    }))
})
