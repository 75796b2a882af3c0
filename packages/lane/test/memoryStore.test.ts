import { memoryStore } from "@boltodds/lane"
import { type Envelope, makeRecord } from "@boltodds/sink"
import { describe, expect, it } from "vitest"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number, last = true): Envelope<number> =>
  makeRecord({ seq: n, at: n, session: "s", epoch: 1, last }, n, form)
const seqs = (envelopes: ReadonlyArray<Envelope<number>>): ReadonlyArray<number> => envelopes.map(({ seq }) => seq)

describe("a store in memory", () => {
  it("keeps nothing of what was given up, however long a batch is in flight", () => {
    const store = memoryStore<number>()
    store.add([one(1)], 0)
    const taken = store.take({ records: 1, bytes: 1e9 })
    store.add([one(2), one(3)], 0)
    const shed = store.dropUntil({ records: 2, bytes: 1e9 })
    const expired = store.expire(1)
    store.add([one(4)], 1)
    const cleared = store.clear()
    expect([shed, expired, cleared].map(seqs)).toEqual([[2], [3], [4]])
    // Of what is out it remembers the arrival, and of nothing else.
    expect(seqs(store.older([...taken, ...shed, ...expired, ...cleared], 10))).toEqual([1])
    expect([store.records, store.waiting, store.bytes]).toEqual([1, 0, 8])
  })

  it("has added nothing where one of them cannot be written down", () => {
    const store = memoryStore<number>()
    const broken = makeRecord<number>({ seq: 2, at: 0, session: "s", epoch: 1, last: true }, 2, {
      encode: () => {
        throw new TypeError("no JSON")
      },
    })
    expect(() => store.add([one(1), broken], 0)).toThrow("no JSON")
    expect([store.records, store.waiting, store.bytes, store.waitingBytes]).toEqual([0, 0, 0, 0])
    store.add([one(3)], 0)
    expect(seqs(store.take({ records: 9, bytes: 1e9 }))).toEqual([3])
  })
})
