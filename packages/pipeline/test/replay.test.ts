import { encodeEvent, encodeRecordingHeader, type FeedEvent, makeFrame, type RecordingError } from "@boltodds/protocol"
import { changes, openReplay, raw, replay, type ReplayOptions, route, run } from "@boltodds/pipeline"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { collector, connected, frame, message, outcome, start, tick } from "./fixtures.ts"
import { cut } from "./processors/lives.ts"

const name = "01K0000000000000000000000A"
const header = encodeRecordingHeader(name)
const ticks = (...times: ReadonlyArray<number>) => times.map((time) => tick(start + time))
const recorded = (events: ReadonlyArray<FeedEvent>) => events.map(encodeEvent)

/** Lines to be read; knows how many were, and whether they were let go. */
const linesOf = (lines: ReadonlyArray<string>) => {
  const seen = { read: 0, closed: false }
  const iterable = async function* () {
    try {
      for (const line of lines) {
        seen.read++
        yield line
      }
    } finally {
      seen.closed = true
    }
  }
  return { lines: { [Symbol.asyncIterator]: iterable }, seen }
}

/** The times of all events that a replay gives, and what it fails with. */
const played = (lines: ReadonlyArray<string>, options?: ReplayOptions) =>
  Effect.gen(function* () {
    const times: Array<number> = []
    const events = Effect.gen(function* () {
      const { source } = yield* openReplay(linesOf(lines).lines, options)
      yield* Stream.runForEach(source.events, (event) => Effect.sync(() => times.push(event.at - start)))
    })
    const error: RecordingError | undefined = yield* Effect.match(events, {
      onFailure: (error) => error,
      onSuccess: () => undefined,
    })
    return { times, error: error?.reason }
  })

