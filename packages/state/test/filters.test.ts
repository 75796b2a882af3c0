import { counts } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const priced = (market: string, odds = "-110") => outcome(odds, { outcome_name: market })
const full = (sportsbook: string, game: string, sport = "MLB") =>
  message("initial_state", sportsbook, game, {
    ml: priced("Moneyline"),
    sp: priced("Spread"),
    tp: priced("Total Points"),
  }, { sport })
const all = () =>
  new Script().connect().frame(full("betmgm", "1"), full("betmgm", "nba", "NBA"), full("caesars", "1")).wait(1_000)

describe("filters replaced while connected", () => {
  it("close what they leave out: by sport, sportsbook and game", () => {
    const closed = (filters: Parameters<Script["subscribe"]>[0]) => {
      const script = all()
      const before = script.events.length
      return brief(since(reduce(script.subscribe(filters)), before))
    }
    expect(closed({ sports: ["NBA"] })).toEqual([
      "game_closed betmgm 1 (filters)",
      "game_closed caesars 1 (filters)",
    ])
    expect(closed({ sportsbooks: ["caesars"] })).toEqual([
      "game_closed betmgm 1 (filters)",
      "game_closed betmgm nba (filters)",
    ])
    expect(closed({ games: ["1"] })).toEqual(["game_closed betmgm nba (filters)"])
    expect(closed({})).toEqual([])
    expect(closed({ sports: [], games: [] }), "an empty list is not sent").toEqual([])
  })

  it("close the lines of markets they leave out, all of them, and keep the game", () => {
    const script = new Script().connect().frame(full("betmgm", "1"))
    const before = script.events.length
    const reduced = reduce(script.subscribe({ markets: ["Spread"] }))
    expect(brief(since(reduced, before))).toEqual([
      "line_closed betmgm 1 ml null (filters)",
      "line_closed betmgm 1 tp null (filters)",
    ])
    expect([...reduced.folded.games.values().next().value!.lines.keys()]).toEqual(["sp"])
  })

  it("keep out messages that were on their way, and count them", () => {
    const script = all().subscribe({ sportsbooks: ["caesars"] })
    const before = script.events.length
    script.frame(message("line_update", "betmgm", "1", { ml: priced("Moneyline", "-150") }), full("betmgm", "new"))
      .frame(message("game_removed", "betmgm", "1", {}))
    const reduced = reduce(script)
    expect(since(reduced, before)).toEqual([])
    expect(counts(reduced.state).filtered).toBe(3)
  })

  it("that let a game in again wait for its initial state: what was on its way may miss what moved meanwhile", () => {
    const script = all().subscribe({ sports: ["MLB"] }).wait(10).subscribe({}).wait(50)
    const before = script.events.length
    script.frame(
      message("line_update", "betmgm", "nba", { ml: priced("Moneyline", "-150") }, { sport: "NBA" }),
      message("game_update", "betmgm", "nba", { ml: priced("Moneyline", "-150") }, { sport: "NBA" }),
      message("game_update", "betmgm", "new", { ml: priced("Moneyline", "-150") }, { sport: "NBA" }),
    )
    const early = reduce(script)
    expect(brief(since(early, before)).filter((what) => what.includes("game"))).toEqual([
      "game_opened betmgm new (feed)",
    ])
    expect(counts(early.state).lateArrivals).toBe(2)
    const known = (events: Script) => [...reduce(events).folded.games.values()].map(({ game }) => game)
    expect(known(script.frame(full("betmgm", "nba", "NBA")))).toContain("nba")
    const late = all().subscribe({ sports: ["MLB"] }).subscribe({}).wait(10_001)
    late.frame(message("game_update", "betmgm", "nba", { ml: priced("Moneyline", "-150") }, { sport: "NBA" }))
    expect(known(late)).toContain("nba")
  })

  it("keep out the outcomes of markets they leave out, one by one", () => {
    const script = new Script().connect({ markets: ["Moneyline"] }).frame(full("betmgm", "1"))
    const reduced = reduce(script)
    expect(brief(reduced.records)).toEqual([
      "game_opened betmgm 1 (feed)",
      "line_opened betmgm 1 ml -110 (feed)",
    ])
    expect(counts(reduced.state).filtered).toBe(2)
  })

  it("let an outcome without a market pass", () => {
    const script = new Script().connect({ markets: ["Moneyline"] }).frame(message("initial_state", "betmgm", "1", {
      none: outcome("-110", { outcome_name: null }),
      sparse: { odds: "+100" },
    })).frame(message("line_update", "betmgm", "1", { none: { odds: "-120" } }))
    const { folded } = reduce(script)
    expect(lineOf(folded, "betmgm", "1", "none")!.odds).toBe(-120)
    expect(lineOf(folded, "betmgm", "1", "sparse")!.odds).toBe(100)
  })

  it("close a line whose outcome moves into a market they leave out, in any message", () => {
    for (const action of ["line_update", "game_update"]) {
      const script = new Script().connect({ markets: ["Moneyline"] })
        .frame(message("initial_state", "betmgm", "1", { a: priced("Moneyline"), b: priced("Moneyline") }))
      const before = script.events.length
      script.frame(message(action, "betmgm", "1", { a: priced("Spread"), b: priced("Moneyline") }))
      expect(brief(since(reduce(script), before)), action).toEqual(["line_closed betmgm 1 a null (filters)"])
    }
  })

  it("count a line they close among the changes of a game verified after a gap", () => {
    const script = new Script().connect({ markets: ["Moneyline"] })
      .frame(message("initial_state", "betmgm", "1", { a: priced("Moneyline"), b: priced("Moneyline") })).disconnect()
      .connect({ markets: ["Moneyline"] }).frame(
        message("initial_state", "betmgm", "1", { a: priced("Spread"), b: priced("Moneyline") }),
      )
    expect(find(reduce(script).records, { control: "game_verified" })).toMatchObject({ changed: 1, lines: 1 })
  })

  it("close a game that says of itself that it is of another sport", () => {
    const script = new Script().connect({ sports: ["MLB"] }).frame(full("betmgm", "1"))
    const before = script.events.length
    script.frame(message("line_update", "betmgm", "1", { ml: priced("Moneyline", "-150") }, { sport: "NBA" }))
    expect(brief(since(reduce(script), before))).toEqual(["game_closed betmgm 1 (filters)"])
  })

  it("take a sport left empty for the one that is known", () => {
    const script = new Script().connect({ sports: ["MLB"] }).frame(full("betmgm", "1"))
      .frame(message("line_update", "betmgm", "1", { ml: priced("Moneyline", "") }, { sport: "" }))
    expect(lineOf(reduce(script).folded, "betmgm", "1", "ml")!.odds).toBeNull()
  })

  it("make absence mean nothing in that connection", () => {
    const script = new Script().connect().frame(full("betmgm", "1"), full("caesars", "1")).disconnect()
      .connect().frame(full("betmgm", "1")).subscribe({ sportsbooks: ["betmgm", "caesars"] }).wait(10_000)
    const before = script.events.length
    const reduced = reduce(script.tick())
    expect(brief(since(reduced, before))).toEqual(["gap_closed 1 unverified, 0 absent"])
    expect(reduced.folded.games.size).toBe(2)
    script.disconnect().connect({ sportsbooks: ["betmgm", "caesars"] }).frame(full("betmgm", "1")).wait(10_000)
    expect(brief(reduce(script.tick()).records).slice(-3)).toEqual([
      "game_closed caesars 1 (absent)",
      "gap_closed complete, 1 absent",
      "synced",
    ])
  })

  it("are synced again when what they let in has come", () => {
    const script = new Script().connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", "1")).wait(10_000).tick()
    const before = script.events.length
    script.subscribe({}).frame(full("betmgm", "1"), full("caesars", "1")).wait(10_000).tick()
    expect(brief(since(reduce(script), before))).toEqual([
      "game_opened caesars 1 (feed)",
      ...["ml", "sp", "tp"].map((key) => `line_opened caesars 1 ${key} -110 (feed)`),
      "synced",
    ])
  })

  it("hold on the next connection until it is asked for something else", () => {
    const script = new Script().connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", "1")).disconnect()
    script.epoch++
    expect(reduce(script.frame(full("caesars", "1"))).folded.games.size).toBe(1)
    expect(reduce(script.subscribe({}).frame(full("caesars", "1"))).folded.games.size).toBe(2)
  })

  it("say nothing of what a book that is left out sends in pieces", () => {
    const script = new Script().connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", "1"))
    const before = script.events.length
    const reduced = reduce(script.raw('{"action":"line_update","data":{"sportsbook":"caesars","game":"1","odds'))
    expect(since(reduced, before)).toEqual([])
    expect(counts(reduced.state)).toMatchObject({ filtered: 1, quarantined: 1 })
  })
})
