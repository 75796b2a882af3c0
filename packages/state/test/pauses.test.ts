import { isLive } from "@boltodds/protocol"
import { isActionable, whyNotActionable } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { message, outcome, Script } from "./events.ts"
import { brief, find, lineOf, reduce, since } from "./reduce.ts"

const game = "A vs B, 2026-07-16, 01"
const ref = { sportsbook: "betmgm", game, outcome: "home" }
const full = (odds = "-110") => message("initial_state", "betmgm", game, { home: outcome(odds) })
const update = (odds: string) => message("line_update", "betmgm", game, { home: outcome(odds) })
const live = () => new Script().connect().frame(full()).wait(1_000)
const believed = (reduced: ReturnType<typeof reduce>): boolean => {
  const known = reduced.folded.games.values().next().value!
  return isLive(reduced.folded, known, lineOf(reduced.folded, "betmgm", game, "home")!)
}

describe("a pause", () => {
  it("makes the session stale after five seconds, stamped with that moment", () => {
    const script = live().pause()
    const before = script.events.length
    const at = script.at + 5_000
    const reduced = reduce(script.wait(7_000).tick())
    expect(since(reduced, before)[0]).toMatchObject({
      control: "stale",
      reason: "paused",
      sportsbook: null,
      age_ms: 6_000,
      at: new Date(at).toISOString(),
      last: true,
    })
    expect(believed(reduced)).toBe(false)
    expect(whyNotActionable(reduced.state, ref, script.at)).toBe("stale")
  })

  it("shorter than that changes nothing and flags nothing", () => {
    const script = live().pause().wait(4_999).resume()
    const before = script.events.length
    const reduced = reduce(script.frame(update("-120")).heard())
    expect(brief(reduced.records.slice(-1))).toEqual([`line_moved betmgm ${game} home -120 (feed)`])
    expect(since(reduced, before)[0]).not.toHaveProperty("delayed")
    expect(believed(reduced)).toBe(true)
  })

  it("leaves what is read after it flagged and stale until all that waited has been read", () => {
    const script = live().pause().wait(6_000).resume()
    const before = script.events.length
    const old = reduce(script.frame(update("-120")))
    expect(since(old, before)).toMatchObject([{ change: "line_moved", odds: -120, delayed: true }])
    expect(believed(old)).toBe(false)
    const after = script.events.length
    const fresh = reduce(script.heard().frame(update("-130")))
    expect(brief(since(fresh, after))).toEqual(["fresh main", `line_moved betmgm ${game} home -130 (feed)`])
    for (const record of since(fresh, after)) expect(record).not.toHaveProperty("delayed")
    expect(believed(fresh)).toBe(true)
  })

  it("flags what is read during it as well, once it has lasted", () => {
    const script = live().pause().wait(6_000)
    const before = script.events.length
    expect(find(since(reduce(script.frame(update("-120"))), before), { change: "line_moved" })).toMatchObject({
      delayed: true,
    })
  })

  it("that is long flags what waited although the session was silent already", () => {
    for (const silentFirst of [true, false]) {
      const script = live()
      if (silentFirst) script.silent().pause()
      else script.pause().wait(100).silent()
      script.wait(9_000).resume()
      const before = script.events.length
      const reduced = reduce(script.frame(update("-120")))
      expect(since(reduced, before)).toMatchObject([{ change: "line_moved", delayed: true }])
      expect(believed(reduced)).toBe(false)
      const after = script.events.length
      expect(brief(since(reduce(script.heard()), after))).toEqual(["fresh main"])
    }
  })

  it("is not over because something was received during it", () => {
    const script = live().pause().wait(6_000).heard()
    expect(believed(reduce(script))).toBe(false)
    expect(brief(reduce(script.resume()).records).at(-1)).toBe("stale main (paused)")
  })

  it("ends with the connection: what comes after a new one is not flagged", () => {
    const script = live().pause().wait(6_000).disconnect().wait(1_000).connect()
    const before = script.events.length
    const reduced = reduce(script.frame(full("-140")))
    expect(brief(since(reduced, before))).toEqual([
      `line_moved betmgm ${game} home -140 (resync)`,
      `game_verified betmgm ${game}`,
    ])
    for (const record of since(reduced, before)) expect(record).not.toHaveProperty("delayed")
    expect(believed(reduced)).toBe(true)
    expect(reduce(script.wait(30_000).tick()).folded.staleSessions.size).toBe(0)
  })

  it("reported twice is one pause, and an end without a beginning is not a pause", () => {
    const script = live().resume().pause().wait(3_000).pause().wait(3_000).tick()
    expect(brief(reduce(script).records).at(-1)).toBe("stale main (paused)")
  })

  it("before any connection does not outlive its beginning", () => {
    const script = new Script().pause().wait(6_000).connect().frame(full())
    const reduced = reduce(script)
    expect(reduced.folded.staleSessions.size).toBe(0)
    expect(believed(reduced)).toBe(true)
  })

  it("is in the heartbeats while it lasts", () => {
    const script = new Script().connect().wait(6_000).pause().wait(4_000).tick()
    expect(find(reduce(script).records, { control: "heartbeat" })).toMatchObject({ paused_ms: 4_000 })
    expect(find(reduce(script.resume().wait(10_000).tick()).records, { paused_ms: 0 })).toBeDefined()
  })
})

