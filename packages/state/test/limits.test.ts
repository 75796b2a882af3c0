import { type Control, emptyBook, fold, isLive } from "@boltodds/protocol"
import { book, counts, isActionable, make, resume, snapshot, type StateLimits, thaw } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { countBytes } from "../src/internal/size.ts"
import { coreOf } from "../src/State.ts"
import { clear, message, outcome, Script } from "./events.ts"
import { brief, lineOf, reduce, since } from "./reduce.ts"
import { generator } from "./random.ts"
import { scenario } from "./scenario.ts"

const full = (sportsbook: string, game: string, outcomes: Record<string, unknown> = { home: outcome("-110") }) =>
  message("initial_state", sportsbook, game, outcomes)
const update = (sportsbook: string, game: string, outcomes: Record<string, unknown>) =>
  message("line_update", sportsbook, game, outcomes)
const limitedIn = (records: ReturnType<typeof since>) =>
  records.filter((record): record is Extract<Control, { control: "quarantined" }> =>
    "control" in record && record.control === "quarantined" && record.reason.startsWith("limited")
  ).map(({ touches, sportsbook, game, reason, refused }) => ({ touches, sportsbook, game, reason, refused }))
const many = (count: number, from = 0, odds = "-110") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`o${from + index}`, outcome(odds)]))

/** The estimated size after each event. */
const sizes = (limits: Partial<StateLimits>, script: Script) => {
  const draft = thaw(make({ run: "r", limits }))
  return script.events.map((event) => {
    draft.apply([event])
    const core = coreOf(draft.seal())
    expect(core.bytes).toBe(countBytes(core))
    return core.bytes
  })
}

describe("games beyond the bound", () => {
  const limits = { games: 2 }
  const script = () => new Script().connect().frame(full("betmgm", "1"), full("betmgm", "2"))

  it("are not opened, are counted, and are reported at most once a second and sportsbook", () => {
    const reduced = reduce(
      script().frame(full("betmgm", "3"), full("betmgm", "4"), full("caesars", "3")).wait(500)
        .frame(update("betmgm", "5", many(1))).wait(600).frame(update("betmgm", "6", many(1))),
      { limits },
    )
    expect([...reduced.folded.games.values()].map(({ game }) => game)).toEqual(["1", "2"])
    expect(limitedIn(reduced.records)).toEqual([
      { touches: "game", sportsbook: "betmgm", game: "3", reason: "limited: more than 2 games", refused: 1 },
      { touches: "game", sportsbook: "caesars", game: "3", reason: "limited: more than 2 games", refused: 1 },
      { touches: "game", sportsbook: "betmgm", game: "6", reason: "limited: more than 2 games", refused: 3 },
    ])
    expect(counts(reduced.state).limited).toBe(5)
  })

  it("leave the games that are known as they are: updated and live", () => {
    const reduced = reduce(script().frame(full("betmgm", "3"), update("betmgm", "1", { home: outcome("-150") })), {
      limits,
    })
    expect(lineOf(reduced.folded, "betmgm", "1", "home")).toMatchObject({ odds: -150, verified: true })
  })

  it("open once a game that is removed has made room", () => {
    const reduced = reduce(
      script().frame(full("betmgm", "3")).wait(100).frame(message("game_removed", "betmgm", "1", {}))
        .frame(full("betmgm", "3")),
      { limits },
    )
    expect(lineOf(reduced.folded, "betmgm", "3", "home")).toMatchObject({ odds: -110, verified: true })
  })

  it("keep the book from being called complete until the next connection", () => {
    const reduced = reduce(
      script().frame(full("betmgm", "3")).wait(20_000).tick().disconnect().wait(1_000).connect()
        .frame(full("betmgm", "1"), full("betmgm", "2")).wait(20_000).tick(),
      { limits },
    )
    expect(brief(reduced.records).filter((it) => it === "synced" || it.startsWith("gap_closed"))).toEqual([
      "gap_closed complete, 0 absent",
      "synced",
    ])
  })
})

