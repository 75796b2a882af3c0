import { describe, expect, it } from "vitest"
import { type Envelope, makeRecord } from "@boltodds/sink"
import { batchId } from "../src/delivery/batchId.ts"

interface Place {
  readonly seq: number
  readonly part?: number
  readonly origin?: string
}

const batch = (...places: ReadonlyArray<Place>): ReadonlyArray<Envelope<number>> =>
  places.map((place) =>
    makeRecord({ ...place, at: 0, session: "s", epoch: 1, last: true }, place.seq, { encode: String })
  )

describe("the id of a batch", () => {
  it("is of the first and last number where all between are there, and holds a digest where they are not", () => {
    expect(batchId("R", batch({ seq: 5 }, { seq: 6 }, { seq: 7 }))).toBe("R.5-7.3")
    // As earlier versions wrote it: what they left in an outbox is delivered under the same id.
    expect(batchId("R", batch({ seq: 5 }, { seq: 7 }))).toBe("R.5-7.2.694d729dfcf75297")
    expect(batchId("R", batch({ seq: 5 }, { seq: 5 }))).toBe("R.5-5.2.00a2b8a765a20c8d")
  })

  it("is another for another piece of a snapshot, and for another who made it", () => {
    const pieces = [
      batch({ seq: 5, part: 1 }, { seq: 5, part: 2 }),
      batch({ seq: 5, part: 3 }, { seq: 5, part: 4 }),
      batch({ seq: 5, part: 1, origin: "a.1" }, { seq: 5, part: 2, origin: "a.1" }),
      batch({ seq: 5, part: 1, origin: "a.2" }, { seq: 5, part: 2, origin: "a.2" }),
      batch({ seq: 5 }, { seq: 5 }),
    ]
    const ids = pieces.map((piece) => batchId("R", piece))
    expect(new Set(ids).size).toBe(pieces.length)
    expect(pieces.map((piece) => batchId("R", piece))).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^R\.5-5\.2\.[0-9a-f]{16}$/)
  })
})
