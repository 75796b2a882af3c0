import { emptyBook, fold, isLive } from "@boltodds/protocol"
import { apply, freshness, isActionable, make, snapshot, totals, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { generator } from "./random.ts"
import { brief, find, reduce, run, since } from "./reduce.ts"

const second = 1_000
const line = { sportsbook: "betmgm", game: "A", outcome: "home" }
const stamp = (at: number) => new Date(at).toISOString().replace("Z", "000+00:00")

/** A feed of one sportsbook or several, with the lag that each update has. */
class Feed extends Script {
  /** A settled snapshot of these sportsbooks. */
  settled(...sportsbooks: ReadonlyArray<string>): this {
    this.connect()
    for (const book of sportsbooks) this.frame(message("initial_state", book, "A", { home: outcome("-110") }))
    return this.wait(10 * second).tick()
  }
  send(lag: number, sportsbook = "betmgm", action = "line_update"): this {
    return this.frame(
      message(action, sportsbook, "A", { home: outcome("-110") }, { timestamp: stamp(this.at - lag) }),
    )
  }
  /** Updates for so long, one each `every`. */
  stream(lag: number, millis: number, every: number = second, sportsbook = "betmgm"): this {
    for (let passed = 0; passed < millis; passed += every) this.wait(every).send(lag, sportsbook)
    return this
  }
}

const verdicts = (script: Script, options = {}) =>
  brief(reduce(script, options).records).filter((it) => /^(stale|fresh)/.test(it))

describe("a sportsbook whose updates arrive late", () => {
  it("is stale once the median lag has been 10 s above its smallest for 10 s, alone", () => {
    const script = new Feed().settled("betmgm", "caesars").stream(200, 5 * second)
    // The median follows at the fifth late update of nine; every second one comes.
    const from = script.at
    for (let n = 0; n < 14; n++) script.wait(second).send(40 * second).send(100, "caesars")
    expect(verdicts(script)).toEqual([])
    const reduced = reduce(script.wait(2 * second).send(40 * second).send(100, "caesars"))
    expect(find(reduced.records, { control: "stale" })).toMatchObject({
      reason: "late",
      sportsbook: "betmgm",
      at: new Date(from + 15 * second).toISOString(),
      age_ms: 39_800,
    })
    expect(whyNotActionable(reduced.state, line, script.at)).toBe("stale")
    expect(isActionable(reduced.state, { ...line, sportsbook: "caesars" }, script.at)).toBe(true)
    const believed = [...reduced.folded.games.values()].map((game) => [
      game.sportsbook,
      isLive(reduced.folded, game, game.lines.get("home")!),
    ])
    expect(believed).toEqual([["betmgm", false], ["caesars", true]])
    expect(totals(reduced.state)).toMatchObject({ games: 2, gamesVerified: 1 })
    expect(freshness(reduced.state, script.at).find(({ sportsbook }) => sportsbook === "betmgm")).toMatchObject({
      lateMillis: 39_800,
      stale: true,
    })
    const beat = reduce(script.wait(10 * second).tick()).records.findLast((it) =>
      "control" in it && it.control === "heartbeat"
    )
    expect(beat).toMatchObject({ games: 2, games_verified: 1 })
  })

  it("is fresh once the lag has been under the bound for 10 s", () => {
    const script = new Feed().settled("betmgm").stream(200, 5 * second).stream(65 * second, 30 * second)
    const before = script.events.length
    const from = script.at
    const reduced = reduce(script.stream(200, 20 * second))
    expect(brief(since(reduced, before))).toEqual(["fresh betmgm"])
    // The fifth update on time makes the median.
    expect(find(since(reduced, before), { control: "fresh" })).toMatchObject({
      at: new Date(from + 15 * second).toISOString(),
    })
    expect(isActionable(reduced.state, line, script.at)).toBe(true)
  })

  it("is stale for every query before any event reports it", () => {
    const script = new Feed().settled("betmgm").stream(0, 5 * second).stream(30 * second, 14 * second)
    const { state } = reduce(script)
    expect(isActionable(state, line, script.at)).toBe(true)
    expect(whyNotActionable(state, line, script.at + second)).toBe("stale")
  })

  it("is named in a snapshot of the state", () => {
    const script = new Feed().settled("betmgm").stream(0, 5 * second).stream(65 * second, 30 * second)
    const records = snapshot(reduce(script).state)
    expect(find(records, { control: "stale" })).toMatchObject({ reason: "late", sportsbook: "betmgm", age_ms: 65_000 })
    const folded = fold(emptyBook, records)
    const [game] = folded.games.values()
    expect(isLive(folded, game!, game!.lines.get("home")!)).toBe(false)
  })

  it("is found among few updates: two of three", () => {
    const quiet = () => new Feed().settled("betmgm").stream(0, 120 * second, 40 * second)
    expect(verdicts(quiet().wait(40 * second).send(65 * second).wait(60 * second).tick())).toEqual([])
    expect(verdicts(quiet().stream(65 * second, 80 * second, 40 * second).wait(60 * second).tick())).toEqual([
      "stale betmgm (late)",
    ])
    expect(
      verdicts(quiet().stream(65 * second, 120 * second, 40 * second).stream(0, 120 * second, 40 * second)),
    ).toEqual(["stale betmgm (late)", "fresh betmgm"])
  })

  it("is found where the lag grows little by little", () => {
    const script = new Feed().settled("betmgm")
    for (let lag = 0; lag <= 65; lag += 5) script.wait(1.5 * second).send(lag * second)
    expect(verdicts(script.wait(5 * second).tick())).toEqual(["stale betmgm (late)"])
  })

  it("is found though some updates are on time, and stays so while most are not", () => {
    const script = new Feed().settled("betmgm").stream(0, 5 * second)
    for (let n = 0; n < 60; n++) script.wait(second).send(n % 4 === 3 ? 0 : 30 * second)
    expect(verdicts(script)).toEqual(["stale betmgm (late)"])
  })

  it("is held against bounds that can be set", () => {
    const script = new Feed().settled("betmgm").stream(0, 5 * second).stream(3 * second, 10 * second)
    expect(verdicts(script)).toEqual([])
    expect(verdicts(script, { lateMillis: 2_000, lateForMillis: 1_000 })).toEqual(["stale betmgm (late)"])
    expect(() => reduce(script, { lateMillis: 0 })).toThrow("lateMillis must be a number of 1 or more")
  })
})

describe("what does not count as a lag", () => {
  it("is a constant difference of the clocks, either way", () => {
    for (const skew of [-90, 90]) {
      expect(verdicts(new Feed().settled("betmgm").stream(skew * second, 60 * second))).toEqual([])
    }
  })

  it("is one odd stamp among many, older or newer", () => {
    for (const odd of [3_600, -3_600]) {
      const script = new Feed().settled("betmgm").stream(0, 20 * second).wait(second).send(odd * second)
        .stream(0, 60 * second)
      expect(verdicts(script)).toEqual([])
    }
  })

  it("is a burst of stale stamps that is over within 10 s", () => {
    const script = new Feed().settled("betmgm").stream(0, 20 * second).stream(40 * second, 9 * second)
      .stream(0, 60 * second)
    expect(verdicts(script)).toEqual([])
  })

  it("is a server clock that steps forward; one that steps back is taken for a delay until the next connection", () => {
    const ahead = new Feed().settled("betmgm").stream(0, 20 * second).stream(-60 * second, 60 * second)
    expect(verdicts(ahead)).toEqual([])
    ahead.stream(0, 60 * second)
    expect(verdicts(ahead)).toEqual(["stale betmgm (late)"])
    const before = ahead.events.length
    ahead.disconnect().wait(2 * second).settled("betmgm").stream(0, 60 * second)
    expect(brief(since(reduce(ahead), before))).toContain("fresh betmgm")
    expect(verdicts(ahead)).toEqual(["stale betmgm (late)", "fresh betmgm"])
  })

  it("is the age of a snapshot", () => {
    const script = new Feed().connect()
    for (let n = 0; n < 30; n++) script.wait(second).send(n * 60 * second, "betmgm", "initial_state")
    for (let n = 0; n < 30; n++) {
      script.wait(second).send(600 * second, "betmgm", "initial_state").send(600 * second, "betmgm", "game_update")
    }
    expect(verdicts(script.wait(11 * second).stream(0, 30 * second))).toEqual([])
  })

  it("is what an update during the snapshot has; it only shows how fast the feed can be", () => {
    const script = new Feed().connect().send(0, "betmgm", "initial_state")
    for (let n = 0; n < 30; n++) {
      script.wait(second).send(0, "betmgm", "initial_state").send(n < 3 ? 0 : 30 * second)
    }
    expect(verdicts(script)).toEqual([])
    expect(verdicts(script.wait(11 * second).stream(30 * second, 15 * second))).toEqual(["stale betmgm (late)"])
  })

  it("is a delay of our own: what waited while we did not read", () => {
    const script = new Feed().settled("betmgm").stream(0, 10 * second).pause().wait(29 * second).resume()
    for (let n = 0; n < 20; n++) script.wait(second).send(28 * second)
    const before = script.events.length
    expect(brief(since(reduce(script.heard().stream(0, 30 * second)), before))).toEqual(["fresh main"])
  })

  it("is a stamp that is missing or cannot be read", () => {
    const script = new Feed().settled("betmgm").stream(0, 5 * second)
    for (let n = 0; n < 30; n++) {
      script.wait(second).frame(message("line_update", "betmgm", "A", { home: outcome("-110") }))
      script.frame(message("line_update", "betmgm", "A", { home: outcome("-110") }, { timestamp: "soon" }))
    }
    expect(verdicts(script)).toEqual([])
  })

  it("is one frame with many old updates", () => {
    const script = new Feed().settled("betmgm").stream(0, 5 * second).wait(second)
    const old = message("line_update", "betmgm", "A", { home: outcome("-110") }, {
      timestamp: stamp(script.at - 60_000),
    })
    expect(verdicts(script.frame(...Array.from({ length: 50 }, () => old)).wait(20 * second).tick())).toEqual([])
  })
})

describe("a late sportsbook that is also unverified or silent", () => {
  const late = () => new Feed().settled("betmgm").stream(0, 5 * second).stream(65 * second, 30 * second)

  it("stays late while it says nothing, and is fresh only when it is on time", () => {
    const script = late().wait(600 * second).send(65 * second)
    expect(verdicts(script)).toEqual(["stale betmgm (late)"])
    expect(verdicts(script.stream(0, 30 * second))).toEqual(["stale betmgm (late)", "fresh betmgm"])
  })

  it("turns from late to silent where both ends meet", () => {
    const script = late().wait(second).send(0).send(0).wait(300).send(0).wait(300).send(0).wait(300).send(0)
      .wait(300).send(0).wait(60 * second).tick()
    const before = script.events.length
    expect(verdicts(script, { bookSilentMillis: 9 * second }).slice(-2)).toEqual([
      "stale betmgm (late)",
      "stale betmgm (book_silent)",
    ])
    expect(brief(since(reduce(script.send(0), { bookSilentMillis: 9 * second }), before))).toEqual(["fresh betmgm"])
  })

  it("has a lag of its own on each connection", () => {
    const script = late().disconnect().wait(2 * second).settled("betmgm").stream(65 * second, 60 * second)
    expect(verdicts(script)).toEqual(["stale betmgm (late)", "fresh betmgm"])
  })
})

describe("lateness in random streams", () => {
  it("is found in every phase that is clearly late, and ends in every one that is clearly on time", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = generator(seed)
      const below = (n: number): number => Math.floor(random() * n)
      const skew = below(200 * second) - 100 * second
      const script = new Feed().settled("betmgm").stream(skew, 10 * second)
      for (let phase = 0; phase < 6; phase++) {
        const isLate = random() < 0.5
        const every = 100 + below(4 * second)
        const from = script.at
        for (let n = 0; n < 15 || script.at - from < 40 * second; n++) {
          const odd = random() < 0.1
          const lag = (isLate !== odd) ? 15 * second + below(60 * second) : below(5 * second)
          script.wait(every).send(skew + lag)
        }
        const { state } = apply(make({ run }), script.events)
        const [book] = freshness(state, script.at)
        expect(book!.stale, `seed ${seed}, phase ${phase}`).toBe(isLate)
      }
    }
  })
})
