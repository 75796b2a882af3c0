import type { Outcome } from "@boltodds/protocol"
import { counts } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const game = "A vs B, 2026-07-16, 01"
const book = "betmgm"
const full = (outcomes: Record<string, unknown>) => message("game_update", book, game, outcomes)
const update = (outcomes: Record<string, unknown>) => message("line_update", book, game, outcomes)
const spread = (rest: Partial<Outcome> = {}) =>
  outcome("-110", { outcome_name: "Spread", outcome_line: "-1.5", outcome_target: "Home", ...rest })

/** What one line update does to one line that a full message held. */
const step = (before: unknown, after: unknown, key = "key") => {
  const script = new Script().connect().frame(message("initial_state", book, game, { [key]: before }))
  const events = script.events.length
  const reduced = reduce(script.frame(update({ [key]: after })))
  return { records: since(reduced, events), line: lineOf(reduced.folded, book, game, key)! }
}
const kinds = (before: unknown, after: unknown, key?: string) =>
  step(before, after, key).records.map((record) => "change" in record ? record.change : record.control)

describe("a line change", () => {
  it("carries the whole new line and what stood before", () => {
    expect(step(spread(), spread({ odds: "+120", outcome_line: "-2.5", link: "https://x" })).records).toEqual([{
      change: "line_moved",
      run: "01J00000000000000000000000",
      seq: 4,
      part: 0,
      session: "main",
      epoch: 1,
      at: "2026-07-16T00:00:00.000Z",
      sent_at: null,
      frame: 2,
      last: true,
      cause: "feed",
      sport: "MLB",
      sportsbook: book,
      game,
      universal_game_id: null,
      book_game_id: null,
      home_team: "Home",
      away_team: "Away",
      starts_at: null,
      outcome: "key",
      market: "Spread",
      target: "Home",
      target_kind: "home",
      side: null,
      line: -2.5,
      line_derived: false,
      odds: 120,
      link: "https://x",
      previous_odds: -110,
      previous_line: -1.5,
    }])
  })

  it("is a move where price, line, market, target or side differ", () => {
    for (
      const moved of [
        { odds: "-115" },
        { outcome_line: 1.5 },
        { outcome_name: "Alternate Spread" },
        { outcome_target: "Away" },
        { outcome_over_under: "O" },
      ] satisfies Array<Partial<Outcome>>
    ) expect(kinds(spread(), spread(moved)), JSON.stringify(moved)).toEqual(["line_moved"])
  })

  it("is a suspension or resumption before it is a move", () => {
    expect(kinds(spread(), spread({ odds: null, outcome_line: "-2.5" }))).toEqual(["line_suspended"])
    expect(kinds(spread(), spread({ odds: "", link: "" }))).toEqual(["line_suspended"])
    expect(kinds(spread({ odds: "None" }), spread({ outcome_line: "-2.5" }))).toEqual(["line_resumed"])
    expect(step(spread(), spread({ odds: null })).records).toMatchObject([{ odds: null, previous_odds: -110 }])
  })

  it("is an amendment where the rest differs", () => {
    expect(kinds(spread(), spread({ link: "https://x" }))).toEqual(["line_amended"])
    expect(kinds(spread({ odds: null }), spread({ odds: null, link: "https://x" }))).toEqual(["line_amended"])
  })

  it("keeps its price where a link is of a wrong type, which means none", () => {
    const odd = { link: { ios: "x" } } as unknown as Partial<Outcome>
    expect(step(spread({ link: "https://x" }), spread({ ...odd, odds: "-115" })).records).toMatchObject([
      { change: "line_moved", odds: -115, link: null },
    ])
    expect(step(spread(odd), spread({ odds: "-115" })).records).toMatchObject([{ change: "line_moved", link: null }])
    expect(kinds(spread(), spread(odd))).toEqual([])
  })

  it("is a move of a suspended line too", () => {
    expect(kinds(spread({ odds: null }), spread({ odds: "", outcome_line: "-2.5" }))).toEqual(["line_moved"])
  })

  it("does not happen where only the notation differs", () => {
    for (
      const same of [
        { odds: -110 },
        { odds: "\u2212110" },
        { odds: "-110.0" },
        { outcome_line: -1.5 },
        { outcome_line: "-1,5" },
        { outcome_line: "-1.50" },
        { link: null },
        { outcome_over_under: "" },
      ] satisfies Array<Partial<Outcome>>
    ) expect(kinds(spread(), spread(same)), JSON.stringify(same)).toEqual([])
    expect(kinds(spread({ outcome_line: 6 }), spread({ outcome_line: "6.0" }))).toEqual([])
    expect(kinds(spread({ outcome_over_under: "O" }), spread({ outcome_over_under: "Over" }))).toEqual([])
    expect(kinds(spread({ odds: "+100" }), spread({ odds: "100" }))).toEqual([])
    expect(kinds(spread({ odds: null }), spread({ odds: "null" }))).toEqual([])
  })

  it("opens a line without a price as one that is suspended", () => {
    const script = new Script().connect().frame(full({ a: outcome(null), b: outcome("") }))
    expect(brief(reduce(script).records).slice(1)).toEqual([
      `line_opened ${book} ${game} a null (feed)`,
      `line_opened ${book} ${game} b null (feed)`,
    ])
  })

  it("closes a line that a full message leaves out, with the line as it last stood", () => {
    const script = new Script().connect().frame(full({ a: spread(), b: outcome("+100") }))
    const before = script.events.length
    expect(since(reduce(script.frame(full({ b: outcome("+100") }))), before)).toMatchObject([{
      change: "line_closed",
      outcome: "a",
      line: -1.5,
      odds: null,
      previous_odds: -110,
      previous_line: -1.5,
    }])
  })

  it("is never made of what a line update leaves out", () => {
    const script = new Script().connect().frame(full({ a: outcome("-110"), b: outcome("+100") }))
    const { folded } = reduce(script.frame(update({ a: outcome("-120") })))
    expect(lineOf(folded, book, game, "b")).toMatchObject({ odds: 100, verified: true })
  })

  it("comes once for each of several messages about one line in a frame", () => {
    const script = new Script().connect().frame(full({ a: outcome("-110") }))
    const before = script.events.length
    const records = since(reduce(script.frame(full({ a: outcome("-115") }), update({ a: outcome("-120") }))), before)
    expect(records).toMatchObject([{ odds: -115, previous_odds: -110 }, {
      odds: -120,
      previous_odds: -115,
      last: true,
    }])
  })
})

