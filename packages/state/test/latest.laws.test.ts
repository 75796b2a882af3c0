/** A store that keeps the last record of each key has the book. `LAW_RUNS=3000 LAW_SEED=1` for more lives. */
import { type Book, type Change, type Control, emptyBook, fold, latestKey } from "@boltodds/protocol"
import { apply, make, resume, type State, type Step } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { generator } from "./random.ts"
import { scenario } from "./scenario.ts"

const runs = Number(process.env["LAW_RUNS"] ?? 150)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

type Records = ReadonlyArray<Change | Control>
const recordsOf = (steps: ReadonlyArray<Step>): Records => steps.flatMap((step) => step.records)

/** The last record of each key, in the order of the stream. */
const latestOf = (records: Records): Records => {
  const last = new Map<string, Change | Control>()
  for (const record of records) {
    const key = JSON.stringify(latestKey(record))
    last.delete(key)
    last.set(key, record)
  }
  return [...last.values()]
}

const forSeeds = (law: (seed: number) => void): void => {
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      law(seed)
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}

describe("the last record of each key", { timeout: 240_000 + runs * 500 }, () => {
  it("folds into the book of all records, at any cut of a run", () => {
    let replaced = 0
    forSeeds((seed) => {
      const random = generator(seed ^ 0x1a7e57)
      const all = recordsOf(apply(make({ run: "01J00000000000000000000001" }), scenario(seed).events).steps)
      for (let cut = 0; cut < 12; cut++) {
        const read = all.slice(0, 1 + Math.floor(random() * all.length))
        const latest = latestOf(read)
        replaced += read.length - latest.length
        expect(fold(emptyBook, latest)).toEqual(fold(emptyBook, read))
      }
    })
    expect(replaced).toBeGreaterThan(runs * 100)
  })

  it("folds into the book of all records where runs resume the book of those before", () => {
    forSeeds((seed) => {
      const random = generator(seed ^ 0x1a7e58)
      const { events } = scenario(seed)
      let folded: Book = emptyBook
      const all: Array<Change | Control> = []
      let from = 0
      for (let run = 1; run <= 3; run++) {
        const until = run === 3 ? events.length : from + Math.floor(random() * (events.length - from))
        const options = { run: `01J0000000000000000000000${run}` }
        const state: State = folded.run === undefined ? make(options) : resume(folded, options)
        // A process receives each session from its next connection on.
        const connected = new Set<string>()
        const heard = events.slice(from, until).filter((event) => {
          if (run === 1 || event._tag === "Connected") connected.add(event.session)
          return connected.has(event.session)
        })
        const records = recordsOf(apply(state, heard).steps)
        all.push(...records)
        folded = fold(folded, records)
        from = until
        expect(fold(emptyBook, latestOf(all))).toEqual(folded)
      }
    })
  })
})
