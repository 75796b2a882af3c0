import { type Change, readOutcome } from "@boltodds/protocol"
import { isActionable, snapshot, whyNotActionable } from "@boltodds/state"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const total = (line: unknown, rest: Record<string, unknown> = {}) => ({
  ...outcome("-110"),
  outcome_name: "Total Points",
  outcome_target: null,
  outcome_over_under: "O",
  outcome_line: line,
  ...rest,
})
const full = (outcomes: Record<string, unknown>) => message("initial_state", "betmgm", "A", outcomes)
const update = (outcomes: Record<string, unknown>) => message("line_update", "betmgm", "A", outcomes)
const ref = (key: string) => ({ sportsbook: "betmgm", game: "A", outcome: key })
const two = () => new Script().connect().frame(full({ o: total("8.5"), other: total("9.5") }))

describe("a field that says what the bet is and cannot be read", () => {
  const fields: ReadonlyArray<readonly [field: string, raw: string, values: ReadonlyArray<unknown>]> = [
    ["outcome_line", "line_raw", ["8½x", "abc", "8.5 pts", "1,000", "NaN", true, {}, [8.5], 1e300]],
    ["outcome_over_under", "side_raw", ["Yes", "O/U", "+", "Overs", 1, true, {}, ["O"]]],
    ["outcome_name", "market_raw", [7, true, {}, ["Total"]]],
    ["outcome_target", "target_raw", [7, true, {}, ["Home"]]],
  ]

  it("suspends its line, is reported, and its text is kept", () => {
    for (const [field, raw, values] of fields) {
      for (const value of values) {
        const script = two()
        const before = script.events.length
        const reduced = reduce(script.frame(update({ o: total("8.5", { [field]: value }) })))
        const label = `${field} ${JSON.stringify(value)}`
        const text = typeof value === "string" ? value : JSON.stringify(value)
        expect(since(reduced, before), label).toMatchObject([
          {
            control: "quarantined",
            touches: "outcome",
            outcome: "o",
            reason: expect.stringContaining(field) as string,
          },
          { change: "line_suspended", cause: "unreadable", odds: null, previous_odds: -110, [raw]: text },
        ])
        expect(lineOf(reduced.folded, "betmgm", "A", "o"), label).toMatchObject({ odds: null, [raw]: text })
        expect(whyNotActionable(reduced.state, ref("o"), script.at), label).toBe("suspended")
        expect(isActionable(reduced.state, ref("other"), script.at), label).toBe(true)
        // A reader that joins now gets the same.
        expect(find(snapshot(reduced.state), { outcome: "o" }), label).toMatchObject({ odds: null, [raw]: text })
      }
    }
  })

  it("opens its line as suspended", () => {
    const { records } = reduce(new Script().connect().frame(full({ o: total("8½x") })))
    expect(find(records, { change: "line_opened" })).toMatchObject({
      cause: "unreadable",
      odds: null,
      line: null,
      line_raw: "8½x",
    })
  })

  it("makes a record for each new text, and none for the same one", () => {
    const script = two().frame(update({ o: total("8½x") }))
    const before = script.events.length
    script.frame(update({ o: total("9½x") })).frame(update({ o: total("9½x") })).frame(update({ o: total("8½x") }))
    const reduced = reduce(script)
    expect(since(reduced, before)).toMatchObject([
      { change: "line_amended", cause: "unreadable", odds: null, line_raw: "9½x" },
      { change: "line_amended", cause: "unreadable", odds: null, line_raw: "8½x" },
    ])
  })

  it("is reported again for a further field, and after it could be read", () => {
    const script = two().frame(update({ o: total("8½x") }))
    const before = script.events.length
    script.frame(update({ o: total("8½x", { outcome_over_under: "Yes" }) }))
      .frame(update({ o: total("8.5") })).frame(update({ o: total("8½x") }))
    expect(brief(since(reduce(script), before))).toEqual([
      "quarantined outcome",
      "line_moved betmgm A o null (unreadable)",
      "line_resumed betmgm A o -110 (feed)",
      "quarantined outcome",
      "line_suspended betmgm A o null (unreadable)",
    ])
  })

  it("stays unreadable where the next message leaves it out", () => {
    const script = two().frame(update({ o: total("8½x") })).frame(update({ o: { odds: "-120" } }))
    const reduced = reduce(script)
    expect(lineOf(reduced.folded, "betmgm", "A", "o")).toMatchObject({ odds: null, line: null, line_raw: "8½x" })
    const healed = reduce(script.frame(update({ o: { odds: "-120", outcome_line: "9" } })))
    expect(lineOf(healed.folded, "betmgm", "A", "o")).toMatchObject({ odds: -120, line: 9, side: "over" })
    expect(lineOf(healed.folded, "betmgm", "A", "o")).not.toHaveProperty("line_raw")
    expect(healed.records.at(-1)).not.toHaveProperty("line_raw")
  })

  it("is not unreadable where it was not sent", () => {
    for (const nothing of [null, "", " ", "None", "null"]) {
      const { folded } = reduce(
        new Script().connect().frame(full({ o: total(nothing, { outcome_over_under: nothing }) })),
      )
      expect(lineOf(folded, "betmgm", "A", "o"), JSON.stringify(nothing)).toMatchObject({ odds: -110, side: null })
    }
  })

  it("is a pick'em beside a side: no total is set at 0", () => {
    const { folded } = reduce(new Script().connect().frame(full({ o: total("PK") })))
    expect(lineOf(folded, "betmgm", "A", "o")).toMatchObject({ odds: null, line: null, line_raw: "PK" })
  })
})