describe("a field an outcome leaves out", () => {
  const known = spread({ link: "https://x", outcome_over_under: "Over" })

  it("keeps its value", () => {
    const { records, line } = step(known, { odds: "-120" })
    expect(records).toMatchObject([{ change: "line_moved" }])
    expect(line).toMatchObject({
      market: "Spread",
      target: "Home",
      target_kind: "home",
      side: "over",
      line: -1.5,
      link: "https://x",
    })
  })

  it("differs from one that is sent as null", () => {
    const { line } = step(known, {
      odds: "-110",
      link: null,
      outcome_name: null,
      outcome_line: null,
      outcome_over_under: null,
      outcome_target: null,
    })
    expect(line).toMatchObject({ market: null, target: null, target_kind: null, side: null, line: null, link: null })
  })

  it("is not the price: without one that can be read the line is suspended", () => {
    const { records, line } = step(known, { link: "https://y" })
    expect(records).toMatchObject([
      { control: "quarantined", touches: "outcome", reason: "odds are not American: the field is missing" },
      { change: "line_suspended", cause: "unreadable" },
    ])
    expect(line.odds).toBeNull()
  })
})

describe("the number of a line", () => {
  const caesars = { outcome_line: null, outcome_name: "Spread", outcome_target: "Home" }

  it("is read from the key of a spread that is sent without one, and marked so", () => {
    expect(step(outcome("-110", caesars), outcome("-120", caesars), "Home 1.5 Spread").records).toMatchObject([
      { change: "line_moved", line: 1.5, line_derived: true, previous_line: 1.5 },
    ])
    const whole = { outcome_line: null, outcome_name: "Total Points", outcome_target: null, outcome_over_under: "O" }
    expect(step(outcome("-110", whole), outcome("-120", whole), "Home O 49.5 Total Points").line).toMatchObject({
      line: 49.5,
      line_derived: true,
    })
  })

  it("is the one sent once it is sent", () => {
    const { records } = step(outcome("-110", caesars), spread({ outcome_line: "1.5" }), "Home 1.5 Spread")
    expect(records).toMatchObject([{ change: "line_amended", line: 1.5, line_derived: false }])
  })

  it("is not known where one was sent that cannot be read, whatever the key says", () => {
    const { records, line } = step(outcome("-110", caesars), spread({ outcome_line: "abc" }), "Home 1.5 Spread")
    expect(records).toMatchObject([
      { control: "quarantined", reason: 'outcome_line cannot be read: "abc"' },
      { change: "line_suspended", cause: "unreadable", line: null, line_raw: "abc", previous_line: 1.5 },
    ])
    expect(line).toMatchObject({ line: null, line_derived: false, odds: null })
  })

  it("is not read from the key of any other market", () => {
    expect(step(outcome("-110"), outcome("-120"), "Home 1.5 Moneyline").line).toMatchObject({ line: null })
  })
})

