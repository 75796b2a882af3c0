import { makeFrame } from "@boltodds/protocol"
import { counts, isActionable, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const game = "A vs B, 2026-07-16, 01"
const full = (odds: string | null = "-110", rest: Record<string, unknown> = {}) =>
  message("initial_state", "betmgm", game, { home: outcome(odds), ...rest })
const update = (odds: string | null) => message("line_update", "betmgm", game, { home: outcome(odds) })
const ref = { sportsbook: "betmgm", game, outcome: "home" }

describe("a gap", () => {
  it("makes everything of the session unverified, and says why", () => {
    const script = new Script().connect().frame(full()).wait(1_000).disconnect()
    const { records, folded, state } = reduce(script)
    expect(records.at(-1)).toMatchObject({
      control: "gap_opened",
      reason: "closed",
      code: 1006,
      detail: null,
      last: true,
    })
    expect(lineOf(folded, "betmgm", game, "home")).toMatchObject({ odds: -110, verified: false })
    expect(isActionable(state, ref, script.at)).toBe(false)
  })

  it("reports of an unchanged game only that it is verified", () => {
    const script = new Script().connect().frame(full()).disconnect().wait(500).connect()
    const before = script.events.length
    const reduced = reduce(script.frame(full()))
    expect(brief(since(reduced, before))).toEqual([`game_verified betmgm ${game}`])
    expect(find(reduced.records, { control: "game_verified" })).toMatchObject({ lines: 1, changed: 0, sport: "MLB" })
  })

  it("brings out only the differences, with the cause that says when is not known", () => {
    const script = new Script().connect()
      .frame(message("initial_state", "betmgm", game, {
        home: outcome("-110"),
        away: outcome("+100"),
        gone: outcome("+120"),
      }))
      .disconnect().connect()
    const before = script.events.length
    script.frame(message("initial_state", "betmgm", game, {
      home: outcome("-115"),
      away: outcome(100),
      new: outcome("+300"),
    }))
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([
      `line_moved betmgm ${game} home -115 (resync)`,
      `line_opened betmgm ${game} new 300 (resync)`,
      `line_closed betmgm ${game} gone null (resync)`,
      `game_verified betmgm ${game}`,
    ])
    expect(find(reduced.records, { control: "game_verified" })).toMatchObject({ lines: 3, changed: 3 })
  })

  it("is not healed by a line update, which verifies its own line alone", () => {
    const script = new Script().connect().frame(full("-110", { away: outcome("+100") })).disconnect().connect()
    const before = script.events.length
    const reduced = reduce(script.frame(update("-110")))
    expect(brief(since(reduced, before))).toEqual([`line_amended betmgm ${game} home -110 (feed)`])
    expect(lineOf(reduced.folded, "betmgm", game, "home")!.verified).toBe(true)
    expect(lineOf(reduced.folded, "betmgm", game, "away")!.verified).toBe(false)
    expect(reduced.folded.games.values().next().value!.verified).toBe(false)
    expect(whyNotActionable(reduced.state, { ...ref, outcome: "away" }, script.at)).toBe("unverified")
    expect(whyNotActionable(reduced.state, ref, script.at)).toBeUndefined()
  })

  it("says of an unchanged line that a line update confirms it only while it is unverified", () => {
    const script = new Script().connect().frame(full()).disconnect().connect().frame(update("-110"))
    const before = script.events.length
    expect(since(reduce(script.frame(update("-110"))), before)).toEqual([])
  })

  it("takes nothing from a connection that has ended", () => {
    const script = new Script().connect().frame(full()).disconnect()
    const before = script.events.length
    const reduced = reduce(script.frame(update("-200")).heard().pause().subscribe({ sports: ["NBA"] }))
    expect(since(reduced, before)).toEqual([])
    expect(counts(reduced.state).oldEpoch).toBe(4)
    expect(lineOf(reduced.folded, "betmgm", game, "home")).toMatchObject({ odds: -110, verified: false })
  })

  it("takes nothing of an older connection once a newer began", () => {
    const script = new Script().connect().frame(full()).disconnect().connect().frame(full("-120"))
    const before = script.events.length
    script.events.push(makeFrame("main", 1, script.at, JSON.stringify(update("-200"))))
    const reduced = reduce(script)
    expect(since(reduced, before)).toEqual([])
    expect(counts(reduced.state).oldEpoch).toBe(1)
  })

  it("opens where a newer connection begins without a word on the end of the older", () => {
    for (const begin of ["Connected", "Subscribed", "Frame", "Paused", "Silent", "Heard"]) {
      const script = new Script().connect().frame(full())
      const before = script.events.length
      script.epoch = 2
      const head = { session: "main", epoch: 2, at: script.at }
      if (begin === "Frame") script.raw("ping")
      else if (begin === "Subscribed") script.subscribe({})
      else if (begin === "Connected") script.events.push({ _tag: "Connected", ...head, plan: undefined })
      else script.events.push({ _tag: begin as "Paused" | "Silent" | "Heard", ...head })
      const reduced = reduce(script)
      const gap = since(reduced, before)[0]
      expect(gap, begin).toMatchObject({ control: "gap_opened", reason: "new_connection", epoch: 2 })
      expect(lineOf(reduced.folded, "betmgm", game, "home")!.verified, begin).toBe(false)
    }
  })

  it("opens where a connection is reported anew: the source may have missed what came between", () => {
    const script = new Script().connect().frame(full()).wait(1_000)
    script.events.push({ _tag: "Connected", session: "main", epoch: 1, at: script.at, plan: "Pro" })
    const { records, state, folded } = reduce(script.subscribe({}).events)
    expect(find(records, { control: "gap_opened" })).toMatchObject({ reason: "new_connection" })
    expect([...folded.games.values()].map((game) => game.verified)).toEqual([false])
    expect(counts(state).oldEpoch).toBe(0)
    const healed = reduce(script.frame(full()))
    expect([...healed.folded.games.values()].map((game) => game.verified)).toEqual([true])
  })

  it("opens once more where the only event of a newer connection is its end", () => {
    const script = new Script().connect().frame(full())
    const before = script.events.length
    script.epoch = 2
    expect(since(reduce(script.disconnect()), before)).toMatchObject([
      { control: "gap_opened", reason: "new_connection", code: null, epoch: 2 },
      { control: "gap_opened", reason: "closed", code: 1006, epoch: 2, last: true },
    ])
  })

  it("is not seen in frames alone: a replay without connections is one connection", () => {
    const script = new Script()
    const replayed = reduce(
      [0, 1, 2].map((second) =>
        makeFrame(
          "replay",
          1,
          script.at + second * 1_000,
          JSON.stringify(second === 0 ? full() : update(`-12${second}`)),
        )
      ),
    )
    expect(brief(replayed.records)).toEqual([
      `game_opened betmgm ${game} (feed)`,
      `line_opened betmgm ${game} home -110 (feed)`,
      `line_moved betmgm ${game} home -121 (feed)`,
      `line_moved betmgm ${game} home -122 (feed)`,
    ])
    expect(isActionable(replayed.state, ref, script.at + 2_000)).toBe(true)
  })

  it("takes frames numbered from nothing as a connection too", () => {
    const script = new Script()
    const { state } = reduce([makeFrame("replay", 0, script.at, JSON.stringify(full()))])
    expect(isActionable(state, ref, script.at)).toBe(true)
  })

  it("lasts from the first loss to the last progress, whatever is lost again between", () => {
    const script = new Script().connect()
      .frame(full()).frame(message("initial_state", "betmgm", "C vs D", { home: outcome("+200") }))
      .disconnect().wait(1_000)
      .connect().frame(full("-120")).wait(2_000).disconnect().wait(1_000)
      .connect().wait(500).frame(full("-120"))
    const before = script.events.length
    const reduced = reduce(script.wait(30_000).tick())
    expect(brief(since(reduced, before))).toEqual([
      "game_closed betmgm C vs D (absent)",
      "gap_closed complete, 1 absent",
      "synced",
    ])
    expect(find(reduced.records, { control: "gap_closed" })).toMatchObject({
      duration_ms: 4_500,
      games: 1,
      changed: 1,
      absent: 1,
      unverified: 0,
      complete: true,
    })
    expect(reduced.records.filter((record) => "control" in record && record.control === "gap_opened").length).toBe(2)
  })

  it("unverifies again what was verified before the second drop", () => {
    const script = new Script().connect().frame(full()).disconnect().connect().frame(full()).disconnect()
    const { folded } = reduce(script)
    expect(lineOf(folded, "betmgm", game, "home")!.verified).toBe(false)
  })

  it("gives what appears in it the cause resync, and what appears after it the cause feed", () => {
    const script = new Script().connect().frame(full()).disconnect().connect().frame(full())
    const opened = (name: string) => message("game_added", "betmgm", name, { home: outcome("+100") })
    const reduced = reduce(script.frame(opened("in")).wait(10_000).frame(opened("after")))
    expect(find(reduced.records, { change: "game_opened", game: "in" })).toMatchObject({ cause: "resync" })
    expect(find(reduced.records, { change: "game_opened", game: "after" })).toMatchObject({ cause: "feed" })
  })
})
