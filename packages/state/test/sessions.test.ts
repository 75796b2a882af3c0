import { isLive } from "@boltodds/protocol"
import { counts, gameAcrossSportsbooks, gamesOf, getGame, isActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "./events.ts"
import { brief, lineOf, reduce, since, together } from "./reduce.ts"

const full = (sportsbook: string, game: string, odds = "-110") =>
  message("initial_state", sportsbook, game, { home: outcome(odds) }, { info: { universal_id: `u${game}` } })
const two = () => {
  const one = new Script("one").connect().frame(full("betmgm", "1"), full("betmgm", "2"))
  const other = new Script("other", one.at + 1).connect().frame(full("caesars", "1"), full("betmgm", "3"))
  return { one, other }
}

describe("two sessions", () => {
  it("invalidate their own games alone", () => {
    for (const doubt of ["gap", "clock", "stale", "garbage"] as const) {
      const { one, other } = two()
      one.wait(100)
      if (doubt === "gap") one.disconnect()
      else if (doubt === "clock") one.tick(0)
      else if (doubt === "stale") one.silent()
      else one.raw('{"action":"line_update","data":5}')
      const { folded } = reduce(together(one, other))
      expect(
        [...folded.games.values()].map((game) => [game.game, isLive(folded, game, game.lines.get("home")!)]),
        doubt,
      )
        .toEqual([["1", false], ["2", false], ["1", true], ["3", true]])
    }
  })

  it("sweep only what they own", () => {
    const { one, other } = two()
    one.wait(100).disconnect().wait(100).connect().frame(full("betmgm", "1"))
    const script = together(one, other)
    const reduced = reduce([...script, {
      _tag: "Tick",
      session: "one",
      epoch: 2,
      at: one.at + 10_000,
      wall: one.at + 10_000,
    }])
    expect(brief(since(reduced, script.length))).toEqual([
      "synced",
      "game_closed betmgm 2 (absent)",
      "gap_closed complete, 1 absent",
      "synced",
    ])
    expect([...reduced.folded.games.values()].map((game) => game.game).sort()).toEqual(["1", "1", "3"])
  })

  it("clear only what they own", () => {
    const { one, other } = two()
    other.wait(100).frame(clear("betmgm"))
    expect(gamesOf(reduce(together(one, other)).state, "betmgm").map((game) => game.game)).toEqual(["1", "2"])
  })

  it("refuse and count messages about a game that the other owns", () => {
    const { one, other } = two()
    other.wait(100).frame(full("betmgm", "1", "-999"), message("line_update", "betmgm", "2", { home: outcome("-998") }))
      .frame(message("game_removed", "betmgm", "1", {}))
    const { folded, state } = reduce(together(one, other))
    expect(lineOf(folded, "betmgm", "1", "home")!.odds).toBe(-110)
    expect(lineOf(folded, "betmgm", "2", "home")!.odds).toBe(-110)
    expect(counts(state).overlapping).toBe(3)
  })

  it("take over a game once its owner has closed it", () => {
    const { one, other } = two()
    one.wait(100).frame(message("game_removed", "betmgm", "1", {}))
    other.wait(200).frame(full("betmgm", "1", "-120"))
    expect(getGame(reduce(together(one, other)).state, "betmgm", "1")).toMatchObject({ session: "other" })
  })

  it("do not invalidate a game by what the other could not read", () => {
    const { one, other } = two()
    other.wait(100).raw('{"action":"line_update","data":{"sportsbook":"betmgm","game":"1","outcomes":')
    const { folded, state } = reduce(together(one, other))
    expect(lineOf(folded, "betmgm", "1", "home")!.verified).toBe(true)
    expect(isActionable(state, { sportsbook: "betmgm", game: "1", outcome: "home" }, other.at)).toBe(true)
  })

  it("are one book for every query", () => {
    const { one, other } = two()
    const { state } = reduce(together(one, other))
    expect(gamesOf(state, "betmgm").map((game) => [game.session, game.game])).toEqual([["one", "1"], ["one", "2"], [
      "other",
      "3",
    ]])
    for (const which of [{ universal_game_id: "u1" }, { game: "1" }]) {
      expect(gameAcrossSportsbooks(state, which).map((game) => [game.session, game.sportsbook]))
        .toEqual([["one", "betmgm"], ["other", "caesars"]])
    }
    expect(gameAcrossSportsbooks(state, { game: "none" })).toEqual([])
  })

  it("have filters of their own", () => {
    const { one, other } = two()
    one.wait(100).subscribe({ sportsbooks: ["kalshi"] })
    expect([...reduce(together(one, other)).folded.games.values()].map((game) => game.session)).toEqual([
      "other",
      "other",
    ])
  })

  it("report a silent sportsbook each for itself", () => {
    const { one, other } = two()
    for (let minute = 0; minute < 5; minute++) {
      one.wait(60_001).frame(message("line_update", "betmgm", "1", { home: outcome("-110") }))
    }
    const { folded } = reduce(together(one, other))
    expect([...folded.staleBooks].sort()).toEqual(["other\u0000betmgm", "other\u0000caesars"])
  })

  it("hand over a game that is of another sport from now on: its first owner gets no more of it", () => {
    const one = new Script("one").connect({ sports: ["MLB"] }).frame(full("betmgm", "1", "-110"))
    const other = new Script("other", one.at + 1, one.events).connect({ sports: ["KBO"] })
    const moved = message("game_update", "betmgm", "1", { home: outcome("-150") }, { sport: "KBO" })
    const reduced = reduce(other.frame(moved).events)
    expect(brief(reduced.records).slice(-3)).toEqual([
      "game_closed betmgm 1 (feed)",
      "game_opened betmgm 1 (feed)",
      "line_opened betmgm 1 home -150 (feed)",
    ])
    const [game] = gamesOf(reduced.state, "betmgm")
    expect(game).toMatchObject({ sport: "KBO", session: "other", verified: true })
    expect(counts(reduced.state).overlapping).toBe(0)
  })

  it("have a pause of one as long as it was, though another has reported later times before it", () => {
    const start = Date.UTC(2026, 6, 16)
    const one = new Script("one", start).connect().frame(full("betmgm", "1"))
    const other = new Script("other", start + 1, one.events).connect().frame(full("caesars", "1"))
    // Both stood still from 1 s on, for 6 s; the other reports it first.
    other.wait(999).pause().wait(6_000).resume().tick()
    one.wait(1_000).pause().wait(6_001).resume()
    const reduced = reduce(one.frame(full("betmgm", "1", "-150")).events)
    expect(brief(reduced.records).filter((what) => what.startsWith("stale"))).toHaveLength(2)
    expect(reduced.records.find((record) => "change" in record && record.change === "line_moved"))
      .toMatchObject({ delayed: true })
    const line = { sportsbook: "betmgm", game: "1", outcome: "home" }
    expect(isActionable(reduced.state, line, one.at)).toBe(false)
    expect(isActionable(reduce(one.heard().events).state, line, one.at)).toBe(true)
  })
})
