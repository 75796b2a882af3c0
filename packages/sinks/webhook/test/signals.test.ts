/** What a channel writes of best and fair prices, opportunities and closing prices. */
import type { Envelope } from "@boltodds/sink"
import { describe, expect, it } from "vitest"
import { channel } from "../src/internal/chat/channel.ts"
import { discord, slack } from "../src/internal/chat/services.ts"
import { batch, control, envelope, line } from "./records.ts"

const subject = {
  run: "01K00000000000000000000000",
  session: "main",
  epoch: 1,
  at: "2026-07-16T20:00:00.000Z",
  event: "0a1b2c3d4e5f",
  sport: "MLB",
  home_team: "BBB",
  away_team: "AAA",
  period: "game",
  kind: "total",
  scope: "game",
  participant: null,
  stat: "runs",
  line: 8.5,
}

let seq = 0
const record = (fields: object): Envelope<unknown> => {
  const value = { ...subject, seq: ++seq, ...fields }
  return { ...envelope(line(seq)), value, text: JSON.stringify(value) } as Envelope<unknown>
}

const told = (envelopes: ReadonlyArray<Envelope<unknown>>, service = slack): string | undefined => {
  const [part] = channel(service).partsOf(batch(envelopes as never))
  if (part === undefined) return undefined
  if (part.content._tag === "Refused") throw part.content.cause
  const payload = JSON.parse(part.content.make().body.toString()) as Record<string, string>
  return payload["text"] ?? payload["content"]
}
const tells = (...fields: ReadonlyArray<object>) => told(fields.map(record))

const arb = {
  opportunity: "opened",
  id: "arb:x",
  type: "arb",
  value: 0.0123,
  booksum: 0.9878,
  stakes: [0.4938, 0.5062],
  legs: [
    { sportsbook: "caesars", side: "over", line: 8.5, odds: 105, link: null },
    { sportsbook: "fanduel", side: "under", line: 8.5, odds: 100, link: null },
  ],
  confirmed_ms: 2000,
  peak: 0.0149,
  fees: "none",
  push_possible: false,
  warnings: [],
}

describe("an opportunity", () => {
  it("is written with its legs, what to stake on each, and how long it has stood", () => {
    expect(tells(arb)).toBe(
      "ARB 1.2 % · AAA–BBB total 8.5 · over +105 caesars 49.4 % / under +100 fanduel 50.6 % · confirmed 2 s",
    )
  })

  it("is followed up when it changes, and when it is closed", () => {
    expect(tells({ ...arb, opportunity: "changed", value: 0.0081, warnings: ["live"] })).toBe(
      "ARB now 0.81 % · AAA–BBB total 8.5 · over +105 caesars 49.4 % / under +100 fanduel 50.6 % · live",
    )
    expect(tells({ ...arb, opportunity: "closed", reason: "price", open_ms: 12_400 })).toBe(
      "ARB closed after 12 s: it pays too little now · AAA–BBB total 8.5 · peak 1.5 %",
    )
    expect(tells({ ...arb, opportunity: "closed", reason: "suspended", open_ms: 800 })).toBe(
      "ARB closed after 0.8 s: suspended · AAA–BBB total 8.5 · peak 1.5 %",
    )
  })

  it("names teams, players and parts of the game", () => {
    const legs = [
      { sportsbook: "caesars", side: "home", line: -1.5, odds: 135, link: "https://c.example/1" },
      { sportsbook: "kalshi", side: "away", line: 1.5, odds: -120, link: null },
    ]
    expect(tells({ ...arb, kind: "spread", line: -1.5, period: "f5", legs, fees: "assumed" })).toBe(
      "ARB 1.2 % · AAA–BBB f5 spread · BBB -1.5 +135 caesars 49.4 % / AAA +1.5 -120 kalshi 50.6 % · confirmed 2 s" +
        " · fees assumed https://c.example/1",
    )
    expect(tells({ ...arb, scope: "player", participant: "lebron james", stat: "points", line: 25.5 })).toContain(
      "AAA–BBB lebron james points 25.5 ·",
    )
  })

  it("of value, a middle or a low hold says what it is worth", () => {
    const [leg] = arb.legs
    expect(tells({ ...arb, type: "ev", value: 0.034, legs: [leg], stakes: [0.012], p: 0.504, reference: "consensus" }))
      .toBe("EV 3.4 % · AAA–BBB total 8.5 · over +105 caesars · fair 50.4 % by consensus · confirmed 2 s")
    const [over, under] = arb.legs
    const legs = [over, { ...under, line: 9.5 }]
    expect(tells({ ...arb, type: "middle", value: -0.031, gap: 1, line: null, legs, confirmed_ms: 0 })).toBe(
      "MIDDLE 1 point, break-even 3.1 % · AAA–BBB total · over 8.5 +105 caesars 49.4 % / under 9.5 +100 fanduel 50.6 %",
    )
    expect(tells({ ...arb, type: "low_hold", value: -0.004, confirmed_ms: 0 })).toBe(
      "LOW HOLD hold 0.40 % · AAA–BBB total 8.5 · over +105 caesars 49.4 % / under +100 fanduel 50.6 %",
    )
  })
})

