import { gameId } from "@boltodds/protocol"
import { counts, gameAcrossSportsbooks, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const early = "A vs B, 2026-07-16, 01"
const late = "A vs B, 2026-07-16, 02"
const full = (sportsbook: string, game: string, odds: string, rest: Parameters<typeof message>[4] = {}) =>
  message("initial_state", sportsbook, game, { home: outcome(odds) }, rest)
const time = (second: number): string => `2026-07-16T00:00:${String(second).padStart(2, "0")}.000000+00:00`
const settled = 10_000

describe("a gap", () => {
  it("reports what is at stake as it opens, and which sportsbooks did not come back as it closes", () => {
    const script = new Script().connect()
      .frame(full("fanduel", early, "-110"), full("betmgm", early, "-105"), full("betmgm", late, "+100"))
      .wait(settled).tick()
      .disconnect().wait(4_000).connect()
      .frame(full("betmgm", early, "-105"), full("betmgm", late, "+100"))
      .wait(settled).tick()
    const { records, folded } = reduce(script)
    expect(find(records, { control: "gap_opened" })).toMatchObject({
      sportsbooks: ["betmgm", "fanduel"],
      games: 3,
      lines: 3,
    })
    expect(find(records, { control: "gap_closed" })).toMatchObject({
      duration_ms: 4_000,
      games: 2,
      changed: 0,
      absent: 1,
      unverified: 0,
      sportsbooks_missing: ["fanduel"],
      complete: true,
    })
    expect(folded.games.has(gameId("fanduel", early))).toBe(false)
  })

  it("names the sportsbooks that were known at its beginning, however often the line is lost in it", () => {
    const script = new Script().connect().frame(full("fanduel", early, "-110"), full("betmgm", early, "-105"))
      .disconnect().connect().frame(full("betmgm", early, "-105")).wait(settled - 1)
      .disconnect().wait(1_000).connect().frame(full("betmgm", early, "-105")).wait(settled).tick()
    const { records } = reduce(script)
    const gaps = records.filter((record) => "control" in record && record.control === "gap_closed")
    expect(gaps).toEqual([
      expect.objectContaining({ duration_ms: settled - 1 + 1_000, games: 1, sportsbooks_missing: ["fanduel"] }),
    ])
  })

  it("in which the filters were narrowed closes what they exclude and verifies the rest", () => {
    const script = new Script().connect().frame(full("fanduel", early, "-110"), full("betmgm", early, "-105"))
      .disconnect()
    const before = script.events.length
    script.connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", early, "-105")).wait(settled).tick()
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([
      `game_closed fanduel ${early} (filters)`,
      `game_verified betmgm ${early}`,
      "gap_closed complete, 0 absent",
      "synced",
    ])
  })

  it("in which the filters were widened finds what was never asked for, and keeps what was", () => {
    const script = new Script().connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", early, "-105")).disconnect()
    const before = script.events.length
    script.connect().frame(full("fanduel", early, "-110"), full("betmgm", early, "-105")).wait(settled).tick()
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([
      `game_opened fanduel ${early} (resync)`,
      `line_opened fanduel ${early} home -110 (resync)`,
      `game_verified betmgm ${early}`,
      "gap_closed complete, 0 absent",
      "synced",
    ])
  })

  it("in which the filters change while the snapshot comes sweeps nothing by absence", () => {
    const script = new Script().connect().frame(full("fanduel", early, "-110"), full("betmgm", early, "-105"))
      .disconnect().connect().frame(full("betmgm", early, "-105")).subscribe({ sports: ["MLB"] })
      .frame(full("betmgm", early, "-105")).wait(settled).tick()
    const { folded, records } = reduce(script)
    expect(lineOf(folded, "fanduel", early, "home")).toMatchObject({ odds: -110, verified: false })
    expect(find(records, { control: "gap_closed" })).toMatchObject({ absent: 0, unverified: 1, complete: false })
  })

  it("after which a sportsbook stays away closes its games as absent, and not before the snapshot settled", () => {
    const script = new Script().connect().frame(full("fanduel", early, "-110"), full("betmgm", early, "-105"))
      .disconnect().connect().frame(full("betmgm", early, "-105")).wait(settled - 1).tick()
    const open = reduce(script)
    expect(whyNotActionable(open.state, { sportsbook: "fanduel", game: early, outcome: "home" }, script.at))
      .toBe("unverified")
    const before = script.events.length
    expect(brief(since(reduce(script.wait(1).tick()), before))).toEqual([
      `game_closed fanduel ${early} (absent)`,
      "gap_closed complete, 1 absent",
      "synced",
    ])
  })

  it("after which the server ignores the subscription keeps all unverified, and closes nothing", () => {
    const script = new Script().connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", early, "-105")).disconnect()
    const before = script.events.length
    script.connect({ sportsbooks: ["betmgm"] })
    for (let ping = 0; ping < 19; ping++) script.wait(15_000).frame({ action: "ping" })
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([])
    expect(lineOf(reduced.folded, "betmgm", early, "home")).toMatchObject({ odds: -105, verified: false })
  })

  it("after which the server sends what was not asked for applies none of it", () => {
    const script = new Script().connect({ sportsbooks: ["betmgm"] }).frame(full("betmgm", early, "-105")).disconnect()
    const before = script.events.length
    script.connect({ sportsbooks: ["betmgm"] }).frame(full("fanduel", early, "-110"), full("betmgm", early, "-105"))
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([`game_verified betmgm ${early}`])
    expect(counts(reduced.state).filtered).toBe(1)
  })

  it("in which a game moved to a new key ends with the new one alone, the old never believed meanwhile", () => {
    const id = { info: { universal_id: "1e1f1b8dc2ec" } }
    const script = new Script().connect().frame(full("betmgm", early, "-105", id)).disconnect()
    const before = script.events.length
    script.connect().frame(full("betmgm", late, "-120", id))
    const during = reduce(script)
    expect(lineOf(during.folded, "betmgm", early, "home")!.verified).toBe(false)
    expect(lineOf(during.folded, "betmgm", late, "home")!.verified).toBe(true)
    const reduced = reduce(script.wait(settled).tick())
    expect(brief(since(reduced, before))).toEqual([
      `game_opened betmgm ${late} (resync)`,
      `line_opened betmgm ${late} home -120 (resync)`,
      "game_rekeyed",
      "quarantined game",
      `game_closed betmgm ${early} (absent)`,
      "gap_closed complete, 1 absent",
      "synced",
    ])
    expect(gameAcrossSportsbooks(reduced.state, { universal_game_id: "1e1f1b8dc2ec" }).map(({ game }) => game)).toEqual(
      [
        late,
      ],
    )
  })

  it("in whose snapshot a sportsbook is cleared keeps what came after the clear alone", () => {
    const script = new Script().connect()
      .frame(full("betmgm", early, "-105"), full("betmgm", late, "+100"), full("fanduel", early, "-110"))
      .disconnect().connect()
    const before = script.events.length
    script.frame(full("betmgm", early, "-105"), clear("betmgm", undefined, time(5)), full("fanduel", early, "-110"))
      .frame(full("betmgm", late, "+105", { timestamp: time(6) })).wait(settled).tick()
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([
      `game_verified betmgm ${early}`,
      `game_closed betmgm ${early} (book_clear)`,
      `game_closed betmgm ${late} (book_clear)`,
      `game_verified fanduel ${early}`,
      `game_opened betmgm ${late} (resync)`,
      `line_opened betmgm ${late} home 105 (resync)`,
      "gap_closed complete, 0 absent",
      "synced",
    ])
  })

  it("that closed with games unverified is synced once they are verified", () => {
    const script = new Script().connect().frame(full("betmgm", early, "-105"), full("betmgm", late, "+100"))
      .disconnect().connect()
      .frame(full("betmgm", early, "-105"), message("line_update", "betmgm", late, { home: outcome("+105") }))
      .wait(settled).tick()
    const before = script.events.length
    expect(brief(reduce(script).records).slice(-1)).toEqual(["gap_closed 1 unverified, 0 absent"])
    script.frame(message("game_update", "betmgm", late, { home: outcome("+105") })).wait(settled).tick()
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([`game_verified betmgm ${late}`, "synced"])
  })
})

describe("what was sent before a removal and arrives after it", () => {
  const game = full("betmgm", early, "-105", { timestamp: time(1) })
  const removed = message("game_removed", "betmgm", early, {}, { timestamp: time(10) })
  /** Our clock is past the stamps of the removals. */
  const afterRemoval = () => new Script().wait(60_000)
  const lateArrival = (action: string, second: number) =>
    message(action, "betmgm", early, { home: outcome("-150") }, { timestamp: time(second) })

  it("does not bring the game back, and is counted", () => {
    const script = afterRemoval().connect().frame(game, removed)
    const before = script.events.length
    script.frame(lateArrival("line_update", 9), lateArrival("game_update", 8), lateArrival("initial_state", 7))
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([])
    expect(counts(reduced.state).lateArrivals).toBe(3)
    expect(reduced.folded.games.size).toBe(0)
  })

  it("is not what was sent with the removal, after it, or without a time", () => {
    for (const timestamp of [time(10), time(11), undefined]) {
      const script = afterRemoval().connect().frame(game, removed)
      const update = message("game_update", "betmgm", early, { home: outcome("-150") }, timestamp ? { timestamp } : {})
      expect(lineOf(reduce(script.frame(update)).folded, "betmgm", early, "home")).toMatchObject({ odds: -150 })
    }
  })

  it("is seen after a clear, for its sportsbook or its sport, whether or not the game was known", () => {
    const cases: ReadonlyArray<[unknown, number]> = [
      [clear("betmgm", undefined, time(10)), 1],
      [clear("betmgm", "MLB", time(10)), 1],
      [clear("betmgm", "NBA", time(10)), 0],
      [clear("fanduel", undefined, time(10)), 0],
    ]
    for (const [cleared, ignored] of cases) {
      const script = afterRemoval().connect().frame(cleared, lateArrival("line_update", 9))
      expect(counts(reduce(script).state).lateArrivals, JSON.stringify(cleared)).toBe(ignored)
    }
  })

  it("is applied once some seconds have passed: the server's clock may have been set back", () => {
    for (const [wait, games] of [[10_000, 0], [10_001, 1]] as const) {
      const script = afterRemoval().connect().frame(game, removed).wait(wait).frame(lateArrival("game_update", 9))
      expect(reduce(script).folded.games.size, `after ${wait} ms`).toBe(games)
    }
  })

  it("is not looked for across connections: a snapshot shows what is there", () => {
    const script = afterRemoval().connect().frame(game, removed).disconnect().connect().frame(game)
    expect(lineOf(reduce(script).folded, "betmgm", early, "home")).toMatchObject({ odds: -105, verified: true })
  })

  it("is late too after a storm of removals, of which the latest time alone is kept for the sportsbook", () => {
    const script = afterRemoval().connect().frame(game, removed)
    const storm = Array.from(
      { length: 256 },
      (_, index) => message("game_removed", "betmgm", `game ${index}`, {}, { timestamp: time(11) }),
    )
    script.frame(...storm, lateArrival("line_update", 9))
    expect(counts(reduce(script).state).lateArrivals).toBe(1)
  })

  describe("where the removal is stamped ahead of our clock", () => {
    const removals: ReadonlyArray<readonly [string, (timestamp: string) => unknown]> = [
      ["game_removed", (timestamp) => message("game_removed", "betmgm", early, {}, { timestamp })],
      ["book_clear", (timestamp) => clear("betmgm", undefined, timestamp)],
      ["sport_clear", (timestamp) => clear("betmgm", "MLB", timestamp)],
    ]
    const stamped = (wait: number): Script => new Script().wait(wait).connect().frame(game)

    it("takes the full state that follows, whatever its own stamp", () => {
      for (const [name, removal] of removals) {
        for (const action of ["initial_state", "game_update", "game_added"]) {
          for (const second of [7, 9]) {
            const script = stamped(9_000).frame(removal(time(12))).wait(1_000).frame(lateArrival(action, second))
            const reduced = reduce(script)
            const line = { sportsbook: "betmgm", game: early, outcome: "home" }
            expect(lineOf(reduced.folded, "betmgm", early, "home"), `${name} ${action}`)
              .toMatchObject({ odds: -150, verified: true })
            expect(whyNotActionable(reduced.state, line, script.at), `${name} ${action}`).toBe(undefined)
            expect(counts(reduced.state).lateArrivals).toBe(0)
          }
        }
      }
    })

    it("still drops and counts a line update, which could open the game only in part", () => {
      for (const [name, removal] of removals) {
        const reduced = reduce(stamped(9_000).frame(removal(time(12)), lateArrival("line_update", 9)))
        expect(reduced.folded.games.size, name).toBe(0)
        expect(counts(reduced.state).lateArrivals, name).toBe(1)
      }
    })

    it("judges a full state by the stamp as soon as it is not ahead", () => {
      for (const [name, removal] of removals) {
        for (const [ahead, games] of [[0, 0], [1, 1]] as const) {
          const script = stamped(12_000 - ahead).frame(removal(time(12)), lateArrival("initial_state", 9))
          expect(reduce(script).folded.games.size, `${name}, ${ahead} ms ahead`).toBe(games)
        }
      }
    })

    it("compares nothing where a stamp is null or no time", () => {
      for (const timestamp of [null, "", "soon"]) {
        const removed = { ...message("game_removed", "betmgm", early, {}) as object, timestamp }
        const state = { ...message("initial_state", "betmgm", early, { home: outcome("-150") }) as object, timestamp }
        expect(reduce(stamped(60_000).frame(removed, lateArrival("initial_state", 9))).folded.games.size).toBe(1)
        expect(
          reduce(stamped(60_000).frame(message("game_removed", "betmgm", early, {}, { timestamp: time(10) }), state))
            .folded.games.size,
        ).toBe(1)
      }
    })
  })
})
