import { eventKey, eventStart } from "@boltodds/market"
import { emitLaws } from "@boltodds/pipeline"
import type { Book } from "@boltodds/protocol"
import { closing } from "@boltodds/signals/emits"
import { describe, expect, it } from "vitest"
import { brutePrices, bruteRows, grouped } from "./brute.ts"
import { bruteFair } from "./bruteFair.ts"
import { ClosingReader } from "./ClosingReader.ts"
import { forLives } from "./laws.ts"
import { play } from "./play.ts"
import { worldLife } from "./world.ts"

const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const lives = Array.from(
  { length: Number(process.env["LAW_RUNS"] ?? 4) },
  (_, at) => worldLife(firstSeed + at, 70, 240_000),
)

describe.each([
  { emit: closing(), reader: () => new ClosingReader() },
  { emit: closing({ minSportsbooks: 2, control: false }), reader: () => new ClosingReader() },
])("the emit closing", (subject) => {
  it.each(emitLaws)("$name", (law) => law.run({ ...subject, lives }))
})

/** The starts of events, by the sportsbooks that take bets. */
const startsOf = (book: Book): ReadonlyMap<string, number | null> => {
  const games = [...book.games.values()].filter(({ sportsbook }) => sportsbook !== "consensus")
  return new Map([...grouped(games, eventKey)].map(([event, mine]) => {
    const starts = mine.map(({ sportsbook, starts_at }) => ({
      sportsbook,
      at: starts_at === null ? null : Date.parse(starts_at),
      votes: true,
    }))
    return [event, eventStart(starts, { now: 0 }).anchor]
  }))
}

const skew = 90 * 60_000

it("captures at the start what plain loops find in the book of just before it, and nothing at another time", () => {
  let captured = 0
  let missing = 0
  forLives(
    (events) => {
      const reader = new ClosingReader()
      play(
        closing({ reference: ["consensus"], minSportsbooks: 2 }),
        events,
        ({ envelopes, book, draws, at, records }) => {
          const sent = reader.take(envelopes)
          if (records.length > 0) {
            for (const { closing, reason, odds } of sent) {
              expect(closing === "captured").toBe(false)
              expect([reason, odds]).toEqual(["start_moved", null])
            }
            return
          }
          const prices = brutePrices(book, draws)
          const { rows } = bruteRows(book, draws)
          const fair = bruteFair(prices, { reference: ["consensus"], method: "multiplicative", least: 2 })
          const isNear = (iso: string | null): boolean => iso === null || Math.abs(Date.parse(iso) - at) <= skew
          const starts = startsOf(book)
          const events = new Set(sent.map(({ event }) => event))
          for (const event of events) {
            const mine = sent.filter((each) => each.event === event)
            const wanted = prices.filter((each) => each.event === event && !each.torn && isNear(each.game.starts_at))
              .map((
                { key, sportsbook, line, decimal, net, pair, selection, game, dominated },
              ) => ({
                key,
                sportsbook,
                game: game.game,
                outcome: line.outcome,
                odds: line.odds === -100 ? 100 : line.odds,
                decimal,
                net,
                fair: fair.get(pair)?.p[selection.side] ?? null,
                reference: fair.get(pair)?.reference ?? null,
                dominated,
              }))
            const found = mine.filter((each) => each.closing === "captured").map((each) => ({
              key: each.key,
              sportsbook: each.sportsbook,
              game: each.game,
              outcome: each.outcome,
              odds: each.odds,
              decimal: each.decimal,
              net: each.net,
              fair: each.fair,
              reference: each.reference,
              dominated: each.warnings.includes("dominated"),
            }))
            const order = (all: ReadonlyArray<(typeof found)[number]>) =>
              all.toSorted((a, b) => `${a.key} ${a.sportsbook}` < `${b.key} ${b.sportsbook}` ? -1 : 1)
                .map((each) => ({ ...each, fair: each.fair === null ? null : Math.round(each.fair * 1e9) }))
            expect(order(found)).toEqual(order(wanted))
            captured += found.length
            // All that is there has a record, with its price or with the reason.
            const ids = new Set(mine.map(({ key, sportsbook }) => `${key} ${sportsbook}`))
            expect(ids.size).toBe(mine.length)
            const there = rows.filter((row) => row.event === event).map(({ key, game }) => `${key} ${game.sportsbook}`)
            expect(there.filter((id) => !ids.has(id))).toEqual([])
            for (const { closing, reason, odds, starts_at, event: key } of mine) {
              expect(Date.parse(starts_at!)).toBe(at)
              if (closing === "missing") expect([reason === undefined, odds]).toEqual([false, null])
              if (starts.has(key) && closing === "missing") missing++
            }
          }
          // No event begins without its closings.
          for (const [event, start] of starts) {
            if (start !== at || !rows.some((row) => row.event === event)) continue
            expect([event, events.has(event)]).toEqual([event, true])
          }
        },
      )
    },
    12,
    240_000,
  )
  expect(captured).toBeGreaterThan(20)
  expect(missing).toBeGreaterThan(5)
})
