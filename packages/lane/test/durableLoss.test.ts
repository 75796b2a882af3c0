import { describe, expect, it } from "@effect/vitest"
import { makeLane, memoryStore } from "@boltodds/lane"
import { type ControlValue, type Envelope, makeControl, makeRecord, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number): Envelope<number> => makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)
const report = (control: string, seq: number): Envelope<never> =>
  makeControl({ seq, at: seq, session: "s", epoch: 1, last: true }, { control } as unknown as ControlValue, {
    encode: () => `{"control":"${control}"}`,
  })

/** A lane of single records with a store that outlives it, to a sink that refuses these texts so often. */
const laneRefusing = (refusals: Readonly<Record<string, number>>) =>
  Effect.gen(function* () {
    const left = new Map(Object.entries(refusals))
    const arrived: Array<string> = []
    const lane = yield* makeLane<number>({
      guarantee: "at-least-once",
      write: ({ envelopes }) =>
        Effect.suspend(() => {
          for (const { text } of envelopes) {
            const more = left.get(text) ?? 0
            if (more === 0) continue
            left.set(text, more - 1)
            const rejected = envelopes.map((_, index) => index)
            return Effect.fail(new SinkError({ rest: "degrade", rejected, cause: new Error("refused") }))
          }
          for (const { text } of envelopes) arrived.push(text)
          return Effect.void
        }),
    }, {
      name: "l",
      run: "R",
      batch: { records: 1, bytes: 1e9 },
      store: Object.assign(memoryStore<number>(), { isDurable: true }),
      notice: ({ lastSeq }) => report("dropped", lastSeq),
      resnapshot: () => [report("stream_started", 9)],
    })
    return { lane, arrived }
  })

describe("a lane with a durable store, after dead letters", () => {
  it.effect("reports the loss before what comes next, also where a resnapshot follows at once", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneRefusing({ '{"n":1}': 1 })
      lane.push([one(1), one(2)])
      yield* TestClock.adjust("10 seconds")
      expect(arrived).toEqual(['{"control":"dropped"}', '{"n":2}', '{"control":"stream_started"}'])
      yield* lane.drain(Duration.seconds(1))
    }))

  it.effect("delivers nothing after a loss before its readers have taken the report", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* laneRefusing({ '{"n":2}': 1, '{"control":"dropped"}': 3 })
      lane.push([one(1), one(2), one(3), one(4)])
      yield* TestClock.adjust("1 minutes")
      expect(arrived.slice(0, 3)).toEqual(['{"n":1}', '{"control":"dropped"}', '{"n":3}'])
      yield* lane.drain(Duration.seconds(1))
    }))
})
