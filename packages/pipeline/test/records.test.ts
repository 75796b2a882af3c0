/** Runs on a source of records. */
import { expect, it } from "@effect/vitest"
import { type Change, type Control, emptyBook, encodeRecord, fold, type RecordSource } from "@boltodds/protocol"
import { changes, filter, messages, raw, route, run, type Running, where } from "@boltodds/pipeline"
import { make, thaw } from "@boltodds/state"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { describe } from "vitest"
import { collector, connected, disconnected, failing, frame, game, message, outcome, start, tick } from "./fixtures.ts"

type Record = Change | Control
const upstream = "01UPSTREAM"
const own = { state: { run: "01WORKER" } }

/** What the hub of another process sends: groups of records, with a gap, and its end. */
const groups = (): ReadonlyArray<ReadonlyArray<Record>> => {
  const draft = thaw(make({ run: upstream }))
  const steps = draft.apply([
    ...connected(),
    frame(message("initial_state", { "Boston Red Sox": outcome("-150"), "New York Yankees": outcome("+130") })),
    tick(start + 11_000),
    frame(message("line_update", { "Boston Red Sox": outcome("-160") }), start + 12_000),
    disconnected(start + 13_000),
    ...connected(2, start + 14_000),
    frame(message("initial_state", { "Boston Red Sox": outcome("-170") }), start + 15_000, 2),
    tick(start + 26_000, 2),
  ])
  const records = [...steps.flatMap((step) => step.records), ...draft.stop(start + 27_000, "the end")]
  const out: Array<Array<Record>> = [[]]
  for (const record of records) {
    out.at(-1)!.push(record)
    if (record.last === true) out.push([])
  }
  return out.filter((group) => group.length > 0)
}

const sourceOf = (deliveries: ReadonlyArray<ReadonlyArray<Record>>, isLive = false): RecordSource => ({
  name: "test",
  records: Stream.fromIterable(deliveries),
  isLive,
})

const recordsOf = (lines: ReadonlyArray<string>): ReadonlyArray<Record> => lines.map((line) => JSON.parse(line))

