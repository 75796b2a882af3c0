import { listOutbox } from "@boltodds/outbox"
import { memoryStore } from "@boltodds/lane"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { join } from "node:path"
import { price, seqs } from "./fixtures/envelopes.ts"
import { crash, inFolder, open } from "./fixtures/open.ts"
import { Model } from "./fixtures/Model.ts"

const nat = (max: number) => fc.nat({ max })
const limits = fc.record({ records: nat(8), bytes: nat(300) })

type Operation =
  | { readonly do: "add"; readonly groups: ReadonlyArray<ReadonlyArray<number>> }
  | { readonly do: "take" | "dropUntil"; readonly limits: { readonly records: number; readonly bytes: number } }
  | { readonly do: "split"; readonly from: number }
  | { readonly do: "settle" | "deadLetter"; readonly from: number; readonly count: number }
  | { readonly do: "expire" | "older"; readonly ago: number }
  | { readonly do: "clear" | "crash" }

const operation = (...names: ReadonlyArray<"crash" | "deadLetter">): fc.Arbitrary<Operation> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("add" as const),
        // Of each record, the line it is about.
        groups: fc.array(fc.array(nat(3), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("take" as const), limits }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("dropUntil" as const), limits }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("split" as const), from: nat(6) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom("settle" as const, ...names.filter((name) => name === "deadLetter")),
        from: nat(3),
        count: nat(6),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("expire" as const, "older" as const), ago: nat(6) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("clear" as const, ...names.filter((name) => name === "crash")) }),
    },
  )

/** Runs operations on both, comparing what each gives; with crashes where there are any. */
const compare = (operations: ReadonlyArray<Operation>, model: Model): void =>
  inFolder((folder) => {
    let generation = 0
    let outbox = open(join(folder, "0.db"), { run: "0" })
    let seq = 0
    let now = 0
    /** What the lane has in its hands, on both sides. */
    let taken: Array<readonly [ReturnType<typeof outbox.store.take>[number], number]> = []
    const both = (mine: ReadonlyArray<{ readonly seq: number }>, wanted: ReadonlyArray<number>): void =>
      expect(mine.map(({ seq }) => seq)).toEqual(wanted)
    for (const step of operations) {
      const { store } = outbox
      now += 1
      switch (step.do) {
        case "add": {
          const envelopes = step.groups.flatMap((lines) =>
            lines.map((line, index) => price(++seq, `${line}`, index === lines.length - 1))
          )
          store.add(envelopes, now)
          model.add(envelopes, now)
          break
        }
        case "take": {
          const batch = store.take(step.limits)
          both(batch, model.take(step.limits))
          expect(store.superseded!(batch).map((index) => batch[index]!.seq)).toEqual(model.superseded(seqs(batch)))
          taken.push(...batch.map((envelope) => [envelope, envelope.seq] as const))
          break
        }
        case "split": {
          // Of the batch that was taken last: all from one record on.
          const last = taken.filter(([, seq]) => model.isInLastBatch(seq)).slice(step.from)
          store.split!(last.map(([envelope]) => envelope))
          model.split(last.map(([, seq]) => seq))
          break
        }
        case "settle":
        case "deadLetter": {
          const done = taken.splice(step.from, step.count)
          if (step.do === "settle") store.settle(done.map(([envelope]) => envelope))
          else store.deadLetter!(done.map(([envelope]) => envelope), "why", now)
          model.settle(done.map(([, seq]) => seq), step.do === "deadLetter")
          break
        }
        case "dropUntil":
          both(store.dropUntil(step.limits), model.dropUntil(step.limits))
          break
        case "expire":
          both(store.expire(now - step.ago), model.expire(now - step.ago))
          break
        case "older":
          both(
            store.older(taken.map(([envelope]) => envelope), now - step.ago).toSorted((a, b) => a.seq - b.seq),
            model.older(now - step.ago),
          )
          break
        case "clear":
          both(store.clear(), model.clear())
          break
        case "crash": {
          generation += 1
          crash(join(folder, `${generation - 1}.db`), join(folder, `${generation}.db`))
          outbox.close()
          outbox = open(join(folder, `${generation}.db`), { run: `${generation}` })
          model.crash()
          taken = []
          expect(outbox.store.restored).toBe(model.counts.records)
          break
        }
      }
      expect(outbox.deadLetters()).toBe(model.dead.length)
      const { records, bytes, waiting, waitingBytes } = outbox.store
      expect({ records, bytes, waiting, waitingBytes }).toEqual(model.counts)
    }
    const { letters } = Effect.runSync(listOutbox(outbox.path))
    expect(letters.map(({ seq, superseded }) => [seq, superseded])).toEqual(
      model.dead.map(({ seq, newer }) => [seq, newer]).toSorted(([a], [b]) => Number(a) - Number(b)),
    )
    outbox.close()
  })

describe("an outbox against a model", () => {
  it("gives what the model gives, whatever is done and wherever it crashes", () => {
    fc.assert(
      fc.property(
        fc.array(operation("crash", "deadLetter"), { maxLength: 40 }),
        (operations) => compare(operations, new Model()),
      ),
      { numRuns: 150 },
    )
  })

  it("does in one process what the store in memory does", () => {
    fc.assert(
      fc.property(fc.array(operation(), { maxLength: 40 }), (operations) =>
        inFolder((folder) => {
          const { store, close } = open(join(folder, "a.db"))
          const memory = memoryStore<{ n: number; line: string }>()
          let seq = 0
          let now = 0
          let mine: Array<ReturnType<typeof store.take>[number]> = []
          let theirs: Array<ReturnType<typeof store.take>[number]> = []
          for (const step of operations) {
            now += 1
            if (step.do === "add") {
              const envelopes = step.groups.flatMap((lines) =>
                lines.map((line, index) => price(++seq, `${line}`, index === lines.length - 1))
              )
              expect(store.add(envelopes, now)).toBe(memory.add(envelopes, now))
            } else if (step.do === "take") {
              mine.push(...store.take(step.limits))
              theirs.push(...memory.take(step.limits))
            } else if (step.do === "settle") {
              store.settle(mine.slice(0, step.count))
              memory.settle(theirs.slice(0, step.count))
              mine = mine.slice(step.count)
              theirs = theirs.slice(step.count)
            } else if (step.do === "older") {
              expect(seqs(store.older(mine, now - step.ago))).toEqual(seqs(memory.older(theirs, now - step.ago)))
            } else if (step.do === "expire") {
              expect(seqs(store.expire(now - step.ago))).toEqual(seqs(memory.expire(now - step.ago)))
            } else if (step.do === "dropUntil") {
              expect(seqs(store.dropUntil(step.limits))).toEqual(seqs(memory.dropUntil(step.limits)))
            } else {
              expect(seqs(store.clear())).toEqual(seqs(memory.clear()))
            }
            expect(mine.map(({ text }) => text)).toEqual(theirs.map(({ text }) => text))
            const { records, bytes, waiting, waitingBytes } = memory
            expect(store).toMatchObject({ records, bytes, waiting, waitingBytes })
          }
          close()
        })),
      { numRuns: 100 },
    )
  })
})
