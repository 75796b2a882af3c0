/** Closing prices, record by record. */
import type { Change, Control } from "@boltodds/protocol"
import type { Closing } from "@boltodds/signals"
import { closing } from "@boltodds/signals/emits"
import { expect, it } from "vitest"
import { ClosingReader } from "./ClosingReader.ts"
import { moneyline, Records } from "./records.ts"

const startsAt = Date.parse("2026-01-16T23:10:00.000Z")
const minute = 60_000

/** The closings of some records, and of time that passes. */
const watch = (options: Parameters<typeof closing>[0] = {}) => {
  const records = new Records()
  const emission = closing(options).open({ state: { run: records.run } })
  const reader = new ClosingReader()
  const all: Array<Closing> = []
  const until = (at: number): void => {
    for (let due = emission.dueAt!(); due !== undefined && due <= at; due = emission.dueAt!()) {
      all.push(...reader.take(emission.advance!(due)))
    }
  }
  const take = (...taken: ReadonlyArray<Change | Control>): void => {
    for (const record of taken) {
      const at = Date.parse(record.at)
      until(at)
      all.push(
        ...reader.take(
          emission.of([{ event: { _tag: "Tick", session: "main", epoch: 1, at, wall: at }, records: [record] }]),
        ),
      )
    }
  }
  /** Moves the clock to this time before, or after, the start. */
  const go = (millis: number): void => records.wait(startsAt + millis - records.now)
  /** What was sent since the last call. */
  const sent = (): ReadonlyArray<unknown> =>
    all.splice(0).map(({ closing, sportsbook, side, odds, reason, odds_before }) =>
      [closing, sportsbook, side, odds ?? reason, ...odds_before === null ? [] : [odds_before]].join(" ")
    )
  return { records, take, go, sent, all, until }
}

type Watch = ReturnType<typeof watch>

/** Two sportsbooks with both teams. */
const opened = ({ records, take }: Watch, ...sportsbooks: ReadonlyArray<string>): void => {
  take(records.control("stream_started"))
  for (const sportsbook of sportsbooks) {
    take(
      records.game("game_opened", sportsbook),
      records.line("line_opened", sportsbook, moneyline("home", -110)),
      records.line("line_opened", sportsbook, moneyline("away", -105)),
    )
  }
}

it("captures the price that was live before the start, and none of after it", () => {
  const life = watch()
  const { records, take, go, sent, all } = life
  opened(life, "draftkings")
  go(-1)
  take(records.line("line_moved", "draftkings", moneyline("home", -120)))
  expect(all).toEqual([])
  go(0)
  take(records.line("line_moved", "draftkings", moneyline("home", 300)))
  const [, home] = all
  expect(home).toMatchObject({
    closing: "captured",
    at: "2026-01-16T23:10:00.000Z",
    starts_at: "2026-01-16T23:10:00.000Z",
    odds: -120,
    main: true,
    price_age_ms: 1,
    start_moved: false,
    warnings: [],
  })
  expect(home!.decimal).toBeCloseTo(1.8333, 4)
  expect(sent()).toEqual(["captured draftkings away -105", "captured draftkings home -120"])
  go(minute)
  take(records.line("line_moved", "draftkings", moneyline("home", 500)))
  expect(sent()).toEqual([])
})

it("says why a price is missing, and what it was before", () => {
  const life = watch()
  const { records, take, go, sent } = life
  opened(life, "betmgm", "caesars", "draftkings", "fanduel")
  go(-20 * minute)
  take(records.line("line_suspended", "betmgm", moneyline("home", null)))
  take(records.line("line_closed", "caesars", moneyline("home", null)))
  take(records.game("game_closed", "fanduel", { cause: "absent" }))
  take(records.control("stale", { sportsbook: "draftkings", reason: "silent", age_ms: 60_000 }))
  go(0)
  take(records.control("heartbeat"))
  expect(sent()).toEqual([
    "captured betmgm away -105",
    "captured caesars away -105",
    "missing draftkings away stale -105",
    "missing fanduel away absent -105",
    "missing betmgm home suspended -110",
    "missing caesars home removed -110",
    "missing draftkings home stale -110",
    "missing fanduel home absent -110",
  ])
})

it("does not send what was taken away more than half an hour before the start", () => {
  const life = watch()
  const { records, take, go, sent } = life
  opened(life, "draftkings")
  go(-31 * minute)
  take(records.line("line_closed", "draftkings", moneyline("home", null)))
  go(1)
  take(records.control("heartbeat"))
  expect(sent()).toEqual(["captured draftkings away -105"])
})

