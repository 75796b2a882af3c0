import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, reduce, since } from "./reduce.ts"

const state = (game: string, action = "initial_state") => message(action, "betmgm", game, { home: outcome("-110") })
const update = (game: string) => message("line_update", "betmgm", game, { home: outcome("-110") })
/** Three games known, the connection lost and back. */
const gapped = () => new Script().connect().frame(state("A"), state("B"), state("C")).disconnect().connect()

describe("settling", () => {
  it("ends ten seconds after the last game of a first snapshot, with the number of games and lines", () => {
    const script = new Script().connect().wait(500).frame(state("A")).wait(9_000).frame(state("B"))
    const settledAt = script.at + 10_000
    const reduced = reduce(script.wait(60_000).tick())
    expect(find(reduced.records, { control: "synced" })).toMatchObject({
      at: new Date(settledAt).toISOString(),
      games: 2,
      lines: 2,
      frame: null,
      last: true,
    })
    expect(find(reduced.records, { control: "gap_closed" })).toBeUndefined()
  })

  it("has no end while it progresses", () => {
    const script = new Script().connect()
    for (let game = 0; game < 30; game++) script.wait(9_999).frame(state(`game ${game}`))
    expect(find(reduce(script).records, { control: "synced" })).toBeUndefined()
    expect(brief(reduce(script.wait(10_000).tick()).records).at(-1)).toBe("synced")
  })

  it("comes before an event at the very moment it is due", () => {
    const script = gapped().frame(state("A"))
    const before = script.events.length
    const reduced = reduce(script.wait(10_000).frame(state("B")))
    expect(brief(since(reduced, before))).toEqual([
      "game_closed betmgm B (absent)",
      "game_closed betmgm C (absent)",
      "gap_closed complete, 2 absent",
      "synced",
      "game_opened betmgm B (feed)",
      "line_opened betmgm B home -110 (feed)",
    ])
  })

  it("does not come a millisecond early", () => {
    const script = gapped().frame(state("A")).wait(9_999)
    const before = script.events.length
    expect(since(reduce(script.frame(state("B"))), before).map((record) => "control" in record && record.control))
      .toEqual(["game_verified"])
  })

  it("is put off by every game that is verified, however it is", () => {
    for (const action of ["initial_state", "game_update", "game_added"]) {
      const script = gapped().frame(state("A")).wait(6_000).frame(state("B", action)).wait(6_000).tick()
      expect(find(reduce(script).records, { control: "gap_closed" }), action).toBeUndefined()
      expect(find(reduce(script.wait(4_000).tick()).records, { control: "gap_closed" }), action).toBeDefined()
    }
  })

  it("is not put off by what verifies nothing", () => {
    const script = gapped().frame(state("A")).wait(6_000)
      .frame(state("A", "game_update"), update("B"), message("game_removed", "betmgm", "C", {})).wait(4_000)
    const before = script.events.length
    expect(brief(since(reduce(script.tick()), before))).toEqual(["gap_closed 1 unverified, 0 absent"])
  })

  it("leaves a game that only a line update named: it came, but is not verified", () => {
    const script = gapped().frame(state("A"), update("B")).wait(10_000)
    const before = script.events.length
    const reduced = reduce(script.tick())
    expect(brief(since(reduced, before))).toEqual([
      "game_closed betmgm C (absent)",
      "gap_closed 1 unverified, 1 absent",
    ])
    expect([...reduced.folded.games.values()].map(({ game, verified }) => [game, verified]))
      .toEqual([["A", true], ["B", false]])
  })

  it("does not count a game born of a line update as unverified", () => {
    const script = gapped().frame(state("A"), state("B"), state("C"), update("new")).wait(10_000).tick()
    expect(brief(reduce(script).records).slice(-2)).toEqual(["gap_closed complete, 0 absent", "synced"])
  })

  it("sweeps nothing where no initial state came, and says that much stays unverified", () => {
    const script = gapped().frame(state("A", "game_update")).wait(10_000)
    const before = script.events.length
    const reduced = reduce(script.wait(60_000).tick())
    expect(brief(since(reduced, before))).toEqual(["gap_closed 2 unverified, 0 absent"])
    expect(reduced.folded.games.size).toBe(3)
  })

  it("still settles, and sweeps, when the snapshot comes late", () => {
    const script = gapped().frame(state("A", "game_update")).wait(60_000).frame(state("B")).wait(10_000)
    const before = script.events.length
    const reduced = reduce(script.tick())
    expect(brief(since(reduced, before))).toEqual(["game_closed betmgm C (absent)", "synced"])
  })

  it("never happens where nothing came, and the heartbeats say so", () => {
    const script = gapped()
    const reduced = reduce(script.wait(100_000).tick())
    expect(find(reduced.records, { control: "gap_closed" })).toBeUndefined()
    expect(reduced.records.at(-1)).toMatchObject({ control: "heartbeat", games: 3, games_verified: 0 })
  })

  it("does not count time in which we did not read", () => {
    const script = gapped().frame(state("A")).wait(7_000).pause().wait(4_000).resume().heard()
    expect(find(reduce(script.wait(2_999).tick()).records, { control: "gap_closed" })).toBeUndefined()
    const reduced = reduce(script.wait(1).tick())
    expect(find(reduced.records, { control: "gap_closed" })).toMatchObject({ at: new Date(script.at).toISOString() })
  })

  it("counts anew from a game read while still paused, and not before we read again", () => {
    const script = gapped().frame(state("A")).wait(7_000).pause().wait(1_000).frame(state("B"))
    expect(find(reduce(script.wait(12_000).tick()).records, { control: "gap_closed" })).toBeUndefined()
    script.resume().heard().wait(9_999).tick()
    expect(find(reduce(script).records, { control: "gap_closed" })).toBeUndefined()
    expect(find(reduce(script.wait(1).tick()).records, { control: "gap_closed" })).toMatchObject({ absent: 1 })
  })

  it("is given up with the connection", () => {
    const script = gapped().frame(state("A")).wait(5_000).disconnect().wait(60_000).tick()
    const reduced = reduce(script)
    expect(find(reduced.records, { control: "gap_closed" })).toBeUndefined()
    expect(reduced.folded.games.size).toBe(3)
  })

  it("starts again from nothing on the next connection", () => {
    const script = gapped().frame(state("A"), state("B")).wait(5_000).disconnect().connect().frame(state("C"))
    const before = script.events.length
    expect(brief(since(reduce(script.wait(10_000).tick()), before))).toEqual([
      "game_closed betmgm A (absent)",
      "game_closed betmgm B (absent)",
      "gap_closed complete, 2 absent",
      "synced",
    ])
  })

  it("counts games since the connection came back, and changes since the gap opened", () => {
    const script = new Script().connect().frame(state("A"), state("B")).disconnect()
      .connect().frame(message("initial_state", "betmgm", "A", { home: outcome("-150") })).disconnect()
      .connect().frame(message("initial_state", "betmgm", "A", { home: outcome("-150") }), state("B")).wait(10_000)
    expect(find(reduce(script.tick()).records, { control: "gap_closed" })).toMatchObject({ games: 2, changed: 1 })
  })
})
