import { awaitedNames, make, makeSync, track } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, reduce, run, since } from "./reduce.ts"

const full = (sportsbook: string, sport = "NBA", game = "A") =>
  message("initial_state", sportsbook, game, { home: outcome("-110") }, { sport })
const absent = (records: ReturnType<typeof reduce>["records"]) =>
  records.flatMap((it) => "control" in it && it.control === "no_data" ? [it] : [])
const none = { sports: [], sportsbooks: [], games: [], markets: [] }

describe("the server's own words", () => {
  it("are records of the stream, and touch no price", () => {
    const script = new Script().connect().frame(full("betmgm")).wait(1_000)
    const before = script.events.length
    script.frame({ error: "Your plan allows one sport" }).frame([
      message("line_update", "betmgm", "A", { home: outcome("-120") }, { sport: "NBA" }),
      { action: "warning", message: "Trial ends" },
    ])
    const reduced = reduce(script)
    expect(brief(since(reduced, before))).toEqual([
      "feed_notice Your plan allows one sport",
      "line_moved betmgm A home -120 (feed)",
      // An unknown action is also reported as one, the first time.
      "quarantined nothing",
      "feed_notice Trial ends",
    ])
    expect(find(reduced.records, { control: "feed_notice" })).toMatchObject({ action: "error", level: "error" })
    expect([...reduced.folded.games.values()][0]!.verified).toBe(true)
  })

  it("are not repeated within a minute", () => {
    const script = new Script().connect()
    for (let n = 0; n < 100; n++) script.wait(1_000).frame({ action: "error", message: n % 2 === 0 ? "a" : "b" })
    expect(brief(reduce(script).records)).toEqual([
      "feed_notice a",
      "feed_notice b",
      "feed_notice a",
      "feed_notice b",
    ])
  })

  it("include what it took of the filters", () => {
    const script = new Script().connect({ sports: ["NBA", "MLB"] })
      .frame({ action: "subscription_updated", filters: { sports: ["NBA"] } })
    expect(find(reduce(script).records, { control: "feed_notice" })).toMatchObject({
      action: "subscription_updated",
      level: "warning",
      message: "asked for sports NBA, MLB; the feed says NBA",
    })
  })

  it("come without a book too", () => {
    const script = new Script().connect().frame({ error: "no" })
    const records = track(makeSync({ run }), script.events).steps.flatMap((step) => step.records)
    expect(brief(records)).toEqual(["feed_notice no"])
  })
})

describe("names that were asked for and bring nothing", () => {
  const asked = { sports: ["MLB", "NBA"], sportsbooks: ["betmgm", "caesars"], markets: ["Moneyline", "Spread"] }

  it("are named once, when the snapshot has settled", () => {
    const script = new Script().connect(asked).frame(full("betmgm")).wait(9_999).tick()
    expect(absent(reduce(script).records)).toEqual([])
    const reduced = reduce(script.wait(1).tick().wait(600_000).frame(full("betmgm")).wait(60_000).tick())
    expect(absent(reduced.records)).toMatchObject([
      { sports: ["MLB"], sportsbooks: ["caesars"], games: [], markets: ["Spread"] },
    ])
    expect(awaitedNames(reduced.state)).toEqual({
      sports: ["MLB"],
      sportsbooks: ["caesars"],
      games: [],
      markets: ["Spread"],
    })
    const later = reduce(script.frame(full("caesars", "MLB")))
    expect(awaitedNames(later.state)).toEqual({ ...none, markets: ["Spread"] })
  })

  it("are named after 30 s where no snapshot comes", () => {
    const script = new Script().connect(asked).wait(29_999).tick()
    expect(absent(reduce(script).records)).toEqual([])
    expect(absent(reduce(script.wait(1).tick()).records)).toMatchObject([asked])
  })

  it("are not named where all came, nothing was asked, or the connection ended", () => {
    const all = new Script().connect({ sports: ["NBA"] }).frame(full("betmgm")).wait(60_000).tick()
    expect(absent(reduce(all).records)).toEqual([])
    expect(absent(reduce(new Script().connect().frame(full("betmgm")).wait(60_000).tick()).records)).toEqual([])
    const lost = new Script().connect(asked).wait(20_000).disconnect().wait(60_000).tick()
    expect(absent(reduce(lost).records)).toEqual([])
    expect(awaitedNames(reduce(lost).state)).toEqual({ ...none, ...asked })
  })

  it("are not named again after a reconnect, but with other filters", () => {
    const script = new Script().connect(asked).frame(full("betmgm")).wait(10_000).tick()
      .disconnect().wait(1_000).connect(asked).frame(full("betmgm")).wait(60_000).tick()
    expect(absent(reduce(script).records).length).toBe(1)
    script.subscribe({ sports: ["NBA", "NHL"] }).wait(60_000).tick()
    expect(absent(reduce(script).records).slice(1)).toMatchObject([{ ...none, sports: ["NHL"] }])
  })

  it("are those of every session", () => {
    expect(awaitedNames(make({ run }))).toEqual(none)
    const one = new Script("one").connect({ sports: ["NBA"] })
    new Script("two", one.at, one.events).connect({ sports: ["MLB"], games: ["A"] })
    expect(awaitedNames(reduce(one).state)).toEqual({ ...none, sports: ["MLB", "NBA"], games: ["A"] })
  })
})