describe("outcomes beyond the bound of a game", () => {
  const limits = { outcomes: 3 }

  it("are not applied; the game is unverified with what else the message said", () => {
    const script = new Script().connect().frame(full("betmgm", "1", many(3))).wait(100)
    const before = script.events.length
    const reduced = reduce(script.frame(update("betmgm", "1", { ...many(1, 0, "-200"), ...many(2, 3) })), { limits })
    expect(limitedIn(since(reduced, before))).toEqual([
      {
        touches: "game",
        sportsbook: "betmgm",
        game: "1",
        reason: "limited: more than 3 outcomes of a game",
        refused: 2,
      },
    ])
    expect(lineOf(reduced.folded, "betmgm", "1", "o0")).toMatchObject({ odds: -200, verified: false })
    expect(lineOf(reduced.folded, "betmgm", "1", "o1")).toMatchObject({ verified: false })
    expect(lineOf(reduced.folded, "betmgm", "1", "o3")).toBeUndefined()
    expect(isActionable(reduced.state, { sportsbook: "betmgm", game: "1", outcome: "o0" }, script.at)).toBe(false)
  })

  it("are reported once a second while nothing of the game is verified", () => {
    const script = new Script().connect().frame(full("betmgm", "1", many(3)))
    const before = script.events.length
    for (let from = 3; from < 33; from++) script.wait(100).frame(update("betmgm", "1", many(1, from)))
    const reduced = reduce(script, { limits })
    expect(limitedIn(since(reduced, before)).map(({ refused }) => refused)).toEqual([1, 10, 10])
  })

  it("are reported once a second where updates that fit verify their lines in between; those stay live meanwhile", () => {
    const script = new Script().connect().frame(full("betmgm", "1", many(3)))
    const before = script.events.length
    for (let nth = 0; nth < 9; nth++) {
      script.wait(100).frame(update("betmgm", "1", many(1, 3))).frame(update("betmgm", "1", many(1, 0, `-15${nth}`)))
    }
    const reduced = reduce(script, { limits })
    expect(limitedIn(since(reduced, before)).map(({ refused }) => refused)).toEqual([1])
    expect(lineOf(reduced.folded, "betmgm", "1", "o0")).toMatchObject({ odds: -158, verified: true })
    expect(lineOf(reduced.folded, "betmgm", "1", "o1")).toMatchObject({ verified: false })
    const next = reduce(script.wait(200).frame(update("betmgm", "1", many(1, 3))), { limits })
    expect(limitedIn(since(next, before)).map(({ refused }) => refused)).toEqual([1, 9])
    expect(lineOf(next.folded, "betmgm", "1", "o0")).toMatchObject({ verified: false })
  })

  it("are reported again at once where the price of a known line is not the one that came", () => {
    const long = { o0: outcome("-170", { link: "y".repeat(20_000) }) }
    const script = new Script().connect().frame(full("betmgm", "1", many(3))).frame(update("betmgm", "1", long))
    const before = script.events.length
    const reduced = reduce(script.frame(update("betmgm", "1", many(1, 0, "-150"))).frame(update("betmgm", "1", long)))
    expect(limitedIn(since(reduced, before))).toHaveLength(1)
    expect(lineOf(reduced.folded, "betmgm", "1", "o0")).toMatchObject({ odds: -150, verified: false })
  })

  it("are reported again at once after a full message that fits: the game was called complete", () => {
    const script = new Script().connect().frame(full("betmgm", "1", many(3))).frame(update("betmgm", "1", many(1, 3)))
    const before = script.events.length
    const reduced = reduce(script.frame(full("betmgm", "1", many(3))).frame(update("betmgm", "1", many(1, 3))), {
      limits,
    })
    expect(brief(since(reduced, before))[0]).toBe("game_verified betmgm 1")
    expect(limitedIn(since(reduced, before))).toHaveLength(1)
  })

  it("verify the game again with the first full message that fits", () => {
    const script = new Script().connect().frame(full("betmgm", "1", many(5))).wait(10)
    const before = script.events.length
    const reduced = reduce(script.frame(full("betmgm", "1", many(3, 0, "-150"))), { limits })
    expect(brief(since(reduced, before)).at(-1)).toBe("game_verified betmgm 1")
    expect(lineOf(reduced.folded, "betmgm", "1", "o2")).toMatchObject({ odds: -150, verified: true })
  })

  it("take the place of those that the same full message leaves out", () => {
    const reduced = reduce(
      new Script().connect().frame(full("betmgm", "1", many(3))).frame(full("betmgm", "1", many(3, 10))),
      { limits },
    )
    expect([...reduced.folded.games.values()].map((game) => [...game.lines.keys()])).toEqual([["o10", "o11", "o12"]])
    expect(limitedIn(reduced.records)).toEqual([])
    expect(lineOf(reduced.folded, "betmgm", "1", "o10")).toMatchObject({ verified: true })
  })
})