it("has no price of a gap, also where its game is verified after the start", () => {
  const life = watch()
  const { records, take, go, sent } = life
  opened(life, "draftkings")
  go(-1000)
  take(records.control("gap_opened", { reason: "closed" }))
  go(1000)
  take(records.control("game_verified", { sportsbook: "draftkings", game: records.gameKey }))
  take(records.line("line_moved", "draftkings", moneyline("home", 200)))
  expect(sent()).toEqual(["missing draftkings away unverified -105", "missing draftkings home unverified -110"])
})

it("has none of what was taken away when the records began anew", () => {
  const life = watch()
  const { records, take, go, sent } = life
  opened(life, "draftkings")
  go(-minute)
  take(records.control("stream_started"))
  go(0)
  take(records.control("heartbeat"))
  expect(sent()).toEqual(["missing draftkings away unverified -105", "missing draftkings home unverified -110"])
})

it("has nothing of an event that was first seen after its start", () => {
  const life = watch()
  const { go, sent } = life
  go(1000)
  opened(life, "draftkings")
  expect(sent()).toEqual([])
})

it("withdraws the closings of a game that begins later, and captures them at the new start", () => {
  const life = watch()
  const { records, take, go, sent, all } = life
  opened(life, "draftkings", "fanduel")
  go(4 * minute)
  take(records.control("heartbeat"))
  expect(sent()).toHaveLength(4)
  const later = { starts_at: "2026-01-17T00:40:00.000Z" }
  take(records.game("game_amended", "draftkings", later))
  take(records.game("game_amended", "fanduel", later))
  expect(sent()).toEqual([
    "withdrawn draftkings away start_moved",
    "withdrawn fanduel away start_moved",
    "withdrawn draftkings home start_moved",
    "withdrawn fanduel home start_moved",
  ])
  take(records.line("line_moved", "fanduel", { ...moneyline("home", -104), ...later }))
  go(91 * minute)
  take(records.control("heartbeat"))
  expect(all.map(({ start_moved, starts_at }) => [start_moved, starts_at])).toEqual(
    Array.from({ length: 4 }, () => [true, later.starts_at]),
  )
  expect(sent()).toEqual([
    "captured draftkings away -105",
    "captured fanduel away -105",
    "captured draftkings home -110",
    "captured fanduel home -104",
  ])
})

it("keeps closings where a start differs by a few minutes, or another game of the teams is left alone", () => {
  const life = watch()
  const { records, take, go, sent } = life
  opened(life, "draftkings", "fanduel", "caesars")
  const evening = { starts_at: "2026-01-17T04:10:00.000Z" }
  take(records.game("game_amended", "caesars", evening))
  go(-minute)
  // The sportsbooks take the game away just before it begins: the other game does not take its place.
  take(records.game("game_closed", "draftkings"), records.game("game_closed", "fanduel"))
  go(0)
  take(records.control("heartbeat"))
  expect(sent()).toEqual([
    "missing caesars away off_start -105",
    "missing draftkings away removed -105",
    "missing fanduel away removed -105",
    "missing caesars home off_start -110",
    "missing draftkings home removed -110",
    "missing fanduel home removed -110",
  ])
  go(5 * 60 * minute)
  take(records.game("game_amended", "caesars", { starts_at: "2026-01-17T04:12:00.000Z" }))
  expect(sent()).toEqual([])
})

it("captures nothing at a start that becomes known after it has passed", () => {
  const life = watch()
  const { records, take, go, sent } = life
  opened(life, "draftkings")
  go(-30 * minute)
  take(records.game("game_amended", "draftkings", { starts_at: "2026-01-16T22:10:00.000Z" }))
  expect(sent()).toEqual(["missing draftkings away start_moved", "missing draftkings home start_moved"])
  go(minute)
  take(records.control("heartbeat"))
  expect(sent()).toEqual([])
})

it("has the fair probability by the reference, and leaves out what a torn pair says", () => {
  const life = watch({ minSportsbooks: 2 })
  const { records, take, go, sent, all } = life
  opened(life, "draftkings", "fanduel", "caesars")
  take(records.line("line_moved", "caesars", moneyline("home", 150)))
  go(0)
  take(records.control("heartbeat"))
  expect(all.map(({ fair, reference, families }) => [fair!.toFixed(4), reference, families])[0]).toEqual(
    ["0.4944", "consensus", 2],
  )
  expect(sent().slice(0, 3)).toEqual([
    "missing caesars away torn -105",
    "captured draftkings away -105",
    "captured fanduel away -105",
  ])
})
