/** Recorded changes as a source of records. */
import { expect, it } from "@effect/vitest"
import type { Change, Control, RecordingError } from "@boltodds/protocol"
import { type RecordReplayOptions, replayRecords } from "@boltodds/pipeline"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { describe } from "vitest"

const stamp = { part: 0, session: "main", epoch: 1, at: "2026-07-16T18:00:00.000Z", sent_at: null, frame: null }
const started = (run = "R"): Control => ({
  control: "stream_started",
  run,
  seq: 1,
  ...stamp,
  schema_version: 1,
  filters: {},
  last: true,
})
const synced = (seq: number, rest: object = { last: true }, run = "R"): Control => ({
  control: "synced",
  run,
  seq,
  ...stamp,
  games: 0,
  lines: 0,
  ...rest,
})

/** Reads chunks of lines: what came, what was reported, and how it ended. */
const reading = Effect.fnUntraced(function* (
  chunks: ReadonlyArray<ReadonlyArray<unknown>>,
  options: RecordReplayOptions = {},
) {
  const warnings: Array<string> = []
  const damages: Array<string> = []
  const deliveries: Array<ReadonlyArray<Change | Control>> = []
  const lines = chunks.map((chunk) => chunk.map((line) => typeof line === "string" ? line : JSON.stringify(line)))
  const { records } = replayRecords(
    (async function* () {
      yield* lines
    })(),
    { onWarning: (text) => warnings.push(text), onDamage: (text) => damages.push(text), ...options },
  )
  const result = yield* Effect.result(Stream.runForEach(records, (it) => Effect.sync(() => deliveries.push(it))))
  const error = Result.isFailure(result) ? (result.failure satisfies RecordingError).reason : undefined
  return { deliveries, warnings, damages, error }
})

const dropped = (reason: string, rest: object) => ({
  control: "dropped",
  ...stamp,
  origin: "changes:changes",
  lane: "changes:changes",
  reason,
  last: true,
  ...rest,
})

describe("replayRecords", () => {
  it.effect("passes on whole groups, and keeps back the beginning of one until its end is read", () =>
    Effect.gen(function* () {
      const chunks = [[started(), synced(2, {})], [synced(3, {}), ""], [synced(4), synced(5, {})], [synced(6)]]
      const { deliveries, error } = yield* reading(chunks)
      expect(deliveries.map((records) => records.map(({ seq }) => seq))).toEqual([[1], [2, 3, 4], [5, 6]])
      expect(error).toBe(undefined)
    }))

  it.effect("passes on the beginning of a group whose end is not there", () =>
    Effect.gen(function* () {
      const { deliveries } = yield* reading([[started(), synced(2, {})]])
      expect(deliveries.flat().map(({ seq }) => seq)).toEqual([1, 2])
    }))

  it.effect("puts a loss in the place of a line that is no record, passes on all others, and fails at the end", () =>
    Effect.gen(function* () {
      const chunks = [[started(), synced(2, {}), "{torn"], [synced(3), { action: "ping" }, synced(4)]]
      const { deliveries, damages, error } = yield* reading(chunks)
      expect(deliveries.flat()).toEqual([
        started(),
        synced(2, {}),
        dropped("line 3 of the records is not a record", {
          run: "R",
          seq: 2,
          part: 1,
          count: 1,
          first_seq: 2,
          last_seq: 2,
        }),
        synced(3),
        dropped("line 5 of the records is not a record", {
          run: "R",
          seq: 3,
          part: 2,
          count: 1,
          first_seq: 3,
          last_seq: 3,
        }),
        synced(4),
      ])
      expect(damages).toEqual([
        "Cannot read line 3 of the records: it is not JSON",
        'Cannot read line 5 of the records: it is not a record of changes (a message of the feed or a quote, action "ping")',
      ])
      expect(error).toBe("Cannot read line 3 of the records: it is not JSON; and 1 line after it")
    }))

  it.effect("ignores a torn last line, with a warning", () =>
    Effect.gen(function* () {
      const { deliveries, warnings, error } = yield* reading([[started(), synced(2)], ['{"control":"syn']])
      expect(deliveries.flat()).toHaveLength(2)
      expect(warnings).toEqual(["The records end in the middle of line 3 of the records: this line is ignored"])
      expect(error).toBe(undefined)
    }))

  it.effect("reports lines before the first record, if that does not begin a run", () =>
    Effect.gen(function* () {
      const { deliveries } = yield* reading([["{torn", synced(2)]])
      expect(deliveries.flat()).toEqual([
        dropped("lines before it are no records", { run: "R", seq: 2, part: 1, count: 1, first_seq: 2, last_seq: 2 }),
        synced(2),
      ])
      const begun = yield* reading([["{torn", started()]])
      expect(begun.deliveries.flat()).toEqual([started()])
      expect(begun.error).toBe("Cannot read line 1 of the records: it is not JSON")
    }))

  it.effect("fails at once for a file of something else, and names the source for a recording", () =>
    Effect.gen(function* () {
      const event = { event: "tick", session: "main", epoch: 1, at: 1, wall: 1 }
      const { deliveries, error } = yield* reading([Array.from({ length: 20 }, () => event), [started()]])
      expect(deliveries).toEqual([])
      expect(error).toBe(
        "Cannot read line 1 of the records: it is a recording (--emit raw wrote it): play it with the source replay; " +
          "and 9 lines after it",
      )
    }))

  it.effect("reports a loss before records of a run whose beginning is missing", () =>
    Effect.gen(function* () {
      const { deliveries, warnings, error } = yield* reading([[
        started(),
        synced(8, undefined, "S"),
        synced(9, undefined, "S"),
      ]])
      expect(deliveries.flat()).toEqual([
        started(),
        dropped("the beginning of the run is missing", {
          run: "S",
          seq: 8,
          part: 1,
          count: 0,
          first_seq: 8,
          last_seq: 8,
        }),
        synced(8, undefined, "S"),
        synced(9, undefined, "S"),
      ])
      expect(warnings).toEqual([
        "Line 2 of the records is of the run S, whose beginning is missing: no price counts as live until another run begins",
      ])
      expect(error).toBe(undefined)
    }))

  it.effect("fails where reading the lines fails, after what was read before", () =>
    Effect.gen(function* () {
      const lines = async function* (): AsyncGenerator<ReadonlyArray<string>> {
        yield [JSON.stringify(started())]
        throw new Error("the disk is gone")
      }
      const seen: Array<unknown> = []
      const { records } = replayRecords(lines(), { placeOf: (line) => `line ${line} of day.ndjson` })
      const error = yield* Effect.flip(Stream.runForEach(records, (it) => Effect.sync(() => seen.push(...it))))
      expect(seen).toEqual([started()])
      expect(error.reason).toBe("Cannot read line 2 of day.ndjson: the disk is gone")
    }))
})