describe("a replay", () => {
  it.effect("knows the run and the options of the reducer", () =>
    Effect.gen(function* () {
      const options = { settleMillis: 5, filters: { sports: ["NBA"] } }
      const { lines } = linesOf([encodeRecordingHeader(name, options)])
      const { run, options: read, source } = yield* openReplay(lines, { name: "yesterday" })
      expect({ run, read, name: source.name }).toEqual({ run: name, read: options, name: "yesterday" })
      expect(yield* Stream.runCollect(source.events)).toEqual([])
    }))

  it.effect("gives turns of at most 256 events, and all of them", () =>
    Effect.gen(function* () {
      const events = ticks(...Array.from({ length: 1000 }, (_, index) => index))
      const { lines, seen } = linesOf([header, ...recorded(events)])
      const turns: Array<ReadonlyArray<FeedEvent>> = []
      yield* Stream.runForEachArray(replay(lines).events, (turn) => Effect.sync(() => turns.push(turn)))
      expect(turns.map((turn) => turn.length)).toEqual([256, 256, 256, 232])
      expect(turns.flat()).toEqual(events)
      expect(seen.closed).toBe(true)
    }))

  it.effect("gives turns whose frames are at most 256 KiB together, but for the last one of each", () =>
    Effect.gen(function* () {
      const events = Array.from(
        { length: 10 },
        (_, index) => makeFrame("main", 1, start + index, `{"action":"x","pad":"${"y".repeat(100_000)}"}`),
      )
      const { lines } = linesOf([header, ...recorded(events)])
      const turns: Array<number> = []
      yield* Stream.runForEachArray(replay(lines).events, (turn) => Effect.sync(() => turns.push(turn.length)))
      expect(turns).toEqual([3, 3, 3, 1])
    }))

  it.effect("has the limits of the recording, or those of this process where they are smaller", () =>
    Effect.gen(function* () {
      const limitsOf = (recorded: Record<string, number> | undefined, limits?: ReplayOptions["limits"]) =>
        Effect.map(
          openReplay(
            linesOf([encodeRecordingHeader(name, {}, recorded)]).lines,
            limits === undefined ? {} : { limits },
          ),
          ({ options }) => options.limits,
        )
      expect(yield* limitsOf(undefined)).toBeUndefined()
      expect(yield* limitsOf({ games: 5, bytes: 1e12, other: 1, outcomes: -1 })).toEqual({ games: 5 })
      expect(yield* limitsOf({ games: 5, bytes: 1e12 }, { games: 9, bytes: 7 })).toEqual({ games: 5, bytes: 7 })
    }))

  it.effect("reads no further than it is pulled, and lets go of its lines", () =>
    Effect.gen(function* () {
      const { lines, seen } = linesOf([
        header,
        ...recorded(ticks(...Array.from({ length: 5000 }, (_, index) => index))),
      ])
      const { source } = yield* openReplay(lines)
      expect(seen).toEqual({ read: 1, closed: false })
      yield* Stream.runDrain(Stream.take(source.events, 10))
      expect(seen).toEqual({ read: 258, closed: true })
    }))

  it.effect("can be played once; `replay` as often as its lines can be read", () =>
    Effect.gen(function* () {
      const { lines } = linesOf([header, ...recorded(ticks(1))])
      const { source } = yield* openReplay(lines)
      yield* Stream.runDrain(source.events)
      const again = yield* Effect.flip(Stream.runDrain(source.events))
      expect(again.reason).toBe("Cannot play a replay twice: open the recording again")
      const other = replay(lines)
      expect((yield* Stream.runCollect(other.events)).length).toBe(1)
      expect((yield* Stream.runCollect(other.events)).length).toBe(1)
    }))

  for (const [speed, every] of [[1, 1000], [10, 100], [0.5, 2000]] as const) {
    it.effect(`plays at ${speed} times the speed`, () =>
      Effect.gen(function* () {
        const heard: Array<number> = []
        const { lines } = linesOf([header, ...recorded(ticks(7, 7, 1007, 1007, 2007, 2007 + 3_600_000 * 24 * 40))])
        const fiber = yield* Effect.forkChild(
          Stream.runForEach(
            replay(lines, { speed }).events,
            (event) => Effect.sync(() => heard.push(event.at - start)),
          ),
        )
        // Lines are read by promises, which take turns that no clock counts.
        const settle = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        yield* settle
        expect(heard).toEqual([7, 7])
        yield* TestClock.adjust(Duration.millis(every - 1))
        yield* settle
        expect(heard).toEqual([7, 7])
        yield* TestClock.adjust(Duration.millis(1))
        yield* settle
        expect(heard).toEqual([7, 7, 1007, 1007])
        yield* TestClock.adjust(Duration.millis(every))
        yield* settle
        expect(heard.length).toBe(5)
        yield* TestClock.adjust(Duration.days(40 / speed))
        yield* Fiber.join(fiber)
        expect(heard.length).toBe(6)
      }))
  }

  it.effect("plays at once what is late", () =>
    Effect.gen(function* () {
      const turns: Array<ReadonlyArray<number>> = []
      const { lines } = linesOf([header, ...recorded(ticks(0, 1, 1000, 2000, 2500, 3000, 9000, 9001))])
      const slow = Stream.runForEachArray(
        replay(lines, { speed: 1 }).events,
        (turn) => (turns.push(turn.map(({ at }) => at - start)), Effect.sleep("3 seconds")),
      )
      const fiber = yield* Effect.forkChild(slow)
      const settle = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      for (let second = 0; second < 20; second++) {
        yield* settle
        yield* TestClock.adjust("1 second")
      }
      yield* Fiber.join(fiber)
      expect(turns).toEqual([[0], [1, 1000, 2000, 2500, 3000], [9000], [9001]])
    }))

  it("refuses a speed that is not above zero", () => {
    for (const speed of [0, -1, NaN, Infinity]) {
      expect(() => openReplay(linesOf([]).lines, { speed })).toThrow(`"max" or more than 0: current value is ${speed}`)
    }
  })
})