describe("a price that cannot be read", () => {
  const bad = outcome("1.91")

  it("suspends its line alone, with the reason", () => {
    const script = new Script().connect().frame(full({ a: outcome("-110"), b: outcome("+100") }))
    const before = script.events.length
    const reduced = reduce(script.frame(full({ a: bad, b: outcome("+105") })))
    expect(since(reduced, before)).toMatchObject([
      {
        control: "quarantined",
        touches: "outcome",
        sportsbook: book,
        game,
        outcome: "a",
        reason: 'odds are not American: "1.91"',
        text: expect.stringContaining("1.91") as string,
      },
      { change: "line_suspended", outcome: "a", cause: "unreadable", odds: null, previous_odds: -110 },
      { change: "line_moved", outcome: "b", cause: "feed", odds: 105 },
    ])
    expect(reduced.folded.games.values().next().value!.verified).toBe(true)
  })

  it("opens a line as suspended", () => {
    expect(find(reduce(new Script().connect().frame(full({ a: bad }))).records, { change: "line_opened" }))
      .toMatchObject({ odds: null, cause: "unreadable" })
  })

  it("says so once for as long as it lasts, and is counted each time", () => {
    const script = new Script().connect().frame(full({ a: outcome("-110") }))
    for (let index = 0; index < 5; index++) script.frame(update({ a: bad })).frame(full({ a: outcome(0) }))
    const { records, state } = reduce(script)
    expect(brief(records).slice(2)).toEqual([
      "quarantined outcome",
      `line_suspended ${book} ${game} a null (unreadable)`,
    ])
    expect(counts(state).rejected).toBe(10)
  })

  it("says so again after it could be read", () => {
    const script = new Script().connect().frame(full({ a: bad })).frame(update({ a: outcome(null) })).frame(
      update({ a: bad }),
    )
    expect(brief(reduce(script).records).filter((line) => line === "quarantined outcome").length).toBe(2)
    script.frame(update({ a: outcome("-110") })).frame(update({ a: bad }))
    expect(brief(reduce(script).records).slice(-3)).toEqual([
      `line_resumed ${book} ${game} a -110 (feed)`,
      "quarantined outcome",
      `line_suspended ${book} ${game} a null (unreadable)`,
    ])
  })

  it("may be anything at all", () => {
    const deep = "[".repeat(4_000) + "]".repeat(4_000)
    const raws = [
      "5",
      '"x"',
      "null",
      "[]",
      '{"odds":{}}',
      '{"odds":1e999}',
      '{"odds":"-110","outcome_name":7}',
      `{"odds":${deep}}`,
    ]
    for (const raw of raws) {
      const script = new Script().connect().frame(full({ a: outcome("-110"), b: outcome("+100") }))
      script.raw(JSON.stringify(update({ a: "HERE" })).replace('"HERE"', raw))
      const { folded } = reduce(script)
      expect(lineOf(folded, book, game, "a"), raw.slice(0, 30)).toMatchObject({
        odds: null,
        market: raw.includes('"outcome_name":7') ? null : "Moneyline",
        verified: true,
      })
      expect(lineOf(folded, book, game, "b"), raw.slice(0, 30)).toMatchObject({ odds: 100, verified: true })
    }
  })

  it("confirms an unverified line as suspended", () => {
    const script = new Script().connect().frame(full({ a: bad })).disconnect().connect().frame(update({ a: bad }))
    expect(brief(reduce(script).records).at(-1)).toBe(`line_amended ${book} ${game} a null (unreadable)`)
  })
})

describe("keys that mean something elsewhere", () => {
  it("are outcomes and games like any other", () => {
    const script = new Script().connect()
    const keys = ["__proto__", "constructor", "toString", "hasOwnProperty", ""]
    const text = (odds: string) => `{${keys.map((key) => `${JSON.stringify(key)}:{"odds":"${odds}"}`).join(",")}}`
    const raw = (action: string, odds: string) =>
      `{"action":"${action}","data":{"sport":"MLB","sportsbook":"__proto__","game":"__proto__","outcomes":${
        text(odds)
      }}}`
    const { folded } = reduce(script.raw(raw("initial_state", "-110")).raw(raw("line_update", "-120")))
    const known = folded.games.get("__proto__\u0000__proto__")!
    expect([...known.lines].map(([key, line]) => [key, line.odds])).toEqual(keys.map((key) => [key, -120]))
    expect(({} as { odds?: unknown }).odds).toBeUndefined()
    const emptied = reduce(script.frame(message("game_update", "__proto__", "__proto__", {})))
    expect(emptied.folded.games.get("__proto__\u0000__proto__")!.lines.size).toBe(0)
  })
})