describe("silence", () => {
  it("makes all of the session stale until something is received, and then all counts again", () => {
    const script = live().wait(24_000).silent()
    const silent = reduce(script)
    expect(silent.records.at(-1)).toMatchObject({
      control: "stale",
      reason: "silent",
      sportsbook: null,
      age_ms: 25_000,
    })
    expect(believed(silent)).toBe(false)
    const before = script.events.length
    const heard = reduce(script.heard())
    expect(since(heard, before)).toMatchObject([{ control: "fresh", sportsbook: null, last: true }])
    expect(believed(heard)).toBe(true)
  })

  it("is reported once, and a frame without it changes nothing", () => {
    const script = live().heard().silent().silent().heard().heard()
    expect(brief(reduce(script).records).slice(2)).toEqual(["stale main (silent)", "fresh main"])
  })

  it("ends in a gap when the connection does", () => {
    const script = live().silent().wait(20_000).disconnect()
    const reduced = reduce(script)
    expect(reduced.folded.staleSessions.size).toBe(0)
    expect(believed(reduced)).toBe(false)
    expect(whyNotActionable(reduced.state, ref, script.at)).toBe("disconnected")
  })
})

describe("a clock that jumped", () => {
  it("makes everything unverified, reported once", () => {
    const script = live()
    const before = script.events.length
    const reduced = reduce(script.tick(script.at + 3_600_000).wait(1_000).tick().wait(1_000).tick())
    expect(since(reduced, before)).toMatchObject([{ control: "clock_jumped", jump_ms: 3_600_000, last: true }])
    expect(believed(reduced)).toBe(false)
    expect(whyNotActionable(reduced.state, ref, script.at)).toBe("unverified")
  })

  it("backwards is a jump too, and every jump is reported, equal ones included", () => {
    const script = live().tick(Date.UTC(2026, 6, 15)).wait(10).tick(start + 9_000).wait(10).tick(start + 9_000)
    const jumps = reduce(script).records.filter((record) => "control" in record && record.control === "clock_jumped")
    expect(jumps.length).toBe(3)
  })

  it("is what differs by more than five seconds; less is a clock being set right", () => {
    const script = live()
    expect(find(reduce(script.tick(script.at + 5_000).tick(script.at - 5_000)).records, { control: "clock_jumped" }))
      .toBeUndefined()
    expect(find(reduce(script.tick(script.at + 5_001)).records, { control: "clock_jumped" })).toBeDefined()
  })

  it("is not seen in a time that cannot be read", () => {
    expect(find(reduce(live().tick(NaN)).records, { control: "clock_jumped" })).toBeUndefined()
  })

  it("is healed by full messages, whose differences are found, not reported", () => {
    const script = live().tick(0).frame(update("-110"))
    const one = reduce(script)
    expect(lineOf(one.folded, "betmgm", game, "home")!.verified).toBe(true)
    expect(one.folded.games.values().next().value!.verified).toBe(false)
    const before = script.events.length
    const reduced = reduce(script.frame(message("game_update", "betmgm", game, { home: outcome("-150") })))
    expect(brief(since(reduced, before))).toEqual([
      `line_moved betmgm ${game} home -150 (resync)`,
      `game_verified betmgm ${game}`,
    ])
    expect(isActionable(reduced.state, ref, script.at)).toBe(true)
  })
})

const start = Date.UTC(2026, 6, 16)