describe("sportsbooks beyond the bound", () => {
  const limits = { sportsbooks: 2 }

  it("are not opened, whichever message names them", () => {
    const reduced = reduce(
      new Script().connect().frame(full("a", "1"), full("b", "1"), full("c", "1"), clear("d")).frame(
        message("game_removed", "e", "1", {}),
      ),
      { limits },
    )
    expect([...reduced.folded.games.values()].map(({ sportsbook }) => sportsbook)).toEqual(["a", "b"])
    expect(counts(reduced.state).limited).toBe(3)
    expect(limitedIn(reduced.records)).toEqual([
      { touches: "game", sportsbook: "c", game: "1", reason: "limited: more than 2 sportsbooks", refused: 1 },
    ])
  })

  it("take the place of one that holds nothing and removed nothing of late", () => {
    const reduced = reduce(
      new Script().connect().frame(full("a", "1"), full("b", "1")).frame(message("game_removed", "b", "1", {}))
        .frame(full("c", "1")),
      { limits },
    )
    expect([...reduced.folded.games.values()].map(({ sportsbook }) => sportsbook)).toEqual(["a", "c"])
  })
})

describe("names beyond the bound", () => {
  const limits = { characters: 10 }
  const long = "x".repeat(11)
  const script = () => new Script().connect().frame(full("betmgm", "1"), full("caesars", "1")).wait(100)
  const verifiedAfter = (next: unknown) => {
    const first = script()
    const before = first.events.length
    const reduced = reduce(first.frame(next), { limits })
    return {
      touches: limitedIn(since(reduced, before)).map(({ touches }) => touches),
      verified: [...reduced.folded.games.values()].filter(({ verified }) => verified).map((it) => it.sportsbook),
    }
  }

  it("make what contains them unverified", () => {
    expect(verifiedAfter(full(long, "1"))).toEqual({ touches: ["session"], verified: [] })
    expect(verifiedAfter(full("betmgm", long))).toEqual({ touches: ["sportsbook"], verified: ["caesars"] })
    expect(verifiedAfter(clear(long))).toEqual({ touches: ["session"], verified: [] })
    expect(verifiedAfter(clear("betmgm", long))).toEqual({ touches: ["sportsbook"], verified: ["caesars"] })
    expect(verifiedAfter(update("betmgm", "1", { [long]: outcome("-110") }))).toEqual({
      touches: ["game"],
      verified: ["caesars"],
    })
    for (const field of ["outcome_name", "outcome_target"]) {
      expect(verifiedAfter(update("betmgm", "1", { home: outcome("-150", { [field]: long }) }))).toEqual({
        touches: ["game"],
        verified: ["caesars"],
      })
    }
    for (const field of ["home_team", "away_team", "universal_game_id", "sport"]) {
      expect(verifiedAfter(message("line_update", "betmgm", "1", {}, { data: { [field]: long } }))).toEqual({
        touches: ["game"],
        verified: ["caesars"],
      })
    }
  })

  it("are reported once a second where messages verify what they name in between", () => {
    for (const [next, touches] of [[full("betmgm", long), "sportsbook"], [clear(long), "session"]] as const) {
      const first = script()
      const before = first.events.length
      for (let nth = 0; nth < 12; nth++) {
        first.wait(100).frame(next).frame(update("betmgm", "1", { home: outcome(`-1${20 + nth}`) }))
      }
      const reduced = reduce(first, { limits })
      expect(limitedIn(since(reduced, before)).map((it) => [it.touches, it.refused])).toEqual([
        [touches, 1],
        [touches, 10],
      ])
      expect(lineOf(reduced.folded, "betmgm", "1", "home")).toMatchObject({ odds: -131, verified: true })
    }
  })

  it("are counted, those too that need no record as nothing was verified since the last", () => {
    const reduced = reduce(
      script().frame(full(long, "1"), full(long, "2")).wait(5_000).frame(full(long, "1"), full("betmgm", "1"))
        .wait(5_000).frame(full(long, "1")),
      { limits },
    )
    expect(limitedIn(reduced.records).map((it) => [it.touches, it.refused])).toEqual([["session", 1], ["session", 3]])
    expect(counts(reduced.state).limited).toBe(4)
  })

  it("allow a link to be ten times as long", () => {
    const reduced = reduce(
      script().frame(update("betmgm", "1", { home: outcome("-150", { link: "x".repeat(100) }) })),
      {
        limits,
      },
    )
    expect(lineOf(reduced.folded, "betmgm", "1", "home")).toMatchObject({ odds: -150, verified: true })
  })

  it("report a game that is not known, and keep what is known as it is", () => {
    expect(verifiedAfter(message("initial_state", "betmgm", "2", {}, { data: { home_team: long } }))).toEqual({
      touches: ["game"],
      verified: ["betmgm", "caesars"],
    })
  })
})

