import { Latency } from "@boltodds/pipeline"
import type { FeedEvent } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { Spread } from "../src/report/Spread.ts"
import { connected, disconnected, frame, message, outcome, session, start, tick } from "./fixtures.ts"

const sent = (at: number): string => new Date(at).toISOString().replace("Z", "000+00:00")
const update = (sportsbook: string, at: number, took: number, action = "line_update"): FeedEvent => {
  const value = message(action, { x: outcome("+100") }, { sportsbook })
  return frame([{ ...value, timestamp: sent(at - took) }], at)
}
const measured = (...events: ReadonlyArray<FeedEvent>) => {
  const latency = new Latency()
  latency.take([...connected(), ...events])
  return latency.report()
}

describe("latency", () => {
  it("is arrival minus the server's time, per sportsbook, the busiest first, with its rate", () => {
    const events = [1, 2, 3, 4].map((nth) => update("betmgm", start + nth * 1000, nth * 10))
    const report = measured(update("fanduel", start, 40), ...events, tick(start + 4_000))
    expect(report.watchedMillis).toBe(4_000)
    expect(report.books.map(({ sportsbook, messages, messagesPerSecond }) => [sportsbook, messages, messagesPerSecond]))
      .toEqual([["betmgm", 4, 1], ["fanduel", 1, 0.25]])
    const { fastest, p50, p99, slowest } = report.books[0]!.latency!
    expect([fastest, slowest]).toEqual([10, 40])
    expect(p50).toBeCloseTo(20, -0.5)
    expect(p99).toBeCloseTo(40, -0.5)
    expect(report.skew).toEqual({ kind: "unknown" })
  })

  it("is kept of 500 sportsbooks at most, whatever names the feed invents; the others are counted", () => {
    const events = Array.from({ length: 600 }, (_, nth) => update(`book ${nth}`, start + nth, 40))
    const { books, otherMessages } = measured(...events, update("x".repeat(1_001), start + 600, 40))
    expect(books).toHaveLength(500)
    expect(otherMessages).toBe(101)
  })

  it("shows that the server's clock is ahead rather than hiding it", () => {
    const report = measured(update("betmgm", start, -750), update("betmgm", start + 1, 100))
    expect(report.books[0]!.latency).toMatchObject({ fastest: -750, slowest: 100 })
    expect(report.skew).toEqual({ kind: "server_ahead", atLeastMillis: 750 })
  })

  it("is not what an initial state has, which is as old as its game's last change", () => {
    const report = measured(update("betmgm", start, 3_600_000, "initial_state"))
    expect(report.books).toEqual([expect.objectContaining({ messages: 0, initialStates: 1, latency: null })])
  })

  it("is not what we add by not reading, which is counted", () => {
    const base = { session, epoch: 1 }
    const report = measured(
      update("betmgm", start, 20),
      { _tag: "Paused", ...base, at: start + 1 },
      { _tag: "Resumed", ...base, at: start + 8_000 },
      update("betmgm", start + 8_000, 8_000),
      { _tag: "Heard", ...base, at: start + 8_001 },
      update("betmgm", start + 8_002, 30),
    )
    expect(report.books[0]).toMatchObject({ messages: 3, delayed: 1, latency: { slowest: 30 } })
  })

  it("does not hold a pause against the next connection", () => {
    const report = measured(
      { _tag: "Paused", session, epoch: 1, at: start },
      disconnected(start + 1),
      update("betmgm", start + 2, 5),
    )
    expect(report.books[0]).toMatchObject({ delayed: 0, latency: { slowest: 5 } })
  })

  it("names the sportsbooks that were late, and for how long", () => {
    const steady = (from: number, seconds: number, took: number) =>
      Array.from({ length: seconds }, (_, nth) => update("betmgm", start + from + nth * 1000, took))
    const late = [...steady(0, 10, 50), ...steady(10_000, 40, 60_000)]
    const report = measured(...late)
    expect(report.late).toEqual([{ sportsbook: "betmgm", lateMillis: expect.any(Number), isLate: true }])
    expect(report.late[0]!.lateMillis).toBe(25_000)
    expect(measured(...late, ...steady(50_000, 30, 50)).late).toMatchObject([{ isLate: false, lateMillis: 40_000 }])
  })

  it("counts messages without a time, and takes none for zero", () => {
    const value = { ...message("line_update", { x: outcome("+100") }), timestamp: "soon" }
    expect(measured(frame(value)).books).toEqual([expect.objectContaining({ messages: 1, untimed: 1, latency: null })])
  })

  it("of nothing is nothing", () => {
    expect(measured(tick(start))).toEqual({
      watchedMillis: 0,
      books: [],
      otherMessages: 0,
      late: [],
      skew: { kind: "unknown" },
    })
  })
})

describe("a spread", () => {
  it("has percentiles within 2 % of those of all values, whatever their sign and size", () => {
    let seed = 7
    const random = () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647
    const values = Array.from({ length: 5_000 }, () => (random() - 0.3) * 10 ** (random() * 6))
    const spread = new Spread()
    for (const value of values) spread.add(value)
    const sorted = values.toSorted((a, b) => a - b)
    for (const percent of [0, 1, 10, 50, 90, 99, 100]) {
      const exact = sorted[Math.max(0, Math.ceil(5_000 * percent / 100) - 1)]!
      expect(Math.abs(spread.percentile(percent) - exact), `p${percent}`).toBeLessThan(0.02 * Math.abs(exact) + 0.02)
    }
  })

  it("of nothing has none", () => {
    expect(new Spread().percentile(50)).toBeNaN()
  })
})
