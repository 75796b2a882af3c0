import { emitLaws } from "@boltodds/pipeline"
import type { DevigMethod } from "@boltodds/odds"
import type { Control } from "@boltodds/protocol"
import type { Fair } from "@boltodds/signals"
import { fair } from "@boltodds/signals/emits"
import { describe, expect, it } from "vitest"
import { brutePrices, bruteSubject, grouped, near } from "./brute.ts"
import { bruteFair, bruteMains } from "./bruteFair.ts"
import { FairReader } from "./FairReader.ts"
import { forLives } from "./laws.ts"
import { play } from "./play.ts"
import { worldLife } from "./world.ts"

const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const lives = Array.from({ length: Number(process.env["LAW_RUNS"] ?? 4) }, (_, at) => worldLife(firstSeed + at))

const settings: ReadonlyArray<{
  readonly reference: ReadonlyArray<string>
  readonly method: DevigMethod
  readonly minSportsbooks: number
}> = [
  { reference: ["consensus"], method: "multiplicative", minSportsbooks: 3 },
  { reference: ["prophetx", "consensus"], method: "power", minSportsbooks: 2 },
  { reference: ["bodog", "fanduel"], method: "shin", minSportsbooks: 2 },
]

describe.each([
  { emit: fair({ minSportsbooks: 2 }), reader: () => new FairReader() },
  { emit: fair({ ...settings[1]!, control: false, everyMillis: 300 }), reader: () => new FairReader() },
])("the emit fair", (subject) => {
  it.each(emitLaws)("$name", (law) => law.run({ ...subject, lives }))
})

it("has the probabilities that plain loops find: whether there are some at once, and a step of 0.001 within a second", () => {
  let compared = 0
  forLives((events, seed) => {
    const { reference, method, minSportsbooks } = settings[seed % 3]!
    const everyMillis = [1000, 0, 5000][seed % 3]!
    const reader = new FairReader()
    play(fair({ reference, method, minSportsbooks, everyMillis }), events, ({ envelopes, book, draws, at }) => {
      reader.take(envelopes)
      const wanted = bruteFair(brutePrices(book, draws), { reference, method, least: minSportsbooks })
      expect([...reader.known.keys()].toSorted()).toEqual([...wanted.keys()].toSorted())
      for (const [key, record] of reader.known) {
        const { p, reference: by } = wanted.get(key)!
        expect(record.reference).toBe(by)
        const isNear = Object.keys(p).every((side) => Math.abs(record.p[side]! - p[side]!) < 0.001 + 1e-12)
        if (!isNear) expect(at).toBeLessThan(Date.parse(record.at) + everyMillis + 100)
        if (everyMillis === 0) expect(isNear).toBe(true)
        compared++
      }
    })
  })
  expect(compared).toBeGreaterThan(100)
})

it("sends records all of which plain loops find, and what was before", () => {
  let compared = 0
  forLives((events, seed) => {
    const { reference, method, minSportsbooks } = settings[seed % 3]!
    const reader = new FairReader()
    const emit = fair({ reference, method, minSportsbooks, everyMillis: [1000, 0, 5000][seed % 3]! })
    play(emit, events, ({ envelopes, book, draws, at }) => {
      let prices: ReturnType<typeof brutePrices> | undefined
      for (const envelope of envelopes) {
        const record = envelope.value as Fair | Control
        if (!("control" in record)) {
          const before = reader.known.get(record.key)
          expect(record.fair).toBe(record.reason !== undefined ? "closed" : before === undefined ? "opened" : "moved")
          expect(record.previous_p).toEqual(before?.p ?? null)
          if (record.fair === "closed") {
            expect(record).toMatchObject({ p: {}, reference: null, sportsbooks: [], hold: {} })
          } else {
            prices ??= brutePrices(book, draws)
            const wanted = bruteFair(prices, { reference, method, least: minSportsbooks }).get(record.key)!
            const bySportsbook = [...grouped(wanted.legs, ({ sportsbook }) => sportsbook)]
              .toSorted(([a], [b]) => a < b ? -1 : 1)
            const { selection } = wanted.legs[0]!
            const mains = bruteMains(prices).get(record.key.slice(0, record.key.lastIndexOf("|")))
            const line = record.line
            expect({
              families: record.families,
              sportsbooks: record.sportsbooks,
              sessions: record.sessions,
              method: record.method,
              reference: record.reference,
              spread: near(record.spread_of_p),
              hold: Object.fromEntries(Object.entries(record.hold).map(([name, hold]) => [name, near(1 - hold)])),
              push: record.push,
              main_at: record.main_at,
              consensus_main: record.consensus_main,
              p: Object.entries(record.p).map(([side, p]) => [side, near(p)]),
              phase: record.phase,
            }).toEqual({
              families: wanted.families,
              sportsbooks: bySportsbook.map(([name]) => name),
              sessions: bySportsbook.map(([, legs]) => legs[0]!.session),
              method,
              reference: wanted.reference,
              spread: near(wanted.spread),
              hold: Object.fromEntries(bySportsbook.map(([name, legs]) => [
                name,
                near(selection.winners! / legs.reduce((sum, { decimal }) => sum + 1 / decimal, 0)),
              ])),
              push: selection.push,
              main_at: line === null ? 0 : mains?.at.get(line) ?? 0,
              consensus_main: line !== null && mains?.consensus === line,
              p: Object.entries(wanted.p).toSorted(([a], [b]) => a < b ? -1 : 1).map(([side, p]) => [side, near(p)]),
              phase: bruteSubject(wanted.legs[0]!, at).phase,
            })
            compared++
          }
        }
        reader.take([envelope])
      }
    })
  }, 6)
  expect(compared).toBeGreaterThan(30)
})