describe("sessions beyond the bound", () => {
  it("are not opened", () => {
    const first = new Script("one").connect().frame(full("betmgm", "1"))
    const both = new Script("two", first.at, first.events).connect().frame(full("caesars", "1"))
    const reduced = reduce(both, { limits: { sessions: 1 } })
    expect([...reduced.folded.games.values()].map(({ sportsbook }) => sportsbook)).toEqual(["betmgm"])
    expect(limitedIn(reduced.records)).toMatchObject([{ touches: "session", reason: "limited: more than 1 sessions" }])
  })
})

describe("what is known from an earlier run, where a message does not fit", () => {
  const before = reduce(new Script("old").connect().frame(full("betmgm", "1"), full("betmgm", "2")))
  const resumed = (limits: Partial<StateLimits>, ...messages: ReadonlyArray<unknown>) => {
    const script = new Script("new", Date.UTC(2026, 6, 17)).connect().frame(full("caesars", "9"), ...messages)
      .wait(60_000).tick()
    const draft = thaw(resume(before.folded, { run: "next", limits }))
    const records = draft.apply(script.events).flatMap((step) => step.records)
    return {
      closed: records.flatMap((record) =>
        "change" in record && record.change === "game_closed" ? [`${record.game} ${record.cause}`] : []
      ),
      refused: limitedIn(records).length,
      live:
        [...fold(before.folded, records).games.values()].filter((game) =>
          [...game.lines.values()].some((line) => line.verified)
        ).length,
    }
  }
  const long = (sportsbook: string, game: string) =>
    message("initial_state", sportsbook, game, { home: outcome("-110") }, { data: { home_team: "x".repeat(1_001) } })

  it("was there, though it was refused: it is not absent", () => {
    expect(resumed({ sportsbooks: 1 }, full("betmgm", "1"))).toEqual({ closed: ["2 absent"], refused: 1, live: 1 })
    expect(resumed({}, long("betmgm", "1"))).toEqual({ closed: ["2 absent"], refused: 1, live: 1 })
    expect(resumed({}, full("betmgm", "x".repeat(1_001)))).toEqual({ closed: [], refused: 1, live: 1 })
    // Which sportsbook it is about nobody knows.
    expect(resumed({}, full("x".repeat(1_001), "1"))).toEqual({ closed: [], refused: 1, live: 0 })
  })

  it("is gone where it is taken back", () => {
    const one = message("game_removed", "betmgm", "1", {})
    expect(resumed({ sportsbooks: 1 }, one, full("betmgm", "2"))).toMatchObject({ closed: ["1 feed"] })
    expect(resumed({ sportsbooks: 1 }, clear("betmgm"))).toMatchObject({ closed: ["1 book_clear", "2 book_clear"] })
  })
})