describe("a split line", () => {
  it("is its mean, with both lines beside it", () => {
    const script = two().frame(update({ o: total("2.5/3") }))
    const reduced = reduce(script)
    expect(reduced.records.at(-1)).toMatchObject({ change: "line_moved", line: 2.75, line_split: [2.5, 3], odds: -110 })
    expect(lineOf(reduced.folded, "betmgm", "A", "o")).toMatchObject({ line: 2.75, line_split: [2.5, 3] })
    const before = script.events.length
    script.frame(update({ o: total("2.5, 3") })).frame(update({ o: { odds: "-120" } })).frame(
      update({ o: total("2.75", { odds: "-120" }) }),
    )
    expect(since(reduce(script), before)).toMatchObject([
      { change: "line_moved", odds: -120, line_split: [2.5, 3] },
      { change: "line_amended", line: 2.75 },
    ])
    expect(reduce(script).records.at(-1)).not.toHaveProperty("line_split")
  })
})

describe("a start that cannot be read", () => {
  const game = (action: string, when: unknown, name = "A") =>
    message(action, "betmgm", name, { o: total("8.5") }, { info: { when } })

  it("is reported once in the life of its game, and no price depends on it", () => {
    for (const when of ["TBD", "2026-11-29", "tomorrow, 7 PM", true, {}, ["2026-11-29, 07:00 PM"], 7]) {
      const script = new Script().connect().frame(game("initial_state", when))
      for (let index = 0; index < 3; index++) script.frame(game("line_update", when)).frame(game("game_update", "TBA"))
      const reduced = reduce(script)
      const reports = reduced.records.filter((record) => "control" in record && record.control === "quarantined")
      expect(reports, JSON.stringify(when)).toMatchObject([
        { touches: "nothing", sportsbook: "betmgm", game: "A", outcome: null },
      ])
      expect(find(reduced.records, { change: "game_opened" })).toMatchObject({ starts_at: null })
      expect(isActionable(reduced.state, ref("o"), script.at)).toBe(true)
    }
  })

  it("takes the place of one that could: the game may have been postponed", () => {
    const script = new Script().connect().frame(game("initial_state", "2026-11-29, 07:00 PM"))
    const before = script.events.length
    script.frame(game("line_update", null)).frame(game("line_update", "Postponed"))
      .frame(game("line_update", "2026-11-30T19:00:00-05:00"))
    const reduced = reduce(script)
    expect(since(reduced, before)).toMatchObject([
      { change: "game_amended", starts_at: null },
      { control: "quarantined", touches: "nothing", text: "Postponed" },
      { change: "game_amended", starts_at: "2026-12-01T00:00:00.000Z" },
    ])
  })
})

describe("reading by itself and reading into the book", () => {
  const text = fc.constantFrom(
    "",
    " ",
    "None",
    "8½",
    "8½x",
    "2.5/3",
    "PK",
    "O",
    "Under",
    "Yes",
    "Home",
    "Total Points",
    "Spread",
    "-3,5",
    "EVEN",
    "-110",
    "1.91",
  )
  const value = fc.oneof(text, fc.constantFrom(null, undefined, 8.5, -110, true, {}, []))
  const anyOutcome = fc.record({
    odds: fc.oneof(fc.constant("-110"), value),
    outcome_name: value,
    outcome_line: value,
    outcome_over_under: value,
    outcome_target: value,
    link: value,
  })

  it("are one", () => {
    fc.assert(
      fc.property(anyOutcome, fc.constantFrom("O 8.5 Total Points", "Home 1.5 Spread", "x"), (sent, key) => {
        const { records } = reduce(new Script().connect().frame(full({ [key]: sent })))
        const { fault, line_split, ...read } = readOutcome(key, sent, "Home", "Away")
        const opened = find(records, { change: "line_opened" }) as Change
        expect(opened).toMatchObject({ ...read, cause: fault === undefined ? "feed" : "unreadable" })
        expect("line_split" in opened ? opened.line_split : null).toEqual(line_split)
      }),
      { numRuns: 600 },
    )
  })
})