describe("a source of records", () => {
  it.effect("gives the same bytes, with the same identities, and adds nothing where the stream has stopped", () =>
    Effect.gen(function* () {
      const out = collector()
      const report = yield* run(sourceOf(groups()), [route({ name: "out", emit: changes(), sink: out.sink })], own)
      expect(out.lines).toEqual(groups().flat().map(encodeRecord))
      expect(report).toMatchObject({ run: "01WORKER", reason: "source ended", blindWindows: 1 })
      expect(report.changes + report.controls).toBe(out.lines.length)
    }))

  it.effect("ends a stream that goes on without it: nothing is live any more", () =>
    Effect.gen(function* () {
      const out = collector()
      yield* run(sourceOf(groups().slice(0, -1)), [route({ name: "out", emit: changes(), sink: out.sink })], own)
      const last = recordsOf(out.lines).at(-1)!
      expect(last).toMatchObject({
        control: "stream_stopped",
        run: upstream,
        origin: "pipe/01WORKER",
        part: 1,
        last: true,
      })
      expect([...fold(emptyBook, recordsOf(out.lines)).games.values()].map(({ verified }) => verified)).toEqual([false])
    }))

  it.effect("gives groups to processors whole, whatever is marked last in a delivery", () =>
    Effect.gen(function* () {
      const out = collector()
      const unmarked = groups().map((group) => group.map(({ last: _, ...rest }): Record => rest))
      const processor = () => where(({ game: of }) => of === game)
      yield* run(sourceOf(unmarked), [route({ name: "out", emit: changes(), processor, sink: out.sink })], own)
      expect(out.lines).toEqual(groups().flat().map(encodeRecord))
    }))

  it.effect("sends the whole book after a loss, and its lane has an origin that no other process has", () =>
    Effect.gen(function* () {
      const out = failing(2, "degrade")
      const deliveries = groups().slice(0, -1)
      const source: RecordSource = {
        name: "test",
        records: Stream.fromIterable(deliveries).pipe(Stream.tap(() => Effect.sleep("1 second"))),
        isLive: true,
      }
      const lane = { batch: { records: 1 } }
      const running = yield* Effect.forkChild(
        run(source, [route({ name: "out", emit: changes(), sink: out.sink, lane })], own),
      )
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("1 minute")
      const report = yield* Fiber.join(running)
      expect(report.routes[0]?.isLossy).toBe(false)
      const records = recordsOf(out.lines)
      const dropped = records.find((record) => "control" in record && record.control === "dropped")
      expect(dropped).toMatchObject({ run: upstream, origin: "out.1/01WORKER", reason: "degraded", part: 1 })
      expect(new Set(records.map(({ seq, part, origin }) => `${seq}.${part}@${origin}`)).size).toBe(records.length)
      const stopped = records.at(-1)!
      expect(fold(emptyBook, records)).toEqual(fold(emptyBook, [...deliveries.flat(), stopped]))
    }))

  it.effect("gives a route that is added the whole book, what was lost upstream included", () =>
    Effect.gen(function* () {
      const late = collector()
      const lost: Record = {
        control: "dropped",
        run: upstream,
        seq: 3,
        part: 1,
        origin: "nats.1",
        session: "main",
        epoch: 1,
        at: new Date(start).toISOString(),
        sent_at: null,
        frame: null,
        lane: "nats",
        reason: "drop_oldest",
        count: 1,
        first_seq: 3,
        last_seq: 3,
        last: true,
      }
      const before = [...groups().slice(0, 3), [lost]]
      let running: Running | undefined
      const source: RecordSource = { name: "test", records: Stream.concat(Stream.fromIterable(before), Stream.never) }
      const fiber = yield* Effect.forkChild(
        run(source, [route({ name: "out", emit: changes(), sink: collector().sink })], {
          ...own,
          onRunning: (now) => running = now,
        }),
      )
      yield* TestClock.adjust("1 second")
      yield* running!.add(route({ name: "late", emit: changes(), sink: late.sink }))
      yield* TestClock.adjust("1 second")
      const expected = fold(emptyBook, before.flat())
      expect(expected.lossy).toBe(true)
      expect(fold(emptyBook, recordsOf(late.lines))).toEqual(expected)
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("gives a route that is added each line with the number of its newest record, also where others came before", () =>
    Effect.gen(function* () {
      const late = collector()
      const records = groups().flat()
      const at = records.findIndex((record) => "change" in record && record.change === "line_moved")
      const moved = records[at]!
      expect(moved).toMatchObject({ outcome: "Boston Red Sox" })
      // A reader that is slow gets merged records: one of another line, with a higher number, before this one.
      const other = records.find((record) => "outcome" in record && record.outcome === "New York Yankees")!
      const ahead = { ...other, seq: 900, odds: 140, last: true } as Record
      const before = [...records.slice(0, at), ahead]
      let running: Running | undefined
      const source: RecordSource = { name: "test", records: Stream.concat(Stream.make(before), Stream.never) }
      const fiber = yield* Effect.forkChild(
        run(source, [route({ name: "out", emit: changes(), sink: collector().sink })], {
          ...own,
          onRunning: (now) => running = now,
        }),
      )
      yield* TestClock.adjust("1 second")
      yield* running!.add(route({ name: "late", emit: changes(), sink: late.sink }))
      yield* TestClock.adjust("1 second")
      const seqs = new Map(
        recordsOf(late.lines).flatMap((record) => "outcome" in record ? [[record.outcome, record.seq]] : []),
      )
      const opened = records.findLast((record, index) =>
        index < at &&
        ("outcome" in record
          ? record.outcome === "Boston Red Sox"
          : "control" in record && record.control === "game_verified")
      )!
      expect(seqs.get("New York Yankees")).toBe(900)
      expect(seqs.get("Boston Red Sox")).toBe(opened.seq)
      expect(seqs.get("Boston Red Sox")).toBeLessThan(moved.seq)
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("wakes processors while nothing comes, if it is live", () =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      const source: RecordSource = {
        name: "test",
        records: Stream.concat(Stream.fromIterable(groups().slice(0, 2)), Stream.never),
        isLive: true,
      }
      let dueAt: number | undefined = start + 5_000
      const processor = () => ({
        ...filter<Change>(() => true),
        dueAt: () => dueAt,
        advance: (at: number) => (seen.push(at), dueAt = undefined, []),
      })
      const fiber = yield* Effect.forkChild(
        run(source, [route({ name: "out", emit: changes(), processor, sink: collector().sink })], own),
      )
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("4 seconds")
      expect(seen).toEqual([])
      yield* TestClock.adjust("2 seconds")
      expect(seen).toEqual([start + 5_000])
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("refuses emits that are made of the messages of a feed", () =>
    Effect.gen(function* () {
      for (const emit of [raw(), messages()]) {
        const error = yield* Effect.flip(
          run(sourceOf(groups()), [route<unknown>({ name: "out", emit, sink: collector().sink })], own),
        )
        expect(String(error.cause)).toContain(
          `Cannot open the route out: ${emit.name} is made of the messages of a feed, and the source gives records.`,
        )
      }
    }))
})