describe("a session whose beginning does not fit", () => {
  it("is never called complete on that connection, and its refusal names the bound", () => {
    const first = new Script("a").connect().frame(full("betmgm", "1", many(40)))
    const bytes = sizes({}, first).at(-1)! + 1_000
    const second = new Script("b", first.at + 100, first.events).connect()
      .frame(full("caesars", "2"), full("caesars", "3"))
    first.at = second.at + 100
    first.frame(message("game_removed", "betmgm", "1", {}))
    second.at = first.at + 100
    second.frame(full("caesars", "4")).wait(60_000).tick()
    const reduced = reduce(second, { limits: { bytes } })
    expect([...reduced.folded.games.values()].map(({ game }) => game)).toEqual(["4"])
    expect(limitedIn(reduced.records).map(({ reason }) => reason)).toEqual([
      `limited: the book needs more than ${bytes} bytes`,
    ])
    const synced = () =>
      reduce(second, { limits: { bytes } }).records.filter((record) =>
        "control" in record && record.control === "synced" && record.session === "b"
      ).length
    expect(synced()).toBe(0)
    second.disconnect().wait(1_000).connect().frame(full("caesars", "4")).wait(60_000).tick()
    expect(synced()).toBe(1)
  })

  it("has a name that is too long, or is one too many", () => {
    const reason = (limits: Partial<StateLimits>, name: string) => {
      const first = new Script("a").connect().frame(full("betmgm", "1"))
      return limitedIn(reduce(new Script(name, first.at, first.events).connect(), { limits }).records)[0]?.reason
    }
    expect(reason({ sessions: 1 }, "b")).toBe("limited: more than 1 sessions")
    expect(reason({ characters: 10 }, "b".repeat(11))).toBe("limited: a name of more than 10 characters")
  })
})

