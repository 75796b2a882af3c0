import { encodeRecord } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`P${index}`, outcome("-110")]))

describe("what Python writes", () => {
  it("loses one outcome of 51 to a NaN, and reports which", () => {
    const text = JSON.stringify(message("initial_state", "betmgm", "A", { ...many, bad: outcome("-120") }))
    const reduced = reduce(new Script().connect().raw(`[${text.replace('"-120"', "NaN")}]`))
    const lines = [...reduced.folded.games.values()][0]!.lines
    expect([...lines.values()].filter(({ odds }) => odds === -110)).toHaveLength(50)
    expect(lines.get("bad")).toMatchObject({ odds: null })
    expect(find(reduced.records, { control: "quarantined" })).toMatchObject({
      touches: "outcome",
      outcome: "bad",
      reason: "odds are not American: NaN",
      text: expect.stringContaining('"odds":"NaN"') as string,
    })
    expect(find(reduced.records, { outcome: "bad", change: "line_opened" })).toMatchObject({ cause: "unreadable" })
  })

  it("keeps two ids of twenty digits apart, and takes NaN for none", () => {
    const game = (key: string, id: string) =>
      JSON.stringify(message("initial_state", "betmgm", key, {}, { info: { id: 7 } })).replace('"id":7', `"id":${id}`)
    const { records } = reduce(
      new Script().connect().raw(
        `[${game("A", "12345678901234567890")},${game("B", "12345678901234567891")},${game("C", "NaN")}]`,
      ),
    )
    expect(records.flatMap((record) => "change" in record ? [record.book_game_id] : [])).toEqual([
      "12345678901234567890",
      "12345678901234567891",
      null,
    ])
  })
})

describe("every text of the records", () => {
  it("is well-formed", () => {
    const lone = JSON.stringify(message("initial_state", "betmgm", "Game x", { "P x": outcome("1.91") }))
      .replaceAll("x", "\\ud83d")
    const script = new Script().connect().raw(lone)
      .raw(`{"action":"line_update","data":{"sportsbook":"betmgm","x":"${"\ud83d\ude00".repeat(200)}`)
      .raw(`x${"\ud83d\ude00".repeat(200)}`)
    script.events.push({
      _tag: "Disconnected",
      session: "main",
      epoch: 1,
      at: script.at,
      reason: { kind: "closed", detail: "bye \ud83d" },
    })
    const reduced = reduce(script)
    expect(lineOf(reduced.folded, "betmgm", "Game \ufffd", "P \ufffd")).toMatchObject({ odds: null })
    expect(reduced.records.length).toBeGreaterThan(6)
    // JSON writes a lone surrogate as an escape.
    for (const record of reduced.records) expect(encodeRecord(record)).not.toMatch(/\\ud[89a-f]/)
    expect(brief(since(reduced, 3))).toEqual(["quarantined sportsbook", "quarantined nothing", "gap_opened"])
  })
})
