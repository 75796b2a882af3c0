import { totals } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const game = "A vs B, 2026-07-16, 01"
const home = outcome("-110")
const full = (sportsbook = "betmgm", name = game, sport = "MLB") =>
  message("initial_state", sportsbook, name, { home }, { sport })
const gamesLeft = (script: Script) =>
  [...reduce(script).folded.games.values()].map((known) => `${known.sportsbook} ${known.game}`)

describe("what a message touches", () => {
  const all = () =>
    new Script().connect().frame(
      full("betmgm", "1"),
      full("betmgm", "2"),
      full("betmgm", "nba", "NBA"),
      full("caesars", "1"),
      full("caesars", "nba", "NBA"),
    )

  it("is one book's game when it is removed", () => {
    const script = all()
    const before = script.events.length
    const reduced = reduce(script.frame(message("game_removed", "betmgm", "1", {})))
    expect(brief(since(reduced, before))).toEqual(["game_closed betmgm 1 (feed)"])
    expect(totals(reduced.state)).toEqual({ games: 4, gamesVerified: 4, lines: 4, sportsbooks: 2 })
  })

  it("is one book when it is cleared", () => {
    const script = all()
    const before = script.events.length
    expect(brief(since(reduce(script.frame(clear("betmgm"))), before))).toEqual([
      "game_closed betmgm 1 (book_clear)",
      "game_closed betmgm 2 (book_clear)",
      "game_closed betmgm nba (book_clear)",
    ])
    expect(gamesLeft(script)).toEqual(["caesars 1", "caesars nba"])
  })

  it("is one sport of one book when that is cleared", () => {
    const script = all()
    const before = script.events.length
    expect(brief(since(reduce(script.frame(clear("betmgm", "MLB"))), before))).toEqual([
      "game_closed betmgm 1 (sport_clear)",
      "game_closed betmgm 2 (sport_clear)",
    ])
    expect(gamesLeft(script)).toEqual(["betmgm nba", "caesars 1", "caesars nba"])
  })

  it("is also each game whose sport nobody named, when a sport is cleared", () => {
    const script = new Script().connect().frame(full("betmgm", "unnamed", ""), full("betmgm", "nba", "NBA"))
    expect(gamesLeft(script.frame(clear("betmgm", "MLB")))).toEqual(["betmgm nba"])
  })

  it("is nothing where nothing is known of it", () => {
    const script = all()
    const before = script.events.length
    script.frame(
      clear("kalshi"),
      clear("betmgm", "NHL"),
      message("game_removed", "betmgm", "9", {}),
      message("game_removed", "kalshi", "1", {}),
    )
    expect(since(reduce(script), before)).toEqual([])
  })

  it("is one game of a doubleheader, identified by its whole key", () => {
    for (const [first, second] of [["01", "07"], ["1e1f1b8dc2ec", "1e1f1b8dc2ed"]]) {
      const script = new Script().connect()
        .frame(full("betmgm", `A vs B, 2026-07-16, ${first}`), full("betmgm", `A vs B, 2026-07-16, ${second}`))
        .frame(message("line_update", "betmgm", `A vs B, 2026-07-16, ${second}`, { home: outcome("+150") }))
      const { folded } = reduce(script)
      expect(lineOf(folded, "betmgm", `A vs B, 2026-07-16, ${first}`, "home")!.odds).toBe(-110)
      expect(lineOf(folded, "betmgm", `A vs B, 2026-07-16, ${second}`, "home")!.odds).toBe(150)
      expect(gamesLeft(script.frame(message("game_removed", "betmgm", `A vs B, 2026-07-16, ${first}`, {}))))
        .toEqual([`betmgm A vs B, 2026-07-16, ${second}`])
    }
  })

  it("opens anew what comes back after it was closed", () => {
    const script = all().frame(clear("betmgm"))
    const before = script.events.length
    expect(brief(since(reduce(script.frame(full("betmgm", "1"))), before))).toEqual([
      "game_opened betmgm 1 (feed)",
      "line_opened betmgm 1 home -110 (feed)",
    ])
  })

  it("is the whole game for every kind of full message", () => {
    for (const action of ["initial_state", "game_update", "game_added"]) {
      const script = new Script().connect().frame(message(action, "betmgm", game, { home, away: outcome("+100") }))
        .frame(message(action, "betmgm", game, { away: outcome("+100") }))
      expect(brief(reduce(script).records).at(-1), action).toBe(`line_closed betmgm ${game} home null (feed)`)
    }
  })
})

