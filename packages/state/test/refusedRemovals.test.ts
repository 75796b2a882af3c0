/** Removals and clears that do not fit into the bounds: what was sent before them must not become live later. */
import { fold } from "@boltodds/protocol"
import { counts, resume, type StateLimits, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { clear, message, outcome, Script } from "./events.ts"
import { lineOf, reduce, together } from "./reduce.ts"

const start = Date.UTC(2026, 6, 16)
const stamp = (second: number) => new Date(start + second * 1_000).toISOString().replace("Z", "000+00:00")
const sent = (action: string, sportsbook: string, game: string, second: number, data: Record<string, unknown> = {}) =>
  message(action, sportsbook, game, { home: outcome("-110") }, { timestamp: stamp(second), data })
const removed = (sportsbook: string, game: string, second: number, data: Record<string, unknown> = {}) =>
  message("game_removed", sportsbook, game, {}, { timestamp: stamp(second), data })
const long = "x".repeat(30)

describe("a removal of a sportsbook that is one too many", () => {
  const limits = { sportsbooks: 1, characters: 20 }
  const onlyA = () => new Script().connect().frame(sent("initial_state", "a", "1", 0)).wait(30_000)
  /** What came of an older update of sportsbook `b`, once `a` has made room for it. */
  const afterRoom = (refused: unknown, late: unknown, wait = 0, options: Partial<StateLimits> = limits) => {
    const script = onlyA().frame(refused).frame(message("game_removed", "a", "1", {})).wait(wait).frame(late)
    const { folded, state } = reduce(script, { limits: options })
    return { line: lineOf(folded, "b", "G", "home"), late: counts(state).lateArrivals }
  }

  it.each([
    ["a game", removed("b", "G", 30)],
    ["another game", removed("b", "H", 30)],
    ["a game with facts that are too long", removed("b", "G", 30, { home_team: long })],
    ["the sportsbook", clear("b", undefined, stamp(30))],
    ["a sport", clear("b", "MLB", stamp(30))],
    ["a sport with a name that is too long", clear("b", long, stamp(30))],
  ])("keeps older updates out: %s", (_, refused) => {
    for (const action of ["line_update", "game_update", "initial_state"]) {
      expect(afterRoom(refused, sent(action, "b", "G", 29)), action).toEqual({ line: undefined, late: 1 })
    }
  })

  it("lets newer updates in", () => {
    expect(afterRoom(removed("b", "G", 30), sent("line_update", "b", "G", 31))).toMatchObject({
      line: { odds: -110, verified: true },
      late: 0,
    })
  })

  it("counts for ten seconds after the last one", () => {
    expect(afterRoom(removed("b", "G", 30), sent("line_update", "b", "G", 29), 10_000).late).toBe(1)
    expect(afterRoom(removed("b", "G", 30), sent("line_update", "b", "G", 29), 10_001).line).toBeDefined()
  })

  it("keeps the latest of the server's times", () => {
    const script = onlyA().frame(removed("b", "G", 30), removed("c", "G", 20)).frame(
      message("game_removed", "a", "1", {}),
    )
    const { state } = reduce(script.frame(sent("line_update", "b", "G", 29)), { limits })
    expect(counts(state).lateArrivals).toBe(1)
  })

  it("does not hold up sportsbooks that are known", () => {
    const script = onlyA().frame(removed("b", "G", 30)).frame(sent("line_update", "a", "2", 29))
    expect(lineOf(reduce(script, { limits }).folded, "a", "2", "home")).toMatchObject({ verified: true })
  })

  it("counts for its connection only", () => {
    const script = onlyA().frame(removed("b", "G", 30)).disconnect().connect()
      .frame(message("game_removed", "a", "1", {})).frame(sent("line_update", "b", "G", 29))
    expect(lineOf(reduce(script, { limits }).folded, "b", "G", "home")).toMatchObject({ verified: true })
  })

  it("keeps older updates out where the size of the book is the bound", () => {
    const bytes = 14_000
    const script = new Script().connect()
      .frame(
        message("initial_state", "a", "1", Object.fromEntries(range(25).map((nth) => [`o${nth}`, outcome("-110")]))),
      )
      .wait(30_000).frame(removed("b", "G", 30)).frame(message("game_removed", "a", "1", {}))
      .frame(sent("line_update", "b", "G", 29))
    const { state, folded } = reduce(script, { limits: { bytes } })
    expect(counts(state).limited).toBeGreaterThan(0)
    expect(lineOf(folded, "b", "G", "home")).toBeUndefined()
    expect(counts(state).lateArrivals).toBe(1)
  })
})

describe("a removal of a sportsbook that is known", () => {
  const limits = { characters: 20 }
  const known = () => new Script().connect().frame(sent("initial_state", "a", "1", 0)).wait(30_000)

  it("is applied where a fact of the game is too long", () => {
    for (const field of ["home_team", "away_team", "universal_game_id", "sport"]) {
      const script = known().frame(removed("a", "1", 30, { [field]: long })).frame(sent("line_update", "a", "1", 29))
      const { folded, state } = reduce(script, { limits })
      expect(folded.games.size, field).toBe(0)
      expect(counts(state).lateArrivals).toBe(1)
    }
  })

  it("keeps older updates out where it clears a sport with a name that is too long", () => {
    const script = known().frame(message("line_update", "a", "2", {}, { sport: "", timestamp: stamp(1) }))
      .frame(clear("a", long, stamp(30)))
      .frame(message("line_update", "a", "2", { home: outcome("-110") }, { sport: "", timestamp: stamp(29) }))
    const { folded } = reduce(script, { limits })
    expect(lineOf(folded, "a", "2", "home")).toBeUndefined()
  })
})

describe("a clear of a sport", () => {
  it("keeps out older updates that leave their sport empty", () => {
    const script = new Script().connect().frame(sent("initial_state", "a", "1", 0)).wait(30_000)
      .frame(clear("a", "MLB", stamp(30)))
      .frame(message("line_update", "a", "1", { home: outcome("-110") }, { sport: "", timestamp: stamp(29) }))
    const { folded, state } = reduce(script)
    expect(folded.games.size).toBe(0)
    expect(counts(state).lateArrivals).toBe(1)
  })

  it("lets older updates of another sport in", () => {
    const script = new Script().connect().frame(sent("initial_state", "a", "1", 0)).wait(30_000)
      .frame(clear("a", "NBA", stamp(30))).frame(sent("line_update", "a", "2", 29))
    expect(lineOf(reduce(script).folded, "a", "2", "home")).toMatchObject({ verified: true })
  })
})

describe("a removal of a session that is one too many", () => {
  it("keeps older updates out once the session has room", () => {
    const before = reduce(new Script("old").connect().frame(sent("initial_state", "a", "1", 0)))
    const live = new Script("one", start + 20_000).connect().frame(sent("initial_state", "a", "1", 20)).wait(10_000)
      .tick()
    const next = new Script("two", start + 29_000)
    next.epoch = 1
    next.frame(removed("b", "G", 29)).wait(2_000).frame(sent("line_update", "b", "G", 28))
    const draft = thaw(resume(before.folded, { run: "next", limits: { sessions: 2 } }))
    const records = draft.apply(together(live, next)).flatMap((step) => step.records)
    const folded = fold(before.folded, records)
    expect([...draft.sessions.keys()]).toEqual(["one", "two"])
    expect(lineOf(folded, "b", "G", "home")).toBeUndefined()
    expect(draft.counts).toMatchObject({ lateArrivals: 1, limited: 1 })
  })
})

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
