import { isLive } from "@boltodds/protocol"
import { freshness, isActionable, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, reduce, since } from "./reduce.ts"

const full = (book: string, game = "A") => message("initial_state", book, game, { home: outcome("-110") })
const update = (book: string, odds: string) => message("line_update", book, "A", { home: outcome(odds) })
const minute = 60_000

describe("a sportsbook that says nothing", () => {
  it("is stale after five minutes, alone, and fresh with its next message", () => {
    const script = new Script().connect().frame(full("betmgm"), full("caesars"))
    const silentSince = script.at
    for (let minutes = 0; minutes < 5; minutes++) script.wait(minute).frame(update("caesars", `-12${minutes}`))
    const reduced = reduce(script)
    expect(find(reduced.records, { control: "stale" })).toMatchObject({
      reason: "book_silent",
      sportsbook: "betmgm",
      age_ms: 5 * minute,
      at: new Date(silentSince + 5 * minute).toISOString(),
    })
    const isBelieved = Object.fromEntries(
      [...reduced.folded.games.values()].map((game) =>
        [game.sportsbook, isLive(reduced.folded, game, game.lines.get("home")!)] as const
      ),
    )
    expect(isBelieved).toEqual({ betmgm: false, caesars: true })
    expect(whyNotActionable(reduced.state, { sportsbook: "betmgm", game: "A", outcome: "home" }, script.at)).toBe(
      "stale",
    )
    expect(isActionable(reduced.state, { sportsbook: "caesars", game: "A", outcome: "home" }, script.at)).toBe(true)

    const before = script.events.length
    const heard = reduce(script.wait(1_000).frame(update("betmgm", "-110")))
    expect(brief(since(heard, before))).toEqual(["fresh betmgm"])
    expect(isActionable(heard.state, { sportsbook: "betmgm", game: "A", outcome: "home" }, script.at)).toBe(true)
  })

  it("is reported once, and again after it sent something", () => {
    const script = new Script().connect().frame(full("betmgm")).wait(30 * minute).frame(update("betmgm", "-110"))
      .wait(30 * minute).tick()
    expect(brief(reduce(script).records).slice(-3)).toEqual([
      "stale betmgm (book_silent)",
      "fresh betmgm",
      "stale betmgm (book_silent)",
    ])
  })

  it("counts from when we listened: not while paused, nor before the connection came back", () => {
    const script = new Script().connect().frame(full("betmgm")).wait(4 * minute).pause().wait(2 * minute)
    expect(find(reduce(script.tick()).records, { reason: "book_silent" })).toBeUndefined()
    script.resume().heard().wait(5 * minute - 1).tick()
    expect(find(reduce(script).records, { reason: "book_silent" })).toBeUndefined()
    expect(find(reduce(script.wait(1).tick()).records, { reason: "book_silent" })).toMatchObject({
      age_ms: 11 * minute,
    })

    const away = new Script().connect().frame(full("betmgm")).wait(minute).disconnect().wait(20 * minute).tick()
    expect(find(reduce(away).records, { reason: "book_silent" })).toBeUndefined()
    away.connect().wait(5 * minute - 1).tick()
    expect(find(reduce(away).records, { reason: "book_silent" })).toBeUndefined()
    expect(find(reduce(away.wait(1).tick()).records, { reason: "book_silent" })).toBeDefined()
  })

  it("has nothing to be stale about without games", () => {
    const script = new Script().connect().frame(full("betmgm"), message("game_removed", "betmgm", "A", {}))
    expect(find(reduce(script.wait(20 * minute).tick()).records, { control: "stale" })).toBeUndefined()
    script.frame(full("betmgm")).wait(5 * minute).tick()
    expect(find(reduce(script).records, { control: "stale" })).toMatchObject({ age_ms: 5 * minute })
  })

  it("is reported with its age before it is stale", () => {
    const script = new Script("feed").connect().frame(full("betmgm")).wait(90_000)
    expect(freshness(reduce(script).state, script.at)).toEqual([
      { session: "feed", sportsbook: "betmgm", games: 1, silentMillis: 90_000, lateMillis: null, stale: false },
    ])
  })

  it("is stale for every query before any event reports it", () => {
    const script = new Script().connect().frame(full("betmgm"))
    for (let minutes = 0; minutes < 5; minutes++) script.wait(minute - 1).raw("ping")
    const { state } = reduce(script)
    const ref = { sportsbook: "betmgm", game: "A", outcome: "home" }
    expect(isActionable(state, ref, script.at)).toBe(true)
    expect(whyNotActionable(state, ref, script.at + 5)).toBe("stale")
  })
})