describe("the estimated size", () => {
  it("keeps a game that is known from growing, and makes it unverified", () => {
    const script = new Script().connect().frame(full("betmgm", "1", many(10)))
    const used = sizes({}, script).at(-1)!
    script.wait(10).frame(update("betmgm", "1", many(5, 5)), update("betmgm", "1", many(1, 99)))
    script.wait(10).frame(update("betmgm", "1", { o0: outcome("-120", { link: "y".repeat(500) }) }))
    script.wait(10).frame(message("line_update", "betmgm", "1", {}, { data: { home_team: "z".repeat(500) } }))
    expect(Math.max(...sizes({ bytes: used }, script))).toBeLessThanOrEqual(used)
    const reduced = reduce(script, { limits: { bytes: used } })
    expect(counts(reduced.state).limited).toBe(3)
    expect(lineOf(reduced.folded, "betmgm", "1", "o0")).toMatchObject({ odds: -110, link: null, verified: false })
  })

  it("counts removals, and takes a sportsbook as cleared where there is no room for one", () => {
    const stamp = (second: number) => `2026-07-16T00:00:0${second}.000000+00:00`
    const removed = message("game_removed", "betmgm", "x".repeat(500), {}, { timestamp: stamp(5) })
    const script = new Script().connect().frame(full("betmgm", "1"))
    const bytes = sizes({}, script).at(-1)! + 500
    script.frame(removed).frame(message("line_update", "betmgm", "x".repeat(500), many(1), { timestamp: stamp(4) }))
    expect(Math.max(...sizes({ bytes }, script))).toBeLessThanOrEqual(bytes)
    const reduced = reduce(script, { limits: { bytes } })
    expect(counts(reduced.state)).toMatchObject({ lateArrivals: 1, limited: 0 })
  })

  it("lets no game back that was removed after an update of it, however little room there is for removals", () => {
    const stamp = (second: number) => `2026-07-16T00:00:${second}.000000+00:00`
    const script = () => new Script().connect().frame(full("betmgm", "H", many(10)))
    // No room for the name of a removed game.
    const bytes = sizes({}, script()).at(-1)! + 10
    const removed = (game: string, second: number) =>
      message("game_removed", "betmgm", game, {}, { timestamp: stamp(second) })
    const late = message("game_update", "betmgm", "G", { home: outcome("+999") }, { timestamp: stamp(17) })
    for (const limits of [{}, { bytes }]) {
      for (const second of ["H", "G"]) {
        const reduced = reduce(script().wait(20_000).frame(removed("G", 20), removed(second, 15), late), { limits })
        expect(lineOf(reduced.folded, "betmgm", "G", "home"), second).toBeUndefined()
        expect(counts(reduced.state).lateArrivals).toBe(1)
      }
    }
  })

  it("lets no game back however many were removed since", () => {
    const stamp = (second: number) => `2026-07-16T00:00:${second}.000000+00:00`
    const removed = (game: string, second: number) =>
      message("game_removed", "betmgm", game, {}, { timestamp: stamp(second) })
    const late = (game: string) =>
      message("game_update", "betmgm", game, { home: outcome("+999") }, { timestamp: stamp(17) })
    const script = new Script().connect().frame(full("betmgm", "G0")).wait(20_000)
    for (let nth = 0; nth < 600; nth++) script.frame(removed(`G${nth}`, nth === 0 ? 20 : 18))
    const reduced = reduce(script.frame(late("G0"), late("G300"), late("G599")))
    expect(reduced.folded.games.size).toBe(0)
    expect(counts(reduced.state).lateArrivals).toBe(3)
    sizes({}, script)
  })

  it("lets games open that are sent before a removal, where removals are many but not at once", () => {
    const stamp = (millis: number) => new Date(millis).toISOString().replace("Z", "000+00:00")
    const script = new Script().connect().frame(full("betmgm", "kept"))
    for (let nth = 0; nth < 300; nth++) {
      script.wait(1_000).frame(message("game_removed", "betmgm", `G${nth}`, {}, { timestamp: stamp(script.at) }))
    }
    script.frame(
      message("game_update", "betmgm", "new", { home: outcome("-120") }, { timestamp: stamp(script.at - 500) }),
    )
    expect(lineOf(reduce(script).folded, "betmgm", "new", "home")).toMatchObject({ odds: -120, verified: true })
    sizes({}, script)
  })

  it("is that of the book after a restart", () => {
    const before = reduce(new Script().connect().frame(full("betmgm", "1", many(10)), full("caesars", "2")))
    const core = coreOf(resume(fold(emptyBook, snapshot(before.state)), { run: "next" }))
    expect(core.bytes).toBe(countBytes(core))
    expect(core.bytes).toBeGreaterThan(0)
  })

  it("refuses a bound that is not a whole number", () => {
    for (const games of [0, -1, 1.5, Number.NaN]) {
      expect(() => make({ run: "r", limits: { games } })).toThrow(/limits\.games must be a whole number/)
    }
  })
})