describe("a message sent before something that arrived earlier", () => {
  const at = (seconds: number) => ({ timestamp: `2026-07-16T00:00:0${seconds}.000000+00:00` })
  const late = (build: (script: Script) => Script) => {
    const { records, state } = reduce(build(new Script().connect()))
    return [
      records.flatMap((record) => "late" in record ? [`${record.change} ${record.outcome}`] : []),
      counts(state).late,
    ]
  }
  const lineUpdate = (odds: string, seconds: number, key = "a") =>
    message("line_update", book, game, { [key]: outcome(odds) }, at(seconds))
  const fullAt = (seconds: number, outcomes: Record<string, unknown>) =>
    message("game_update", book, game, outcomes, at(seconds))

  it("is applied and flagged", () => {
    const script = new Script().connect().frame(fullAt(1, { a: outcome("-110") })).frame(lineUpdate("-120", 5))
    const { records, folded } = reduce(script.frame(lineUpdate("-115", 3)))
    expect(records.at(-1)).toMatchObject({ odds: -115, late: true, sent_at: at(3).timestamp })
    expect(lineOf(folded, book, game, "a")!.odds).toBe(-115)
  })

  it("is compared with the latest so far, not with the last", () => {
    expect(late((script) =>
      script.frame(fullAt(1, { a: outcome("-110") }))
        .frame(lineUpdate("-120", 5)).frame(lineUpdate("-115", 3)).frame(lineUpdate("-116", 4))
    )).toEqual([["line_moved a", "line_moved a"], 2])
  })

  it("is compared with one that changed nothing, too", () => {
    expect(
      late((script) =>
        script.frame(fullAt(1, { a: outcome("-110") })).frame(lineUpdate("-110", 5)).frame(lineUpdate("-115", 3))
      ),
    ).toEqual([["line_moved a"], 1])
  })

  it("is late against a full message, whether it opens, moves or closes a line", () => {
    expect(
      late((script) =>
        script.frame(fullAt(5, { a: outcome("-110") })).frame(lineUpdate("-120", 4)).frame(lineUpdate("-120", 3, "b"))
          .frame(fullAt(2, { b: outcome("-120") }))
      ),
    ).toEqual([["line_moved a", "line_opened b", "line_closed a"], 3])
  })

  it("is late against a full message that only confirmed the line", () => {
    expect(late((script) =>
      script.frame(fullAt(1, { a: outcome("-110"), b: outcome("-110") }))
        .frame(fullAt(5, { a: outcome("-110"), b: outcome("-110") }))
        .frame(lineUpdate("-120", 4)).frame(fullAt(3, { a: outcome("-120") }))
    )).toEqual([["line_moved a", "line_closed b"], 2])
  })

  it("is not late where it is of the same moment, of another line, or without a time", () => {
    expect(
      late((script) =>
        script.frame(fullAt(1, { a: outcome("-110"), b: outcome("-110") })).frame(lineUpdate("-120", 5))
          .frame(lineUpdate("-121", 5)).frame(lineUpdate("-122", 3, "b")).frame(update({ a: outcome("-123") }))
          .frame(message("line_update", book, game, { a: outcome("-124") }, { timestamp: "yesterday" }))
      ),
    ).toEqual([[], 0])
  })

  it("is not forgotten by a message without a time", () => {
    expect(
      late((script) =>
        script.frame(fullAt(1, { a: outcome("-110") })).frame(lineUpdate("-120", 5)).frame(
          update({ a: outcome("-121") }),
        )
          .frame(full({ a: outcome("-122") })).frame(lineUpdate("-123", 3))
      ),
    ).toEqual([["line_moved a"], 1])
  })

  it("is seen in other ways of writing a time", () => {
    const zoned = { timestamp: "2026-07-16T02:00:03+02:00" }
    expect(
      late((script) =>
        script.frame(fullAt(5, { a: outcome("-110") })).frame(
          message("line_update", book, game, { a: outcome("-1000") }, zoned),
        )
      ),
    ).toEqual([["line_moved a"], 1])
  })
})
