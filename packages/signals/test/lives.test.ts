/** Lives of opportunities, record by record. */
import type { Change, Control, FeedEvent } from "@boltodds/protocol"
import { opportunities } from "@boltodds/signals/emits"
import { expect, it } from "vitest"
import { OpportunityReader } from "./OpportunityReader.ts"
import { moneyline, Records } from "./records.ts"

/** A reader beside the emit. */
const watch = (options: Parameters<typeof opportunities>[0] = {}) => {
  const records = new Records()
  const emission = opportunities({ confirmMillis: 0, suspicious: 9, ...options }).open({ state: { run: records.run } })
  const reader = new OpportunityReader()
  /** The reasons of what was closed. */
  const reasons: Array<string> = []
  const take = (...all: ReadonlyArray<Change | Control>): ReadonlyArray<string> => {
    for (const record of all) {
      const event: FeedEvent = { _tag: "Heard", session: "main", epoch: 1, at: Date.parse(record.at) }
      const envelopes = emission.of([{ event, records: [record] }])
      reader.take(envelopes)
      for (const { value } of envelopes) if ("reason" in value && "id" in value) reasons.push(value.reason!)
    }
    return [...reader.known.keys()]
  }
  return { records, take, reasons }
}

it("opens nothing of a session whose snapshot has settled by half", () => {
  const { records, take } = watch()
  take(records.control("stream_started"), records.control("gap_opened", { reason: "closed" }))
  for (const [sportsbook, team] of [["draftkings", "home"], ["fanduel", "away"]] as const) {
    take(records.game("game_opened", sportsbook), records.line("line_opened", sportsbook, moneyline(team)))
  }
  expect(take(records.control("gap_closed", { complete: false }))).toEqual([])
  expect(take(records.control("synced"))).toHaveLength(1)
  take(records.control("gap_opened", { reason: "closed" }))
  for (const sportsbook of ["draftkings", "fanduel"]) {
    const team = sportsbook === "fanduel" ? "away" : "home"
    take(records.line("line_moved", sportsbook, moneyline(team)))
  }
  expect(take(records.control("gap_closed", { complete: true }))).toHaveLength(1)
})

it("opens nothing for ten minutes after a game was closed and sent anew with another start", () => {
  const { records, take } = watch()
  take(records.control("stream_started"))
  const open = (later: object, sportsbook = "draftkings") => {
    take(records.game("game_opened", sportsbook, later))
    const team = sportsbook === "fanduel" ? "away" : "home"
    return take(records.line("line_opened", sportsbook, { ...moneyline(team), ...later }))
  }
  take(records.control("synced"))
  open({})
  const later = { starts_at: "2026-01-17T02:10:00.000Z" }
  take(records.game("game_closed", "draftkings"))
  expect(open(later)).toEqual([])
  // What moved is known still when the game is closed once more.
  take(records.game("game_closed", "draftkings", later))
  open(later)
  expect(open(later, "fanduel")).toEqual([])
  records.wait(11 * 60_000)
  take(records.game("game_amended", "fanduel", later))
  expect(take(records.line("line_moved", "fanduel", { ...moneyline("away", 160), ...later }))).toHaveLength(1)
})

it("opens no value by a fair probability of a session that has not settled", () => {
  const { records, take, reasons } = watch({ types: ["ev"], minSportsbooks: 2 })
  const other = { session: "other" }
  take(records.control("stream_started"), records.control("synced"))
  take(records.game("game_opened", "draftkings"), records.line("line_opened", "draftkings", moneyline("home")))
  for (const sportsbook of ["fanduel", "caesars"]) {
    take(records.game("game_opened", sportsbook, other))
    for (const team of ["home", "away"] as const) {
      take(records.line("line_opened", sportsbook, { ...moneyline(team, -110), ...other }))
    }
  }
  expect(take()).toEqual([])
  expect(take(records.control("synced", other))).toHaveLength(1)
  // In a gap of that session its prices have no say, and do not have one before all of it is known.
  take(records.control("gap_opened", { ...other, reason: "closed" }))
  for (const sportsbook of ["fanduel", "caesars"]) {
    for (const team of ["home", "away"] as const) {
      take(records.line("line_amended", sportsbook, { ...moneyline(team, -110), ...other }))
    }
  }
  expect([take(), reasons]).toEqual([[], ["reference"]])
  expect(take(records.control("gap_closed", { ...other, complete: true }))).toHaveLength(1)
})

it("closes what a leg no longer bets on as removed", () => {
  const { records, take, reasons } = watch({ types: ["arb"] })
  take(records.control("stream_started"), records.control("synced"))
  const total = (side: string, line: number) => ({
    outcome: side,
    market: "Total",
    side,
    line,
    odds: 110,
    previous_line: 210.5,
  })
  for (const [sportsbook, side] of [["draftkings", "over"], ["fanduel", "under"]] as const) {
    take(records.game("game_opened", sportsbook), records.line("line_opened", sportsbook, total(side, 210.5)))
  }
  expect(take()).toHaveLength(1)
  expect(take(records.line("line_moved", "fanduel", total("under", 211.5)))).toEqual([])
  expect(reasons).toEqual(["removed"])
})
