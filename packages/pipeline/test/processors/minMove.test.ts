import { chain, minMove, type MinMoveOptions, where } from "@boltodds/pipeline"
import { describe, expect, it } from "vitest"
import { control, game, line, said, through } from "./envelopes.ts"

/** What every line begins with for a processor that sees all of it. */
const opened = (odds: number) => line({ change: "line_opened", odds, previous_odds: null })

const moves = (options: MinMoveOptions, ...odds: ReadonlyArray<number>) =>
  said(through(
    minMove(options),
    odds.map((to, index) =>
      line({ change: index === 0 ? "line_opened" : "line_moved", odds: to, previous_odds: odds[index - 1] ?? null })
    ),
  )).slice(1)

describe("minMove", () => {
  it("passes a price on when it is so far from the one that was sent last", () => {
    expect(moves({ cents: 5 }, -110, -112, -114, -115, -114, -110)).toEqual([
      "4 line_moved -110 -> -115",
      "6 line_moved -115 -> -110",
    ])
  })

  it.each([[-105, 105, 10], [-100, 100, 0], [100, -110, 10], [150, 155, 5], [-110, -104, 6]])(
    "from %i to %i is %i cents",
    (from, to, cents) => {
      if (cents > 0) expect(moves({ cents }, from, to)).toEqual([`2 line_moved ${from} -> ${to}`])
      expect(moves({ cents: cents + 0.5 }, from, to)).toEqual([])
    },
  )

  it("knows implied probability, and is not off by the computer's rounding", () => {
    // 0.5 and 0.6; 0.2 and 0.25; 0.75 and 0.8.
    for (const [from, to, probability] of [[100, -150, 0.1], [400, 300, 0.05], [-300, -400, 0.05]] as const) {
      expect(moves({ probability }, from, to)).toEqual([`2 line_moved ${from} -> ${to}`])
      expect(moves({ probability: probability + 1e-6 }, from, to)).toEqual([])
    }
  })

  it("counts what it left out, and names the price that the reader received before", () => {
    const out = through(minMove({ cents: 5 }), [
      opened(-110),
      line({ odds: -112, previous_odds: -110 }),
      line({ change: "line_suspended", odds: null, previous_odds: -112 }),
      line({ change: "line_resumed", odds: -111, previous_odds: null }),
    ])
    expect(said(out)).toEqual([
      "1 line_opened null -> -110",
      "3 line_suspended -110 -> null",
      "4 line_resumed null -> -111",
    ])
    expect(out[1]).toMatchObject({ merged: 2 })
  })

  it.each([
    ["the number", { line: -2.5 }],
    ["the market", { market: "Alternate Spread" }],
    ["the target", { target: "Shelbyville Hounds" }],
    ["the kind of target", { target_kind: "away" as const }],
    ["the side", { side: "over" as const }],
    ["what is amended", { change: "line_amended" as const }],
    ["what was found after a gap", { cause: "resync" as const }],
    ["what is unverified", { unverified: true as const }],
  ])("passes on %s, however small the move", (_, fields) => {
    const out = through(minMove({ cents: 50 }), [
      opened(-110),
      line({ odds: -111, previous_odds: -110, ...fields }),
      line({ odds: -112, previous_odds: -111, ...fields, change: "line_moved", cause: "feed" }),
    ])
    expect(out.length).toBe("unverified" in fields ? 3 : 2)
    expect(out[1]).toMatchObject({ odds: -111, ...fields })
  })

  it("passes on the first record of a line after an invalidation, which confirms it, and no more", () => {
    const around = (kind: string, fields = {}) =>
      said(through(minMove({ cents: 50 }), [
        opened(-110),
        control(kind, fields),
        line({ odds: -111, previous_odds: -110 }),
        line({ odds: -112, previous_odds: -111 }),
      ])).filter((it) => it.includes("line_"))
    for (const kind of ["gap_opened", "clock_jumped", "something_new"]) {
      expect(around(kind), kind).toEqual(["1 line_opened null -> -110", "3 line_moved -110 -> -111"])
    }
    expect(around("quarantined", { touches: "game" }).length).toBe(2)
    expect(around("quarantined", { touches: "outcome" }).length).toBe(1)
    for (const kind of ["heartbeat", "game_verified", "synced", "stale", "fresh", "gap_closed"]) {
      expect(around(kind), kind).toEqual(["1 line_opened null -> -110"])
    }
  })

  it("knows nothing of a line after its closing, or its game's", () => {
    for (const closing of [line({ change: "line_closed", odds: null }), game({ change: "game_closed" })]) {
      const out = through(minMove({ cents: 50 }), [opened(-110), closing, opened(-111)])
      expect(out.length).toBe(3)
    }
  })

  describe("given a line whose opening it has not seen", () => {
    const move = (from: number | null, odds: number, fields = {}) => line({ previous_odds: from, odds, ...fields })

    it("measures from the price before the first record, and adds small moves up", () => {
      expect(said(through(minMove({ cents: 5 }), [move(-110, -112), move(-112, -114), move(-114, -116)]))).toEqual([
        "3 line_moved -110 -> -116",
      ])
      expect(said(through(minMove({ cents: 5 }), [move(-110, -115), move(-115, -116)]))).toEqual([
        "1 line_moved -110 -> -115",
      ])
    })

    it("leaves out small moves after a gap too: a line that was never sent needs no confirmation", () => {
      const steps = [move(-110, -112), control("gap_opened"), move(-112, -113), move(-113, -120)]
      expect(said(through(minMove({ cents: 5 }), steps))).toEqual(["2 gap_opened", "4 line_moved -110 -> -120"])
    })

    it("passes its suspension and not its closing", () => {
      const closing = line({ change: "line_closed", odds: null, previous_odds: -112 })
      expect(said(through(minMove({ cents: 5 }), [move(-110, -112), closing, move(-110, -111)]))).toEqual([])
      const suspension = line({ change: "line_suspended", odds: null, previous_odds: -112 })
      expect(said(through(minMove({ cents: 5 }), [move(-110, -112), suspension]))).toEqual([
        "2 line_suspended -110 -> null",
      ])
    })

    it.each([
      ["the price before it is not known", { previous_odds: null }],
      ["its number moved", { previous_line: -2.5 }],
      ["anything but price and number moved", { previous_odds: -112 }],
      ["it was found after a gap", { cause: "resync" as const }],
      ["it is unverified", { unverified: true as const }],
    ])("passes its first record where %s", (_, fields) => {
      expect(through(minMove({ cents: 50 }), [move(-110, -112, fields)]).length).toBe(1)
    })

    it("passes its first record in a resumed run, whose reader may know the line at another price", () => {
      const steps = [control("stream_resumed"), move(-110, -112), move(-112, -113)]
      expect(said(through(minMove({ cents: 5 }), steps))).toEqual(["1 stream_resumed", "2 line_moved -110 -> -112"])
      expect(said(through(minMove({ cents: 5 }), [...steps, control("stream_started"), move(-110, -112)])).length)
        .toBe(3)
    })

    it("passes no small move that a condition on what happened lets through", () => {
      const steps = [opened(-110), move(-110, -112), opened(-120), move(-120, -130)]
      const before = where((change) => change.change === "line_moved")
      expect(said(through(chain(before, minMove({ cents: 5 })), steps))).toEqual(["4 line_moved -120 -> -130"])
    })
  })

  it("refuses a least move of zero", () => {
    expect(() => minMove({ cents: 0 })).toThrow("cents must be more than 0: current value is 0")
    expect(() => minMove({ probability: NaN })).toThrow("probability must be more than 0: current value is NaN")
  })
})