describe("best, fair and closing prices", () => {
  const best = {
    best: "moved",
    side: "over",
    odds: 105,
    sportsbooks: ["caesars", "novig"],
    previous_odds: 102,
    previous_sportsbooks: ["fanduel"],
    warnings: ["exchange"],
    link: null,
  }
  const fair = { fair: "moved", p: { over: 0.512, under: 0.488 }, reference: "consensus", families: 4 }
  const closing = { closing: "captured", side: "over", odds: -118, sportsbook: "draftkings", fair: 0.524 }

  it("have a sentence each", () => {
    expect(tells(best)).toBe("BEST +105 caesars, novig · AAA–BBB total 8.5 · over (was +102 fanduel) · exchange")
    expect(tells({ ...best, best: "closed", odds: null, sportsbooks: [], reason: "off_start" })).toBe(
      "BEST none any more: off start · AAA–BBB total 8.5 · over (was +102 fanduel)",
    )
    expect(tells(fair)).toBe("FAIR over 51.2 % / under 48.8 % · AAA–BBB total 8.5 · consensus of 4")
    expect(tells(closing)).toBe("CLOSE -118 draftkings · AAA–BBB total 8.5 · over · fair 52.4 %")
    expect(tells({ ...closing, closing: "missing", odds: null, reason: "suspended" })).toBe(
      "CLOSE missing: suspended · AAA–BBB total 8.5 · over draftkings",
    )
  })

  it("are counted where there are more than five of a kind, and opportunities never are", () => {
    expect(tells(...Array.from({ length: 6 }, () => closing), { ...closing, closing: "missing", reason: "stale" }))
      .toBe(
        "6 closing prices captured · AAA–BBB\nCLOSE missing: stale · AAA–BBB total 8.5 · over draftkings",
      )
    const events = Array.from({ length: 7 }, (_, event) => ({ ...best, best: "opened", event: `e${event}` }))
    expect(tells(...events)).toBe("7 best prices found · 7 games")
    expect(tells(...Array.from({ length: 6 }, () => arb))!.split("\n")).toHaveLength(6)
  })

  it("are not written when they are sent again", () => {
    expect(tells({ ...best, cause: "snapshot" }, { ...arb, cause: "snapshot" })).toBeUndefined()
  })

  it("stand between controls", () => {
    const fresh = control(1, "fresh", { sportsbook: null })
    expect(told([record(arb), envelope(fresh), record(closing)])!.split("\n").map((text) => text.slice(0, 5))).toEqual([
      "ARB 1",
      "The f",
      "CLOSE",
    ])
  })
})

it("keeps names from being Markdown, mentions or links", () => {
  const text = told([record({ ...arb, home_team: "@everyone", away_team: "*x* discord.gg/a" })], discord)!
  expect(text).toContain("\\*x\\* discord.\u200Bgg/a–@\u200Beveryone total 8.5")
})

it("refuses records of another kind", () => {
  const [part] = channel(discord).partsOf(batch([record({ best: 7 })] as never))
  expect(part!.content._tag).toBe("Refused")
})