describe("a refusal", () => {
  const limitsIn = (script: Script, limits: Partial<StateLimits>) =>
    reduce(script, { limits }).records.flatMap((record) =>
      "control" in record && record.control === "quarantined" && record.limit !== undefined
        ? [`${record.limit.name} ${record.limit.bound}`]
        : []
    )
  const one = () => new Script().connect().frame(full("betmgm", "1", many(2)))

  it("names the bound and its value for programs", () => {
    const long = "x".repeat(20)
    expect(limitsIn(one().frame(full("betmgm", "2")), { games: 1 })).toEqual(["games 1"])
    expect(limitsIn(one().frame(update("betmgm", "1", many(1, 2))), { outcomes: 2 })).toEqual(["outcomes 2"])
    expect(limitsIn(one().frame(full("caesars", "1")), { sportsbooks: 1 })).toEqual(["sportsbooks 1"])
    expect(limitsIn(one().frame(update("betmgm", "1", { [long]: outcome("-110") })), { characters: 19 }))
      .toEqual(["characters 19"])
    expect(limitsIn(one().frame(full("betmgm", long)), { characters: 19 })).toEqual(["characters 19"])
    expect(limitsIn(one().frame(full(long, "2")), { characters: 19 })).toEqual(["characters 19"])
    expect(limitsIn(one(), { bytes: 1_500 })).toEqual(["bytes 1500"])
    const both = one()
    new Script("two", both.at, both.events).connect().frame(full("caesars", "1"))
    expect(limitsIn(both, { sessions: 1 })).toEqual(["sessions 1"])
  })

  it("of a session says whether its name or its number is beyond a bound", () => {
    const both = one()
    new Script("s".repeat(20), both.at, both.events).connect()
    expect(limitsIn(both, { characters: 19 })).toEqual(["characters 19"])
  })
})

describe("the laws of the bounds", { timeout: 240_000 }, () => {
  const limitsOf = (random: () => number) => ({
    games: 1 + Math.floor(random() * 6),
    outcomes: 1 + Math.floor(random() * 4),
    sportsbooks: 1 + Math.floor(random() * 3),
    bytes: 8_000 + Math.floor(random() * 12_000),
    // The names of these lives have 3 to 23 characters.
    characters: [4, 10, 15, 22, 1_000, 1_000][Math.floor(random() * 6)]!,
  })

  it("never believes a price live that the server does not quote", () => {
    let believed = 0
    for (let seed = 1; seed <= 60; seed++) {
      const draft = thaw(make({ run: "r", limits: limitsOf(generator(seed)) }))
      const life = scenario(seed)
      let folded = emptyBook
      let given = 0
      for (const { events, views } of life.moments) {
        for (const { records } of draft.apply(life.events.slice(given, events))) folded = fold(folded, records)
        given = events
        expect(folded).toEqual(book(draft.seal()))
        for (const game of folded.games.values()) {
          const view = views.get(game.session)!
          for (const line of game.lines.values()) {
            if (line.odds === null || !isLive(folded, game, line)) continue
            believed++
            const truth = view.truth.get(`${game.sportsbook}|${game.game}`)?.get(line.outcome)
            expect(view.connected && truth, `seed ${seed}: ${game.game} ${line.outcome}`).toBe(line.odds)
          }
        }
      }
    }
    expect(believed).toBeGreaterThan(1_000)
  })

  it("holds every state within its bounds, and counts its size right, whatever the events", () => {
    let refused = 0
    for (let seed = 1; seed <= 40; seed++) {
      const random = generator(seed)
      const limits = limitsOf(random)
      const draft = thaw(make({ run: "r", limits }))
      let folded = emptyBook
      for (const event of scenario(seed).events) {
        const [step] = draft.apply([event])
        folded = fold(folded, step!.records)
        const core = coreOf(draft.seal())
        expect(core.bytes, `seed ${seed}`).toBe(countBytes(core))
        expect(core.bytes).toBeLessThanOrEqual(limits.bytes)
        expect(core.games).toBeLessThanOrEqual(limits.games)
        for (const session of core.sessions.values()) {
          expect(session.sportsbooks.size).toBeLessThanOrEqual(limits.sportsbooks)
        }
        for (const game of folded.games.values()) expect(game.lines.size).toBeLessThanOrEqual(limits.outcomes)
      }
      refused += draft.counts.limited
    }
    expect(refused).toBeGreaterThan(100)
  })
})
