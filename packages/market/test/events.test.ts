import {
  eventStart,
  type EventTeams,
  flippedEvents,
  isLargeMove,
  selfFlippedEvents,
  type SportsbookStart,
} from "@boltodds/market"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { law } from "./laws.ts"

const minute = 60_000
const at = (time: string) => Date.parse(`2026-07-17T${time}:00Z`)
const start = (sportsbook: string, time: number | null, votes = true): SportsbookStart => ({
  sportsbook,
  at: time,
  votes,
})

describe("the start of an event", () => {
  it("is where most sportsbooks are, and those far from it are off", () => {
    const starts = [start("betmgm", at("17:35")), start("fanduel", at("17:36")), start("kalshi", at("23:10"))]
    expect(eventStart(starts, { now: at("12:00") })).toEqual({
      anchor: at("17:35"),
      off_start: ["kalshi"],
      conflict: true,
    })
  })

  it("is the earliest of equals, exactly 90 minutes are near, and one without a start takes part", () => {
    const halves = [start("a", at("17:00")), start("b", at("18:30")), start("c", null)]
    expect(eventStart(halves, { now: at("12:00") })).toEqual({ anchor: at("17:00"), off_start: [], conflict: false })
    const apart = [start("b", at("18:31")), start("a", at("17:00"))]
    expect(eventStart(apart, { now: at("12:00") })).toEqual({ anchor: at("17:00"), off_start: ["b"], conflict: true })
    expect(eventStart([start("c", null)], { now: 0 })).toEqual({ anchor: null, off_start: [], conflict: false })
    expect(eventStart([], { now: 0 })).toEqual({ anchor: null, off_start: [], conflict: false })
  })

  it("does not follow a synthetic sportsbook, which can be off itself", () => {
    const starts = [start("consensus", at("12:00"), false), start("betmgm", at("17:35"))]
    expect(eventStart(starts, { now: 0 })).toEqual({ anchor: at("17:35"), off_start: ["consensus"], conflict: true })
    expect(eventStart([start("consensus", at("12:00"), false)], { now: 0 }).anchor).toBeNull()
  })

  it("is in conflict for ten minutes after a sportsbook has moved it far", () => {
    const moved = { ...start("betmgm", at("17:35")), moved_at: at("12:00") }
    const conflict = (now: number) => eventStart([moved, start("fanduel", at("17:36"))], { now }).conflict
    expect([at("12:00"), at("12:09"), at("12:10"), at("11:59")].map(conflict)).toEqual([true, true, false, false])
    expect(isLargeMove(at("12:00"), at("13:30"))).toBe(false)
    expect(isLargeMove(at("12:00"), at("13:31"))).toBe(true)
    expect(isLargeMove(null, at("13:31"))).toBe(false)
    expect(isLargeMove(at("13:31"), null)).toBe(false)
  })

  it("takes a start that is no number for a disagreement", () => {
    expect(eventStart([start("a", NaN), start("b", at("17:00"))], { now: 0 })).toEqual({
      anchor: at("17:00"),
      off_start: ["a"],
      conflict: true,
    })
  })

  it("is that of a comparison of all with all, in any order", () => {
    const starts = fc.array(
      fc.record({
        sportsbook: fc.constantFrom("a", "b", "c", "d", "e"),
        at: fc.option(fc.integer({ min: 0, max: 12 }).map((each) => each * 30 * minute)),
        votes: fc.boolean(),
      }),
      { maxLength: 10 },
    )
    law(fc.tuple(starts, fc.integer()), ([list, seed]) => {
      const voting = list.filter((each) => each.votes && each.at !== null).map((each) => each.at!)
      const near = (time: number) => voting.filter((other) => Math.abs(other - time) <= 90 * minute).length
      const most = Math.max(...voting.map(near))
      const anchor = voting.length === 0 ? null : Math.min(...voting.filter((time) => near(time) === most))
      const found = eventStart(list, { now: 0 })
      expect(found.anchor).toBe(anchor)
      const off = anchor === null
        ? []
        : list.filter((each) => each.at !== null && Math.abs(each.at - anchor) > 90 * minute)
      expect(found.off_start).toEqual([...new Set(off.map((each) => each.sportsbook))].toSorted())
      const turned = list.toSorted((a, b) => (a.sportsbook + seed).localeCompare(b.sportsbook, "en"))
      expect(eventStart(turned, { now: 0 })).toEqual(found)
    })
  })
})

