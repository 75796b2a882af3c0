/** Fair probabilities, record by record. */
import type { Change, Control } from "@boltodds/protocol"
import { BestPrices, type Fair } from "@boltodds/signals"
import { fair } from "@boltodds/signals/emits"
import { expect, it } from "vitest"
import { moneyline, Records } from "./records.ts"

const watch = (options: Parameters<typeof fair>[0] = {}) => {
  const records = new Records()
  const emission = fair(options).open({ state: { run: records.run } })
  const take = (...all: ReadonlyArray<Change | Control>): ReadonlyArray<string> =>
    all.flatMap((record) => {
      const at = Date.parse(record.at)
      const event = { _tag: "Tick", session: "main", epoch: 1, at, wall: at } as const
      return emission.of([{ event, records: [record] }]).flatMap(({ value }) => {
        const { fair: kind, sportsbooks } = value as Fair
        return kind === undefined ? [] : [`${kind} ${sportsbooks.join("+")}`]
      })
    })
  return { records, take }
}

it("does not wait for its turn where a sportsbook has no say any more", () => {
  const { records, take } = watch({ minSportsbooks: 2, everyMillis: 60_000 })
  take(records.control("stream_started"))
  const opened = ["betmgm", "caesars", "draftkings"].flatMap((sportsbook) =>
    take(
      records.game("game_opened", sportsbook),
      records.line("line_opened", sportsbook, moneyline("home", -110)),
      records.line("line_opened", sportsbook, moneyline("away", -110)),
    )
  )
  // That another one joins waits: the probability is the same.
  expect(opened).toEqual(["opened betmgm+caesars"])
  expect(take(records.line("line_suspended", "caesars", moneyline("home", null)))).toEqual(["moved betmgm+draftkings"])
  expect(take(records.line("line_suspended", "betmgm", moneyline("home", null)))).toEqual(["closed "])
})

it("knows again how many sides a line has once the sportsbook is gone that calls the sport by another name", () => {
  const records = new Records()
  const prices = new BestPrices()
  const booksum = (...all: ReadonlyArray<Change | Control>): number | null => {
    for (const record of all) prices.take(record)
    return prices.standing().find(({ side }) => side === "home")?.booksum ?? null
  }
  const cricket = { sport: "Cricket" }
  const both = (sportsbook: string, odds: number, more: object = {}) => [
    records.game("game_opened", sportsbook, more),
    records.line("line_opened", sportsbook, { ...moneyline("away", odds), ...more }),
    records.line("line_opened", sportsbook, { ...moneyline("home", odds), ...more }),
  ]
  expect(booksum(records.control("stream_started"), ...both("draftkings", -110))).toBeCloseTo(1.0476, 4)
  expect(booksum(...both("fanduel", -105, cricket))).toBeNull()
  expect(
    booksum(
      records.game("game_closed", "fanduel", cricket),
      records.line("line_moved", "draftkings", moneyline("home", -112)),
    ),
  )
    .toBeCloseTo(1.0521, 4)
  // The other way round: the one that was there first goes.
  expect(booksum(...both("fanduel", -105, cricket))).toBeNull()
  expect(booksum(...both("caesars", -104))).toBeNull()
  expect(booksum(records.game("game_closed", "draftkings"))).toBeNull()
  expect(
    booksum(
      records.game("game_closed", "fanduel", cricket),
      records.line("line_moved", "caesars", moneyline("home", -102)),
    ),
  )
    .toBeCloseTo(1.0148, 3)
})
