/** The queue between the connection and its consumer, against a plain list. */
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { describe, expect } from "vitest"
import { EventQueue } from "../../src/session/EventQueue.ts"

const bound = 200_000
const eventBytes = 200
const pullBytes = 64 * 1024

const tick = (at: number, wall = at, epoch = 1): FeedEvent & { readonly _tag: "Tick" } => ({
  _tag: "Tick",
  session: "feed",
  epoch,
  at,
  wall,
})
const frame = (at: number, bytes: number) => makeFrame("feed", 1, at, "x".repeat(bytes))
const weigh = (event: FeedEvent): number => eventBytes + (event._tag === "Frame" ? event.raw.length : 0)
const sum = (events: ReadonlyArray<FeedEvent>): number => events.reduce((all, event) => all + weigh(event), 0)

type Action = "tick" | "jump" | "silent" | "pull" | "flush" | number
const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Action>("tick", "jump", "silent", "flush") },
    { weight: 4, arbitrary: fc.constant<Action>("pull") },
    { weight: 4, arbitrary: fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 150_000 })) as fc.Arbitrary<Action> },
  ),
  { maxLength: 120 },
)

describe("the queue of events", () => {
  it.effect("gives every event once and in order, in small pulls, whatever comes between", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(actions, async (script) => {
          const queue = new EventQueue<never>(bound)
          const waiting: Array<FeedEvent> = []
          let at = 0
          let pulling: Fiber.Fiber<ReadonlyArray<FeedEvent>, unknown> | undefined
          let flushed = false
          const settle = async () => {
            if (pulling === undefined || waiting.length === 0 || !flushed) return
            const got = Exit.getSuccess(await Effect.runPromise(Fiber.await(pulling)))
            pulling = undefined
            expect(got._tag).toBe("Some")
            if (got._tag !== "Some") return
            const events = got.value
            expect(events).toEqual(waiting.splice(0, events.length))
            // As much as fits into one pull: no less than there was, no more than one event over it.
            expect(sum(events.slice(0, -1))).toBeLessThan(pullBytes)
            if (waiting.length > 0) expect(sum(events)).toBeGreaterThanOrEqual(pullBytes)
            expect(queue.full).toBe(sum(waiting) > bound)
          }
          for (const action of script) {
            at += 10
            if (action === "pull") {
              if (pulling === undefined) pulling = Effect.runFork(queue.pull)
              flushed = true
            } else if (action === "flush") {
              queue.flush()
              flushed = true
            } else {
              // Nothing is handed over before the end of a turn.
              flushed = false
              if (action === "tick" || action === "jump") {
                const event = tick(at, action === "jump" ? at + 9000 : at)
                const last = waiting.at(-1)
                // Ticks in a row are one, except one that reports a jump.
                if (last?._tag === "Tick" && last.wall === last.at) waiting[waiting.length - 1] = event
                else waiting.push(event)
                queue.push(event)
              } else if (action === "silent") {
                const event = { _tag: "Silent", session: "feed", epoch: 1, at } as const
                waiting.push(event)
                queue.push(event)
              } else {
                const event = frame(at, action)
                waiting.push(event)
                queue.pushFrame(event)
              }
              if (pulling !== undefined) {
                queue.flush()
                flushed = true
              }
            }
            await settle()
            expect(queue.full).toBe(sum(waiting) > bound)
          }
          queue.end(Cause.done())
          flushed = true
          while (waiting.length > 0) {
            pulling ??= Effect.runFork(queue.pull)
            await settle()
          }
          pulling ??= Effect.runFork(queue.pull)
          expect(Exit.isFailure(await Effect.runPromise(Fiber.await(pulling)))).toBe(true)
        }),
        { numRuns: 300, seed: 11 },
      )
    ))

  it.effect("has room again once half of its bound is free, after the consumer has its events", () =>
    Effect.gen(function* () {
      const queue = new EventQueue<never>(bound)
      for (let at = 0; at < 10; at++) queue.pushFrame(frame(at, 30_000 - eventBytes))
      expect(queue.full).toBe(true)
      const room = yield* Effect.forkChild(queue.room, { startImmediately: true })
      const left: Array<boolean> = []
      for (let pulls = 0; pulls < 3; pulls++) {
        expect((yield* queue.pull).length).toBe(3)
        yield* Effect.yieldNow
        left.push(room.pollUnsafe() === undefined)
      }
      // 210, 120 and 30 kB are left of 300: the bound is 200.
      expect(left).toEqual([true, true, false])
      expect(queue.full).toBe(false)
    }))

  it.effect("gives everything before its end, and then stays ended", () =>
    Effect.gen(function* () {
      const queue = new EventQueue<string>(bound)
      queue.pushFrame(frame(1, 100_000))
      queue.push(tick(2))
      queue.end(Effect.fail("first"))
      queue.end(Cause.done())
      expect((yield* queue.pull).map((event) => event._tag)).toEqual(["Frame"])
      expect((yield* queue.pull).map((event) => event._tag)).toEqual(["Tick"])
      expect(yield* Effect.flip(queue.pull)).toBe("first")
      expect(yield* Effect.flip(queue.pull)).toBe("first")
    }))

  it.effect("keeps a tick of another epoch beside one of the last", () =>
    Effect.gen(function* () {
      const queue = new EventQueue<never>(bound)
      queue.push(tick(1))
      queue.push(tick(2, 2, 2))
      queue.push(tick(3, 3, 2))
      expect((yield* queue.pull).map((event) => event.at)).toEqual([1, 3])
    }))
})
