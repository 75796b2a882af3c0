import { emitLaws } from "@boltodds/pipeline"
import type { DevigMethod } from "@boltodds/odds"
import { fair } from "@boltodds/signals/emits"
import { describe, expect, it } from "vitest"
import { brutePrices } from "./brute.ts"
import { bruteFair } from "./bruteFair.ts"
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
