import { dedupe } from "@boltodds/pipeline"
import { describe, expect, it } from "vitest"
import { Recent } from "../../src/processors/dedupe.ts"
import { control, game, line, said, through } from "./envelopes.ts"

const same = line({ change: "line_amended", odds: -110, previous_odds: -110 })

describe("dedupe", () => {
  it("leaves out a record whose line is as it was sent", () => {
    expect(said(through(dedupe(), [line({ odds: -110 }), same, same]))).toEqual(["1 line_moved -115 -> -110"])
  })

  it.each([
    ["odds", { odds: -111 }],
    ["line", { line: 3 }],
    ["market", { market: "Total" }],
    ["target", { target: "X" }],
    ["target_kind", { target_kind: "away" as const }],
    ["side", { side: "over" as const }],
    ["link", { link: "x" }],
    ["line_derived", { line_derived: true }],
    ["doubt", { unverified: true as const }],
  ])("passes on another %s", (_, fields) => {
    expect(through(dedupe(), [line({ odds: -110 }), line({ odds: -110, ...fields })]).length).toBe(2)
  })

  it("passes on a line confirmed after an invalidation, once", () => {
    const out = through(dedupe(), [line({ odds: -110 }), control("gap_opened"), same, same])
    expect(out.map((it) => it["seq"])).toEqual([1, 2, 3])
    expect(through(dedupe(), [line({ odds: -110 }), control("heartbeat"), same]).length).toBe(2)
  })

  it("leaves out a record that came before, also after an invalidation or a closing", () => {
    const closed = line({ change: "line_closed", odds: null })
    const again = { ...line({ odds: -120 }), value: { ...line({ odds: -120 }).value, seq: 2 } }
    expect(through(dedupe(), [game({}), again, again]).length).toBe(2)
    expect(through(dedupe(), [game({}), again, control("gap_opened"), again]).length).toBe(3)
    expect(through(dedupe(), [game({}), again, closed, again]).length).toBe(3)
  })

  it("leaves out what is older than the line as sent, however long ago it came", () => {
    const at = (seq: number) => line({ odds: -100 - seq, seq })
    expect(through(dedupe(), [at(50), at(40), at(51)]).map((it) => it["seq"])).toEqual([50, 51])
  })

  it("passes on other lines with lower numbers: they were held back", () => {
    const out = through(dedupe(), [line({ outcome: "A", seq: 9 }), line({ outcome: "B", seq: 7 })])
    expect(out.map((it) => it["seq"])).toEqual([9, 7])
  })

  it("passes on a snapshot, whose records share a number", () => {
    const told = (outcome: string) => line({ outcome, seq: 9, cause: "snapshot", change: "line_opened" })
    expect(through(dedupe(), [told("A"), told("B"), control("stream_started"), told("A")]).length).toBe(4)
  })
})

describe("recent numbers", () => {
  it("are at least the newest, so many", () => {
    const recent = new Recent(2)
    const added = [1, 2, 1, 3, 2, 1, 4, 5, 3, 4, 1]
    expect(added.map((number) => recent.add(number))).toEqual(
      [true, true, false, true, false, false, true, true, false, false, true],
    )
    recent.clear()
    expect(recent.add(5)).toBe(true)
  })
})