describe("a flipped duplicate", () => {
  const match = (event: string, home_team: string, away_team: string, time: number | null): EventTeams => ({
    event,
    sport: "EPL",
    home_team,
    away_team,
    at: time,
  })
  const found = (...events: ReadonlyArray<EventTeams>) => Object.fromEntries(flippedEvents(events))

  it("is the same match the other way round, within six hours", () => {
    expect(found(match("a", "Arsenal", "Fulham", at("12:00")), match("b", "Fulham", "Arsenal", at("12:30")))).toEqual({
      a: ["b"],
      b: ["a"],
    })
    expect(found(match("a", "Arsenal", "Fulham", at("12:00")), match("b", "FULHAM", "Arsenal", at("18:00")))).toEqual({
      a: ["b"],
      b: ["a"],
    })
  })

  it("is not the return match, the same match, another sport or one without a start", () => {
    const first = match("a", "Arsenal", "Fulham", at("12:00"))
    expect(found(first, match("b", "Fulham", "Arsenal", at("18:01")))).toEqual({})
    expect(found(first, match("b", "Arsenal", "Fulham", at("12:00")))).toEqual({})
    expect(found(first, { ...match("b", "Fulham", "Arsenal", at("12:00")), sport: "UFC" })).toEqual({})
    expect(found(first, match("b", "Fulham", "Arsenal", null))).toEqual({})
    expect(found(match("a", "Arsenal", "Arsenal", 0), match("b", "Arsenal", "Arsenal", 0))).toEqual({})
    expect(found(match("a", "", "", 0), match("b", "", "", 0))).toEqual({})
  })

  it("of teams keeps what only a player's name leaves out", () => {
    expect(found(match("a", "Porto II", "Braga", 0), match("b", "Braga", "Porto", 0))).toEqual({})
    expect(found(match("a", "Atl\u00e9tico", "Braga", 0), match("b", "Braga", "Atletico", 0))).toEqual({
      a: ["b"],
      b: ["a"],
    })
  })

  it("under its own key is an event to refuse", () => {
    const both = (...games: ReadonlyArray<EventTeams>) => [...selfFlippedEvents(games)]
    expect(both(match("a", "Ann One", "Bea Two", null), match("a", "BEA Two", "Ann One", 0))).toEqual(["a"])
    // One team is enough: the other is spelled in another way.
    expect(both(match("a", "Arsenal", "Man Utd", 0), match("a", "Manchester United", "Arsenal", 0))).toEqual(["a"])
    expect(both(match("a", "X", "Y", 0), match("a", "X", "Y", 0), match("b", "Y", "X", 0))).toEqual([])
    expect(both(match("a", "X", "X", 0), match("a", "X", "Y", 0), match("b", "", "", 0))).toEqual([])
  })

  it("has the nearest first, and is mutual", () => {
    const events = [match("a", "X", "Y", 0), match("b", "Y", "X", 2 * minute), match("c", "Y", "X", -minute)]
    expect(found(...events)).toEqual({ a: ["c", "b"], b: ["a"], c: ["a"] })
    const some = fc.array(
      fc.tuple(fc.constantFrom("X", "Y", "Z"), fc.constantFrom("X", "Y", "Z"), fc.integer({ min: 0, max: 9 })),
      { maxLength: 12 },
    )
    law(some, (list) => {
      const flipped = flippedEvents(
        list.map(([home, away, hours], index) => match(String(index), home, away, hours * 60 * minute)),
      )
      for (const [event, others] of flipped) {
        expect(others).not.toContain(event)
        for (const other of others) expect(flipped.get(other)).toContain(event)
      }
    })
  })
})