describe("a game born of a line update", () => {
  const born = () => new Script().connect().frame(message("line_update", "betmgm", game, { home }))

  it("is partial, its line verified and the game not", () => {
    const { records, folded } = reduce(born())
    expect(find(records, { change: "game_opened" })).toMatchObject({ partial: true, cause: "feed" })
    expect(folded.games.values().next().value).toMatchObject({ partial: true, verified: false })
    expect(lineOf(folded, "betmgm", game, "home")!.verified).toBe(true)
  })

  it("is completed by a full message, which says so and then verifies it", () => {
    const script = born()
    const before = script.events.length
    const reduced = reduce(script.frame(message("game_update", "betmgm", game, { home, away: outcome("+100") })))
    expect(brief(since(reduced, before))).toEqual([
      `game_amended betmgm ${game} (feed)`,
      `line_opened betmgm ${game} away 100 (feed)`,
      `game_verified betmgm ${game}`,
    ])
    expect(find(since(reduced, before), { change: "game_amended" })).toMatchObject({ partial: false })
    expect(reduced.folded.games.values().next().value).toMatchObject({ partial: false, verified: true })
  })

  it("has the cause feed when it is completed, although there was a gap before it opened", () => {
    const script = new Script().connect().frame(full("caesars")).disconnect().connect().frame(full("caesars")).wait(
      10_000,
    )
      .frame(message("line_update", "betmgm", game, { home }))
    const before = script.events.length
    const reduced = reduce(script.frame(message("game_update", "betmgm", game, { home: outcome("-150") })))
    expect(brief(since(reduced, before)).slice(0, 2)).toEqual([
      `game_amended betmgm ${game} (feed)`,
      `line_moved betmgm ${game} home -150 (feed)`,
    ])
  })

  it("has the cause resync when a gap came between", () => {
    const script = born().disconnect().connect()
    const before = script.events.length
    expect(brief(since(reduce(script.frame(full())), before))).toEqual([
      `game_amended betmgm ${game} (resync)`,
      `game_verified betmgm ${game}`,
    ])
  })

  it("stays partial through more line updates", () => {
    const { folded } = reduce(born().frame(message("line_update", "betmgm", game, { away: outcome("+100") })))
    expect(folded.games.values().next().value).toMatchObject({ partial: true, verified: false })
  })
})

