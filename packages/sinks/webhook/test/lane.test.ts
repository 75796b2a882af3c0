import { describe, expect, it } from "@effect/vitest"
import { imbalance, type LaneEvent, makeLane } from "@boltodds/lane"
import { webhook } from "@boltodds/sink-webhook"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { moves } from "./records.ts"
import { signal } from "@boltodds/testing/RawReceiver"
import { type Handler, openReceiver, type Received, statuses } from "@boltodds/testing/Receiver"

const seqs = ({ body }: Received): ReadonlyArray<number> =>
  JSON.parse(body).records.map(({ seq }: { seq: number }) => seq)
const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index + 1)

/** What a receiver knows that looks at each id once, as the standard says. */
const once = (requests: ReadonlyArray<Received>): ReadonlyArray<number> =>
  [...new Map(requests.map((request) => [request.headers["webhook-id"], request])).values()].flatMap(seqs)

describe("a webhook that a lane feeds", () => {
  it.live("delivers everything at least once and in order to a receiver that fails in every way", () =>
    Effect.gen(function* () {
      const ways: ReadonlyArray<Handler> = [
        statuses(200),
        statuses(500),
        statuses([429, { "retry-after": "0" }]),
        (_, response) => void response.destroy(),
        (_, response) =>
          void response.writeHead(200, { "content-length": 100 }).write("half", () => response.destroy()),
      ]
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(fc.nat({ max: ways.length - 1 }), { maxLength: 20 }), (plan) =>
            Effect.runPromise(Effect.scoped(Effect.gen(function* () {
              const receiver = yield* openReceiver((request, response, index) =>
                ways[plan[index] ?? 0]!(request, response, index)
              )
              const sink = yield* webhook({ url: receiver.url, unsigned: true, allowPrivate: true })
              const lane = yield* makeLane(sink, {
                name: "hook",
                run: "01K00000000000000000000000",
                batch: { records: 3, bytes: 1_000_000 },
                retry: { base: Duration.zero },
                breaker: { failures: Infinity },
              })
              for (const one of moves(20)) {
                lane.push([one])
              }
              const counts = yield* lane.drain(Duration.seconds(30))
              expect(imbalance(counts)).toBe(0)
              expect(counts).toMatchObject({ in: 20, delivered: 20, pending: 0, deadLettered: 0, dropped: 0 })
              expect(once(receiver.requests)).toEqual(upTo(20))
              // Nothing is overtaken by what is tried again: each request starts where the last began or ended.
              const starts = receiver.requests.map((request) =>
                seqs(request)[0]!
              )
              expect(starts).toEqual([...starts].sort((a, b) => a - b))
              // The same id is the same body, always.
              const bodies = new Map<string, string>()
              for (const { headers, body } of receiver.requests) {
                const id = headers["webhook-id"]!
                expect(bodies.get(id) ?? body).toBe(body)
                bodies.set(id, body)
              }
            })))),
          { numRuns: 25 },
        )
      )
    }))

  it.effect("is not called before the time it asked for", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses([429, { "retry-after": "60" }], 200))
      const sink = yield* webhook({ url: receiver.url, unsigned: true, allowPrivate: true })
      const retrying = signal<LaneEvent>()
      const lane = yield* makeLane(sink, {
        name: "hook",
        onEvent: (event) => event._tag === "Retrying" ? retrying.resolve(event) : undefined,
      })
      lane.push(moves(2))
      const event = yield* Effect.promise(() => retrying.promise)
      expect(event).toMatchObject({ _tag: "Retrying", attempt: 1, delay: Duration.seconds(60) })
      const draining = yield* Effect.forkChild(lane.drain(Duration.minutes(5)))
      yield* TestClock.adjust("59 seconds")
      expect(receiver.requests.length).toBe(1)
      yield* TestClock.adjust("1 seconds")
      yield* Effect.promise(() => receiver.came(2))
      expect((yield* Fiber.join(draining)).delivered).toBe(2)
    }))

  it.live("disables the lane for good when it is gone", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(200, 410))
      const sink = yield* webhook({ url: receiver.url, unsigned: true, allowPrivate: true })
      const lane = yield* makeLane(sink, { name: "hook", batch: { records: 2, bytes: 1_000_000 } })
      for (const one of moves(6)) lane.push([one])
      const end = yield* lane.ended
      expect(end._tag).toBe("Disabled")
      const counts = yield* lane.drain(Duration.seconds(10))
      expect(receiver.requests.length).toBe(2)
      expect(counts).toMatchObject({ in: 6, delivered: 2, dropped: 4, pending: 0 })
    }))

  it.live("makes dead letters of what is refused, and goes on", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(200, 400, 200))
      const sink = yield* webhook({ url: receiver.url, unsigned: true, allowPrivate: true })
      const lane = yield* makeLane(sink, { name: "hook", batch: { records: 2, bytes: 1_000_000 } })
      for (const one of moves(6)) lane.push([one])
      const counts = yield* lane.drain(Duration.seconds(10))
      expect(receiver.requests.map(seqs)).toEqual([[1, 2], [3, 4], [5, 6]])
      expect(counts).toMatchObject({ in: 6, delivered: 4, deadLettered: 2, dropped: 0, retries: 0, pending: 0 })
    }))
})
