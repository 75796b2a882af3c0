import type { Control } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import type { CommandLog } from "../src/log/Log.ts"
import { makeControlLog, namesText } from "../src/log/logControls.ts"

const stamp = { run: "r", seq: 1, session: "feed", epoch: 1, at: "2026-07-16T04:54:37.438Z", sent_at: null, frame: 3 }
const event = { _tag: "Tick", session: "feed", epoch: 1, at: 0, wall: 0 } as const

/** The lines that these controls make. */
const linesOf = (...records: ReadonlyArray<Control>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const log = {
    log: (level: string, message: string) => void lines.push(`${level} ${message}`),
  } as unknown as CommandLog
  const take = makeControlLog(log)
  for (const record of records) take({ event, records: [record] })
  return lines
}

describe("the log of controls", () => {
  it("repeats the server's words, errors and warnings louder", () => {
    const notice = { control: "feed_notice", ...stamp, action: "x" } as const
    expect(linesOf(
      { ...notice, level: "error", message: "one sport" },
      { ...notice, level: "warning", message: "trial ends" },
      { ...notice, level: "info", message: "maintenance" },
    )).toEqual(["warn the feed says: one sport", "warn the feed says: trial ends", "info the feed says: maintenance"])
  })

  it("names what brought no data", () => {
    const names = { sports: ["MLB"], sportsbooks: ["a", "b"], games: [], markets: [] }
    expect(linesOf({ control: "no_data", ...stamp, ...names })).toEqual([
      "info no data yet for sports MLB; sportsbooks a, b (a quiet market, or a name that the feed does not know)",
    ])
    expect(namesText({ games: Array.from({ length: 12 }, (_, index) => `g${index}`) })).toBe(
      "games g0, g1, g2, g3, g4, g5, g6, g7, g8, g9 and 2 more",
    )
  })

  it("says that a sportsbook is late and on time again, and nothing of other staleness", () => {
    const stale = { control: "stale", ...stamp, sportsbook: "betmgm", age_ms: 40_000 } as const
    const fresh = { control: "fresh", ...stamp, sportsbook: "betmgm" } as const
    expect(linesOf({ ...stale, reason: "book_silent" }, fresh, { ...stale, reason: "late" }, fresh, fresh)).toEqual([
      "warn updates of betmgm arrive 40.0 s late: its prices are stale (a slow feed, network or proxy)",
      "info updates of betmgm are on time again",
    ])
  })
})
