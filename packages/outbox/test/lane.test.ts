import { imbalance, makeLane } from "@boltodds/lane"
import type { Batch, Sink, SinkError } from "@boltodds/sink"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outbox } from "@boltodds/outbox"
import { type Price, price, synced } from "./fixtures/envelopes.ts"

const sinkOf = (write: (batch: Batch<Price>) => Effect.Effect<void, SinkError>): Sink<Price> => ({
  guarantee: "at-least-once",
  write,
})

it.effect("what a lane could not deliver is delivered by the next process, in order, and the counters of both add up", () =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "outbox-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
    )
    const path = join(folder, "a.db")
    const written: Array<string> = []
    const lane = (run: string, sink: Sink<Price>, from: number) =>
      Effect.scoped(Effect.gen(function* () {
        const { store, bounds } = yield* outbox<Price>({ path, run })
        const lane = yield* makeLane(sink, { name: run, run, store, bounds, batch: { records: 2, bytes: 1e6 } })
        for (let n = from; n < from + 3; n++) expect(lane.push([price(n, "a", false), synced(n)])).toBe(true)
        return yield* lane.drain(Duration.seconds(1))
      }))

    const counts = yield* lane(
      "one",
      sinkOf(({ envelopes }) =>
        Effect.suspend(() => {
          // The first batch arrives, and then the receiver hangs.
          if (written.length > 0) return Effect.never
          written.push(...envelopes.map(({ text }) => text))
          return Effect.void
        })
      ),
      1,
    ).pipe(
      Effect.timeoutOption(Duration.seconds(5)),
      Effect.forkChild,
      Effect.flatMap((fiber) =>
        Effect.gen(function* () {
          yield* TestClock.adjust(Duration.seconds(2))
          return yield* Fiber.join(fiber)
        })
      ),
    )
    expect(counts).toMatchObject({ value: { in: 6, delivered: 2, pending: 4, restored: 0 } })

    const later = yield* lane(
      "two",
      sinkOf(({ envelopes }) => Effect.sync(() => void written.push(...envelopes.map(({ text }) => text)))),
      11,
    )
    expect(later).toMatchObject({ in: 6, restored: 4, delivered: 10, pending: 0 })
    expect(imbalance(later)).toBe(0)
    expect(written).toEqual(
      [1, 2, 3, 11, 12, 13].flatMap((n) => [price(n, "a", false).text, synced(n).text]),
    )
  }))