describe("a recording that is not whole", () => {
  const [one, two, three] = recorded(ticks(1, 2, 3)) as [string, string, string]

  it.effect("without a header, or without anything, is refused, and its lines let go", () =>
    Effect.gen(function* () {
      expect((yield* played([])).error).toBe("Cannot replay: the recording is empty; expected a header")
      const { lines, seen } = linesOf([one, two])
      const error = yield* Effect.flip(openReplay(lines))
      expect(error._tag).toBe("RecordingError")
      expect(error.reason).toBe(
        "Cannot read line 1 of the recording: the first line is not the header of a recording",
      )
      expect(seen.closed).toBe(true)
    }))

  it.effect("with options that this program does not know, or with invalid values, is refused", () =>
    Effect.gen(function* () {
      const unknown = yield* played([encodeRecordingHeader(name, { warp: 9 })])
      expect(unknown.error).toContain('unknown option "warp"')
      for (const options of [{ settleMillis: "5" }, { heartbeatMillis: 0 }, { filters: { sports: "NBA" } }]) {
        const { error } = yield* played([encodeRecordingHeader(name, options)])
        expect(error).toContain("Cannot read line 1 of the recording: an option of the reducer")
      }
    }))

  it.effect("plays what is before a line that cannot be read, and then fails with its number", () =>
    Effect.gen(function* () {
      for (const bad of ["{}", "7", '{"event":"Tock"}']) {
        expect(yield* played([header, one, "", bad, three])).toEqual({
          times: [1],
          error: "Cannot read line 4 of the recording: not an event of a recording",
        })
      }
      const torn = yield* played([header, one, two.slice(0, 20), three])
      expect(torn).toEqual({
        times: [1],
        error:
          "Cannot read line 3 of the recording: it is not JSON; a writer was probably stopped here and another one continued the file",
      })
    }))

  it.effect("ends in peace where its last line was cut off, and says so", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const lines = [header, one, two.slice(0, 20), " "]
      const result = yield* played(lines, { onWarning: (warning) => warnings.push(warning) })
      expect(result).toEqual({ times: [1], error: undefined })
      expect(warnings).toEqual([
        "The recording ends in the middle of line 3 of the recording: this line is ignored",
      ])
      expect(yield* played(lines, { tornTail: "fail" })).toEqual({
        times: [1],
        error: "Cannot read line 3 of the recording: it is torn; the recording ends in the middle of it",
      })
      // Whole, but no event: that is no cut.
      expect((yield* played([header, one, "{}"])).error).toContain("line 3")
    }))

  it.effect("fails with what reading its lines fails with", () =>
    Effect.gen(function* () {
      const broken = async function* () {
        yield header
        yield one
        throw new Error("the disk is gone")
      }
      const error = yield* Effect.flip(Stream.runDrain(replay(broken()).events))
      expect(error.reason).toBe("Cannot read line 3 of the recording: the disk is gone")
    }))

  it.effect("passes over a header of the same run, and stops at another's", () =>
    Effect.gen(function* () {
      expect(yield* played([header, one, header, two, header])).toEqual({ times: [1, 2], error: undefined })
      expect(yield* played([header, one, encodeRecordingHeader("other"), two])).toEqual({
        times: [1],
        error: `Cannot read line 3 of the recording: another run (other) begins here, and this replay is of ${name}; ` +
          "replay each run alone",
      })
      const newer = header.replace('"boltodds_recording":1', '"boltodds_recording":2')
      expect((yield* played([header, newer])).error).toContain("line 2 of the recording: the recording has version 2")
    }))

  it.effect("whose lines never come is let go of all the same", () =>
    Effect.gen(function* () {
      const hanging = async function* () {
        yield header
        yield one
        await new Promise(() => {})
      }
      const fiber = yield* Effect.forkChild(Stream.runDrain(replay(hanging()).events))
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* Fiber.interrupt(fiber)
    }))
})

describe("a replay of a run", () => {
  it.effect("gives what the run gave, byte for byte, for random lives", () =>
    Effect.gen(function* () {
      for (let seed = 1; seed <= 40; seed++) {
        const random = generator(seed)
        const { events } = scenario(seed)
        const state = { run: name, settleMillis: 1000 * seed }
        const [live, log, again, logAgain] = [collector(), collector(), collector(), collector()]
        const source = { name: "live", events: Stream.fromArrays(...cut(events, random) as Array<Array<FeedEvent>>) }
        const routes = (told: typeof live, events: typeof log) => [
          route({ name: "changes", emit: changes(), sink: told.sink }),
          route({ name: "log", emit: raw(), sink: events.sink }),
        ]
        yield* run(source, routes(live, log), { state })
        const opened = yield* openReplay(linesOf(log.lines).lines)
        yield* run(opened.source, routes(again, logAgain), { state: { run: opened.run, ...opened.options } })
        expect(again.lines.length).toBeGreaterThan(1)
        expect(again.lines, `seed ${seed}`).toEqual(live.lines)
        // At its end each run writes the time of its last event.
        expect(logAgain.lines.slice(0, -1), `seed ${seed}`).toEqual(log.lines)
      }
    }))

  it.effect("does not depend on its speed", () =>
    Effect.gen(function* () {
      const events = [
        ...connected(),
        frame(message("initial_state", { A: outcome("-110") }), start + 10),
        frame(message("line_update", { A: outcome("+105") }), start + 20_000),
        tick(start + 60_000),
      ]
      const lines = [encodeRecordingHeader(name), ...recorded(events)]
      const at = (speed: "max" | number) =>
        Effect.gen(function* () {
          const sink = collector()
          const { source } = yield* openReplay(linesOf(lines).lines, { speed })
          const fiber = yield* Effect.forkChild(
            run(source, [route({ name: "r", emit: changes(), sink: sink.sink })], { state: { run: name } }),
          )
          for (let second = 0; second < 100; second++) {
            yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
            yield* TestClock.adjust("1 second")
          }
          yield* Fiber.join(fiber)
          return sink.lines
        })
      const fast = yield* at("max")
      expect(yield* at(1)).toEqual(fast)
      expect(yield* at(7.3)).toEqual(fast)
    }))
})
