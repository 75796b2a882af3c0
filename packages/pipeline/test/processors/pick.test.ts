import { type Change, isLineChange } from "@boltodds/protocol"
import { chain, map, pick, where } from "@boltodds/pipeline"
import { withLast, withValue } from "@boltodds/sink"
import { describe, expect, it } from "vitest"
import { control, envelopesOf, game, line, through } from "./envelopes.ts"

const fields = pick<Change>(["change", "outcome", "odds", "last"])

describe("pick", () => {
  it("writes these fields in this order, and controls whole", () => {
    const [first, second, third] = through(fields, [line({ outcome: "A" }), game({}), control("synced", { games: 1 })])
    expect(Object.entries(first!)).toEqual([["change", "line_moved"], ["outcome", "A"], ["odds", -110], ["last", true]])
    expect(second).toEqual({ change: "game_amended", last: true })
    expect(third).toMatchObject({ control: "synced", games: 1, seq: 3 })
  })

  it("leaves the value whole, and the text narrow whatever becomes of the value", () => {
    const given = envelopesOf([line({ outcome: "A" })])[0]!
    const [envelope] = fields.push([given])
    expect(envelope!.value).toBe(given.value)
    expect([envelope!.seq, envelope!.at, envelope!.session]).toEqual([given.seq, given.at, given.session])
    expect(withLast(envelope!, false).text).toBe('{"change":"line_moved","outcome":"A","odds":-110}')
    expect(withLast(withLast(envelope!, false), true).text).toBe(envelope!.text)
    if (envelope!._tag !== "Record") throw new Error("it is a record")
    const merged = withValue<Change>(envelope!, { ...envelope!.value, odds: 150 } as Change)
    expect(merged.text).toBe('{"change":"line_moved","outcome":"A","odds":150,"last":true}')
    expect(withLast(merged, false).text).toBe('{"change":"line_moved","outcome":"A","odds":150}')
  })

  it("may stand before a processor that changes records", () => {
    const both = chain(fields, where((change) => isLineChange(change) && change.odds === 200))
    expect(through(both, [line({ odds: 200, outcome: "A" }), line({ odds: 100, outcome: "A" })])).toEqual([
      { change: "line_moved", outcome: "A", odds: 200, last: true },
      { change: "line_closed", outcome: "A", odds: null, last: true },
    ])
  })

  it("takes values that are no records of ours", () => {
    const value = { last: 7, odds: 1 }
    const given = { ...envelopesOf([line({})])[0]!, _tag: "Record" as const, value }
    const [envelope] = pick<typeof value>(["odds", "last"]).push([given])
    expect(withLast(envelope!, false).text).toBe('{"odds":1,"last":7}')
  })
})

describe("map", () => {
  it("writes what the function makes of each record", () => {
    const out = through(map((change: Change) => ({ kind: change.change, n: change.seq })), [line({}), game({})])
    expect(out).toEqual([{ kind: "line_moved", n: 1 }, { kind: "game_amended", n: 2 }])
  })
})
