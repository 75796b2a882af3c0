import { counts, isActionable, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "./events.ts"
import { brief, find, reduce, since } from "./reduce.ts"

const full = (sportsbook: string, game: string, odds = "-110") =>
  message("initial_state", sportsbook, game, { home: outcome(odds) })
const all = () =>
  new Script().connect().frame(full("betmgm", "1"), full("betmgm", "2"), full("caesars", "1")).wait(1_000)
const verified = (reduced: ReturnType<typeof reduce>) =>
  [...reduced.folded.games.values()].filter((game) => game.verified && game.lines.get("home")!.verified)
    .map((game) => `${game.sportsbook} ${game.game}`)
const cut = (value: unknown, chars = 30) => {
  const text = JSON.stringify(value)
  return text.slice(0, text.length - chars)
}

describe("a message that cannot be read", () => {
  it("makes its game unverified, alone, and says what it was", () => {
    const script = all()
    const before = script.events.length
    const reduced = reduce(script.raw(cut(message("line_update", "betmgm", "1", { home: outcome("-150") }))))
    expect(since(reduced, before)).toMatchObject([{
      control: "quarantined",
      touches: "game",
      sportsbook: "betmgm",
      game: "1",
      outcome: null,
      text: expect.stringContaining('"line_update"') as string,
      frame: 2,
      last: true,
    }])
    expect(verified(reduced)).toEqual(["betmgm 2", "caesars 1"])
    expect(whyNotActionable(reduced.state, { sportsbook: "betmgm", game: "1", outcome: "home" }, script.at)).toBe(
      "unverified",
    )
    expect(counts(reduced.state)).toMatchObject({ quarantined: 1, rejected: 0 })
  })

  it("leaves the good messages around it as good", () => {
    const script = all()
    const line = (odds: string) => JSON.stringify(message("line_update", "caesars", "1", { home: outcome(odds) }))
    script.raw(
      `[${line("-120")},{"action":"line_update","data":{"sportsbook":"betmgm","game":"1","outcomes":7}},${
        line("-130")
      }]`,
    )
    const { records, folded } = reduce(script)
    expect(brief(records).slice(6)).toEqual([
      "line_moved caesars 1 home -120 (feed)",
      "quarantined game",
      "line_moved caesars 1 home -130 (feed)",
    ])
    expect(verified({ folded } as ReturnType<typeof reduce>)).toEqual(["betmgm 2", "caesars 1"])
  })

  it("is healed for a line by a line update, and for the game by a full message", () => {
    const script = all().raw('{"action":"line_update","data":{"sportsbook":"betmgm","game":"1","outcomes":7}}')
    const line = { sportsbook: "betmgm", game: "1", outcome: "home" }
    const after = reduce(script.frame(message("line_update", "betmgm", "1", { home: outcome("-110") })))
    expect(brief(after.records).at(-1)).toBe("line_amended betmgm 1 home -110 (feed)")
    expect(isActionable(after.state, line, script.at)).toBe(true)
    const before = script.events.length
    expect(brief(since(reduce(script.frame(full("betmgm", "1", "-115"))), before))).toEqual([
      "line_moved betmgm 1 home -115 (resync)",
      "game_verified betmgm 1",
    ])
  })

  it("makes a sportsbook unverified where only that can be read, and the session where nothing can", () => {
    const book = reduce(all().raw('{"action":"line_update","data":{"sportsbook":"betmgm","game":{},"outcomes":{}}}'))
    expect(book.records.at(-1)).toMatchObject({ touches: "sportsbook", sportsbook: "betmgm", game: null })
    expect(verified(book)).toEqual(["caesars 1"])
    const session = reduce(all().raw('{"action":"line_update","data":{"outcomes":{}}}'))
    expect(session.records.at(-1)).toMatchObject({ touches: "session", sportsbook: null, game: null })
    expect(verified(session)).toEqual([])
  })

  it("is a clear too: its sportsbook is unverified", () => {
    const reduced = reduce(all().raw(JSON.stringify(clear("betmgm", "MLB")).replace('"MLB"', "5")))
    expect(reduced.records.at(-1)).toMatchObject({ touches: "sportsbook", sportsbook: "betmgm" })
    expect(verified(reduced)).toEqual(["caesars 1"])
  })

  it("that touches a sportsbook or the session is over, and reported to be, once full messages have verified everything", () => {
    for (
      const text of ['{"action":"line_update","data":{"sportsbook":"betmgm","game":7}}', '{"action":"line_update","da']
    ) {
      const script = all().wait(9_000).tick().raw(text)
      const before = script.events.length
      script.frame(full("betmgm", "1"), full("betmgm", "2"), full("caesars", "1")).wait(10_000).tick()
      expect(brief(since(reduce(script), before)).at(-1), text).toBe("synced")
    }
  })

  it("touches nothing where it does not read like feed data", () => {
    for (const garbage of ["hello", "[7]", "[[[", '{"x":1}', "\u0000"]) {
      const reduced = reduce(all().raw(garbage))
      expect(verified(reduced), garbage).toEqual(["betmgm 1", "betmgm 2", "caesars 1"])
      expect(reduced.records[7], garbage).toMatchObject({ touches: "nothing" })
      expect(brief(reduced.records.slice(8)), garbage).toEqual(garbage === "hello" ? ["feed_notice hello"] : [])
    }
  })

  it("invalidates nothing for a game that is not known, but is reported", () => {
    const reduced = reduce(all().raw('{"action":"line_update","data":{"sportsbook":"kalshi","game":"9","outcomes":7}}'))
    expect(reduced.records.at(-1)).toMatchObject({ control: "quarantined", touches: "game", sportsbook: "kalshi" })
    expect(verified(reduced)).toEqual(["betmgm 1", "betmgm 2", "caesars 1"])
    expect(reduced.folded.games.size).toBe(3)
  })

  it("keeps its game from being swept as absent, unverified as it is", () => {
    const broken = {
      game: '{"action":"initial_state","data":{"sportsbook":"betmgm","game":"1","outcomes":7}}',
      sportsbook: '{"action":"initial_state","data":{"sportsbook":"betmgm","game":{},"outcomes":{}}}',
      session: '{"action":"initial_state","data":{"outcomes":{}}}',
    }
    const left = { game: ["1", "1"], sportsbook: ["1", "2", "1"], session: ["1", "2", "1"] }
    for (const touches of ["game", "sportsbook", "session"] as const) {
      const script = all().disconnect().connect().raw(broken[touches]).frame(full("caesars", "1")).wait(10_000).tick()
      const reduced = reduce(script)
      expect([...reduced.folded.games.values()].map((game) => game.game), touches).toEqual(left[touches])
      expect(find(reduced.records, { control: "gap_closed" }), touches)
        .toMatchObject({ complete: false, unverified: left[touches].length - 1 })
      expect(verified(reduced)).toEqual(["caesars 1"])
    }
  })

  it("shows no more than its beginning", () => {
    const reduced = reduce(
      all().raw(`{"action":"line_update","data":{"sportsbook":"betmgm","game":"1","x":"${"x".repeat(5_000)}`),
    )
    expect(find(reduced.records, { control: "quarantined" })).toMatchObject({
      text: expect.stringMatching(/^.{200}$/) as string,
    })
  })
})
