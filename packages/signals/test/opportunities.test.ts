import { emitLaws } from "@boltodds/pipeline"
import { type Control, fold } from "@boltodds/protocol"
import { forgetsOf, type Opportunity } from "@boltodds/signals"
import { opportunities } from "@boltodds/signals/emits"
import { describe, expect, it } from "vitest"
import { bruteFees, brutePrices, bruteSubject, hasExchange, near } from "./brute.ts"
import { type BruteFound, bruteFound, BruteLife, History } from "./bruteOpportunities.ts"
import { forLives } from "./laws.ts"
import { OpportunityReader } from "./OpportunityReader.ts"
import { play } from "./play.ts"
import { worldLife } from "./world.ts"

const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const lives = Array.from({ length: Number(process.env["LAW_RUNS"] ?? 4) }, (_, at) => worldLife(firstSeed + at))
const wild = { suspicious: 9, minSportsbooks: 2 }

describe.each([
  { emit: opportunities(wild), reader: () => new OpportunityReader() },
  { emit: opportunities({ ...wild, control: false, confirmMillis: 0 }), reader: () => new OpportunityReader() },
])("the emit opportunities", (subject) => {
  it.each(emitLaws)("$name", (law) => law.run({ ...subject, lives }))
})

it("has open what plain loops find and what has stood for long enough, with legs that are live", () => {
  let opened = 0
  let whole = 0
  forLives((events, seed) => {
    const settings = {
      minEv: 0.02,
      minSportsbooks: 2,
      suspicious: [9, 0.1, 9][seed % 3]!,
      confirmMillis: [500, 0, 2000][seed % 3]!,
    }
    const index = seed % 2 === 0 ? {} : { betAt: ["draftkings", "prophetx", "bovada", "fanduel"] }
    const reader = new OpportunityReader()
    const history = new History()
    const life = new BruteLife(settings.confirmMillis)
    const emit = opportunities({ ...settings, ...index, reference: ["consensus"] })
    play(emit, events, ({ envelopes, book, before, draws, at, records }) => {
      reader.take(envelopes)
      if (records.length === 0) life.advance(at)
      else {
        let part = before
        for (const record of records) {
          history.take(record)
          part = fold(part, [record])
          if (!("control" in record) || !invalidates(record)) continue
          life.keep(bruteFound(brutePrices(part, draws, index), history.conflicts(part, at), history, settings))
        }
        const prices = brutePrices(book, draws, index)
        for (const { value } of envelopes) {
          const record = value as Opportunity | Control
          if ("control" in record || record.opportunity === "closed") continue
          compareWhole(record, bruteFound(prices, history.conflicts(book, at), history, settings).get(record.id)!, at)
          whole++
        }
        const found = bruteFound(prices, history.conflicts(book, at), history, settings)
        const isEnd = records.some((record) => "control" in record && record.control === "stream_started")
        if (isEnd) life.clear()
        life.take(found, at)
        for (const [id, { legs, value }] of reader.known) {
          const now = found.get(id)
          expect(now?.id).toBe(id)
          // What is better than the reader knows may wait; what is worse does not.
          expect(now!.value).toBeGreaterThan(value - 0.001 - 1e-9)
          legs.forEach(({ sportsbook, net }, index) => {
            const price = now!.legs[index]!
            expect([price.sportsbook, price.net >= net]).toEqual([sportsbook, true])
          })
        }
      }
      if ([...reader.known.keys()].toSorted().join() !== life.open.join()) {
        expect([...reader.known.keys()].toSorted()).toEqual(life.open)
      }
      opened += reader.known.size
    })
  })
  expect(opened).toBeGreaterThan(50)
  expect(whole).toBeGreaterThan(10)
})

/** All that a record says of what is found, but for what its life says. */
const compareWhole = (record: Opportunity, { value, legs, says }: BruteFound, at: number): void => {
  const { type, key, booksum, stakes, p, reference, gap, miss, both } = record
  const rounded = (each: number | null | undefined) => typeof each === "number" ? near(each) : each
  expect({
    type,
    key,
    booksum: rounded(booksum),
    stakes: stakes.map(near),
    ...p === undefined ? {} : { p: near(p), reference },
    ...gap === undefined ? {} : { gap, miss: rounded(miss), both: rounded(both) },
  }).toEqual(says)
  expect(Math.abs(record.value - value)).toBeLessThan(1e-9)
  expect(record.peak).toBeGreaterThanOrEqual(record.value)
  expect(record.fees).toBe(bruteFees(legs))
  expect(record.push_possible).toBe(legs.some(({ selection }) => selection.push))
  const { phase, event, sport, home_team, away_team, starts_at } = bruteSubject(legs[0]!, at)
  expect([record.phase, record.event, record.sport, record.home_team, record.away_team, record.starts_at]).toEqual(
    [phase, event, sport, home_team, away_team, starts_at],
  )
  expect(record.warnings).toEqual([
    ...legs.some(({ twins }) => twins > 1) ? ["duplicate"] : [],
    ...hasExchange(legs) ? ["exchange"] : [],
    ...phase === "live" ? ["live"] : [],
  ])
  expect(record.legs.map(({ price_age_ms: age, change_seq: _, ...leg }) => {
    expect(age === null || age >= 0).toBe(true)
    return leg
  })).toEqual(legs.map(({ sportsbook, session, game, line, selection, net }) => ({
    sportsbook,
    session,
    game: game.game,
    outcome: line.outcome,
    side: selection.side,
    line: selection.line,
    odds: line.odds,
    net,
    link: line.link,
  })))
}

const invalidates = (control: Control): boolean =>
  forgetsOf(control) !== undefined || (control.control === "quarantined" && control.touches === "game")

it("opens each once, closes each once, and closes before the control that is the cause", () => {
  forLives((events) => {
    const open = new Set<string>()
    play(opportunities(wild), events, ({ envelopes }) => {
      for (const { value } of envelopes) {
        const record = value as Opportunity | Control
        if ("control" in record) {
          if (record.control === "stream_stopped" || record.control === "dropped") expect([...open]).toEqual([])
          continue
        }
        const { id, opportunity } = record
        expect([opportunity, open.has(id)]).toEqual([opportunity, opportunity !== "opened"])
        if (opportunity === "closed") {
          expect(record.reason).toBeDefined()
          open.delete(id)
        } else open.add(id)
      }
    })
  })
})