describe("what is said of a game", () => {
  const facts = {
    info: { id: 31584696, when: "2026-07-16, 07:10 PM", universal_id: "1e1f1b8dc2ec" },
    data: { home_team: "Philadelphia", away_team: "New York" },
  }
  const told1 = { book_game_id: "31584696", universal_game_id: "1e1f1b8dc2ec", starts_at: "2026-07-16T23:10:00.000Z" }

  it("is read from wherever it stands", () => {
    const script = new Script().connect().frame(message("initial_state", "betmgm", game, { home }, facts))
    expect(find(reduce(script).records, { change: "game_opened" })).toMatchObject({
      ...told1,
      home_team: "Philadelphia",
    })
    const other = new Script().connect().frame(message("initial_state", "betmgm", game, { home }, {
      info: { game_id: "77" },
      data: { universal_game_id: "abc" },
    }))
    expect(find(reduce(other).records, { change: "game_opened" }))
      .toMatchObject({ book_game_id: "77", universal_game_id: "abc", starts_at: null })
  })

  it("is kept where a later message does not say it", () => {
    const script = new Script().connect().frame(message("initial_state", "betmgm", game, { home }, facts))
    const before = script.events.length
    script.frame(message("line_update", "betmgm", game, { home }, {
      info: { when: "soon" },
      data: { home_team: "", away_team: null, info: null },
    }))
    script.frame(
      message("game_update", "betmgm", game, { home }, { sport: "", data: { home_team: 5, away_team: undefined } }),
    )
    const reduced = reduce(script)
    expect(since(reduced, before)).toEqual([])
    expect(reduced.folded.games.values().next().value).toMatchObject({ ...told1, sport: "MLB", away_team: "New York" })
  })

  it("is amended where it differs, before the lines of the message", () => {
    const script = new Script().connect().frame(message("initial_state", "betmgm", game, { home }, facts))
    const before = script.events.length
    script.frame(
      message("line_update", "betmgm", game, { home: outcome("-120") }, {
        ...facts,
        info: { when: "2026-07-16, 08:10 PM" },
      }),
    )
    expect(since(reduce(script), before)).toMatchObject([
      { change: "game_amended", partial: false, starts_at: "2026-07-17T00:10:00.000Z", book_game_id: "31584696" },
      { change: "line_moved", starts_at: "2026-07-17T00:10:00.000Z" },
    ])
  })

  it("turns home into away for every line when the teams change places, also those the message does not name", () => {
    const target = (team: string) => outcome("-110", { outcome_target: team })
    const script = new Script().connect().frame(
      message("initial_state", "betmgm", game, {
        h: target("Home"),
        a: target("Away"),
        p: target("Somebody"),
        d: target("Draw"),
      }),
    )
    expect(lineOf(reduce(script).folded, "betmgm", game, "h")!.target_kind).toBe("home")
    const before = script.events.length
    const flipped = { data: { home_team: "Away", away_team: "Home" } }
    const reduced = reduce(script.frame(message("line_update", "betmgm", game, { h: outcome("-110") }, flipped)))
    expect(brief(since(reduced, before))).toEqual([
      `game_amended betmgm ${game} (feed)`,
      `line_amended betmgm ${game} h -110 (feed)`,
      `line_amended betmgm ${game} a -110 (feed)`,
    ])
    const kinds = [...reduced.folded.games.values().next().value!.lines.values()].map((
      line,
    ) => [line.outcome, line.target_kind])
    expect(kinds).toEqual([["h", "away"], ["a", "home"], ["p", "other"], ["d", "draw"]])
  })

  it("does not verify a line by turning it round", () => {
    const target = (team: string) => outcome("-110", { outcome_target: team })
    const script = new Script().connect()
      .frame(message("initial_state", "betmgm", game, { h: target("Home"), a: target("Away") })).disconnect().connect()
    const flipped = { data: { home_team: "Away", away_team: "Home" } }
    const { records, folded } = reduce(
      script.frame(message("line_update", "betmgm", game, { h: target("Home") }, flipped)),
    )
    expect(records.at(-1)).toMatchObject({
      change: "line_amended",
      outcome: "a",
      target_kind: "home",
      unverified: true,
    })
    expect(lineOf(folded, "betmgm", game, "a")!.verified).toBe(false)
    expect(lineOf(folded, "betmgm", game, "h")!.verified).toBe(true)
  })

  it("turns round an outcome that cannot be read as well", () => {
    const script = new Script().connect()
      .frame(message("initial_state", "betmgm", game, { h: outcome("-110", { outcome_target: "Home" }) }))
    const flipped = { data: { home_team: "Away", away_team: "Home" } }
    const { folded } = reduce(script.frame(message("game_update", "betmgm", game, { h: 7 }, flipped)))
    expect(lineOf(folded, "betmgm", game, "h")).toMatchObject({ odds: null, target_kind: "away", verified: true })
  })
})
