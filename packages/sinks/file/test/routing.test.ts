import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { batch, contents, control, opened, record, tempFolder, ten } from "./fixtures/files.ts"

const hour = 3_600_000
const of = (sport: string, sportsbook: string) => ({ sport, sportsbook })

describe("files by the fields of a record", () => {
  it.effect("hold the records that name them, wherever a record has its fields", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}/{sportsbook}-{kind}.ndjson") })
        yield* sink.write(batch(
          record(1, { change: "line_moved", ...of("NBA", "x") }),
          // A message of the wire keeps them in `data`.
          record(2, { action: "line_update", data: of("NBA", "x") }),
          record(3, { change: "line_moved", ...of("MLB", "x") }),
        ))
      }))
      expect(contents(folder)).toEqual({
        "NBA/x-line_moved.ndjson": [1],
        "NBA/x-line_update.ndjson": [2],
        "MLB/x-line_moved.ndjson": [3],
      })
    }))

  it.effect("take {run} from the record, else from the program", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{run}.ndjson") }, { run: "R1" })
        yield* sink.write(batch(record(1), record(2, { run: "R0" })))
      }))
      expect(contents(folder)).toEqual({ "R1.ndjson": [1], "R0.ndjson": [2] })
    }))

  it.effect("are bounded in number: further names share a file that says all they may need, and the next day counts anew", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const day = 24 * hour
      yield* Effect.scoped(Effect.gen(function* () {
        const path = join(folder, "{sportsbook}-{dd}.ndjson")
        const { sink, events } = yield* opened({ path, max_series: 3 })
        const named = (seq: number, sportsbook: string, at: number) => record(seq, { sportsbook }, ten + at)
        yield* sink.write(batch(control(1, "gap_opened"), named(2, "a", 0), named(3, "b", 0), named(4, "c", 0)))
        yield* sink.write(batch(named(5, "d", 0), named(6, "a", 0), control(7, "stale", { sportsbook: "c" })))
        yield* sink.write(batch(control(8, "gap_closed"), named(9, "d", day), named(10, "e", day), named(11, "f", day)))
        yield* sink.write(batch(named(12, "g", day)))
        expect(events.filter(({ _tag }) => _tag === "TooManySeries")).toEqual([
          { _tag: "TooManySeries", path: join(folder, "~more-01.ndjson"), most: 3 },
          { _tag: "TooManySeries", path: join(folder, "~more-02.ndjson"), most: 3 },
        ])
      }))
      const files = contents(folder)
      expect(new Set(Object.values(files).flat())).toEqual(new Set(Array.from({ length: 12 }, (_, index) => index + 1)))
      expect(Object.keys(files).filter((name) => name.endsWith("-01.ndjson"))).toEqual([
        "a-01.ndjson",
        "b-01.ndjson",
        "~more-01.ndjson",
        "~none-01.ndjson",
      ])
      expect(files["~more-01.ndjson"]).toEqual([1, 4, 5, 7, 8])
    }))

  it.effect("all get a gap, in its place among their records", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}.ndjson"), max_open: 1 })
        yield* sink.write(batch(record(1, { sport: "a" }), record(2, { sport: "b" })))
        yield* sink.write(batch(control(3, "gap_opened"), record(4, { sport: "b" }), control(5, "gap_closed")))
      }))
      expect(contents(folder)).toEqual({ "~none.ndjson": [3, 5], "a.ndjson": [1, 3, 5], "b.ndjson": [2, 3, 4, 5] })
    }))

  it.effect("begin with what was said to all before, the newest of each kind and scope", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}.ndjson") })
        yield* sink.write(batch(control(1, "stale", { sportsbook: "old" }), control(2, "stream_started")))
        yield* sink.write(batch(control(3, "gap_opened"), control(4, "stale", { sportsbook: "x" })))
        yield* sink.write(batch(control(5, "gap_closed"), control(6, "gap_opened")))
        yield* sink.write(batch(record(7, { sport: "late" })))
      }))
      expect(contents(folder)).toEqual({ "~none.ndjson": [1, 2, 3, 4, 5, 6], "late.ndjson": [2, 4, 5, 6, 7] })
    }))

  it.effect("get only what may concern them", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}-{sportsbook}.ndjson") })
        yield* sink.write(batch(record(1, of("a", "x")), record(2, of("a", "y")), record(3, of("b", "x"))))
        yield* sink.write(batch(control(4, "stale", { sportsbook: "x" }), control(5, "game_verified", of("a", "y"))))
        // The clearing of a book as the wire says it: a record without a sport.
        yield* sink.write(batch(record(6, { action: "book_clear", data: { sportsbook: "y", sport: {} } })))
      }))
      expect(contents(folder)).toEqual({
        "a-x.ndjson": [1, 4],
        "a-y.ndjson": [2, 5, 6],
        "b-x.ndjson": [3, 4],
        "~none-x.ndjson": [4],
        "~none-y.ndjson": [6],
      })
    }))

  it.effect("are not woken by heartbeats", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}.ndjson") })
        yield* sink.write(batch(record(1, { sport: "a" }), control(2, "heartbeat")))
      }))
      expect(contents(folder)).toEqual({ "a.ndjson": [1], "~none.ndjson": [2] })
    }))

  it.effect("of other sessions do not get one session's gap, but the run's beginning and losses", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{session}.ndjson") })
        yield* sink.write(batch(control(1, "stream_started", {}, "a"), control(2, "gap_opened", {}, "b")))
        yield* sink.write(batch(control(3, "gap_opened", {}, "a"), control(4, "dropped", {}, "b")))
      }))
      expect(contents(folder)).toEqual({ "a.ndjson": [1, 3, 4], "b.ndjson": [1, 2, 4] })
    }))

  it.effect("that have none in this hour get a gap before their next record, once", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}-{HH}.ndjson") })
        yield* sink.write(batch(record(1, { sport: "a" }), record(2, { sport: "b" })))
        yield* sink.write(batch(record(3, { sport: "b" }, ten + hour)))
        yield* sink.write(batch(control(4, "gap_opened"), record(5, { sport: "b" }, ten + hour)))
        yield* sink.write(batch(record(6, { sport: "a" }, ten + hour)))
        yield* sink.write(batch(record(7, { sport: "a" }, ten + hour)))
      }))
      expect(contents(folder)).toEqual({
        "a-10.ndjson": [1],
        "b-10.ndjson": [2],
        "b-11.ndjson": [3, 4, 5],
        "~none-11.ndjson": [4],
        "a-11.ndjson": [4, 6, 7],
      })
    }))

  it.effect("that rotate by size go on where they were: nothing is said again", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}.ndjson"), rotate: { bytes: 60 } })
        yield* sink.write(batch(control(1, "stream_started"), record(2, { sport: "a" })))
        yield* sink.write(batch(record(3, { sport: "a" })))
      }))
      expect(contents(folder)).toMatchObject({ "a.ndjson": [1, 2], "a.1.ndjson": [3] })
    }))

  it.effect("of a recording begin with its header each", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{kind}.ndjson") })
        yield* sink.write(batch(record(0), record(1, { _tag: "Frame" }), record(2, { _tag: "Tick" })))
      }))
      expect(contents(folder)).toEqual({ "~none.ndjson": [0], "Frame.ndjson": [0, 1], "Tick.ndjson": [0, 2] })
    }))

  it.effect("get an invalidation also where a later control of its kind says less", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}-{HH}.ndjson") })
        const quarantined = (seq: number, touches: string, game: string | null = null) =>
          control(seq, "quarantined", { touches, sportsbook: game === null ? null : "x", game, outcome: null })
        yield* sink.write(batch(control(1, "stream_started"), record(2, { sport: "a" })))
        yield* sink.write(batch(record(3, { sport: "b" }, ten + hour)))
        yield* sink.write(batch(
          quarantined(4, "session"),
          quarantined(5, "nothing"),
          quarantined(6, "game", "G"),
          quarantined(7, "nothing", "G"),
          quarantined(8, "game", "G"),
        ))
        yield* sink.write(batch(record(9, { sport: "a" }, ten + hour)))
      }))
      // Of equal ones the newest, in the order in which they came.
      expect(contents(folder)["a-11.ndjson"]).toEqual([4, 5, 7, 8, 9])
    }))

  it.effect("of one game are found among thousands, whatever they name", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sportsbook}-{game}-{HH}.ndjson") })
        const stale = (seq: number, sportsbook: string) => control(seq, "stale", { sportsbook })
        const named = (seq: number, sportsbook: string, game: string, at = ten) => record(seq, { sportsbook, game }, at)
        const verified = (seq: number, sportsbook: string, game: string) =>
          record(seq, { action: "line_update", sportsbook: null, game, note: sportsbook })
        yield* sink.write(
          batch(control(1, "stream_started"), named(2, "x", "G"), named(3, "y", "G"), named(4, "x", "H")),
        )
        yield* sink.write(batch(record(5, { sport: "none" }, ten + hour)))
        yield* sink.write(
          batch(stale(6, "x"), stale(7, "y"), verified(8, "x", "G"), control(9, "gap_opened"), stale(10, "x")),
        )
        yield* sink.write(batch(
          named(11, "x", "G", ten + hour),
          named(12, "y", "G", ten + hour),
          named(13, "x", "H", ten + hour),
        ))
      }))
      const files = contents(folder)
      expect(files["x-G-11.ndjson"]).toEqual([5, 8, 9, 10, 11])
      expect(files["y-G-11.ndjson"]).toEqual([5, 7, 8, 9, 12])
      expect(files["x-H-11.ndjson"]).toEqual([5, 9, 10, 13])
    }))

  it.effect("of invented games are bounded in number: the oldest go to every file that lacks them, and are not kept", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink, events } = yield* opened({ path: join(folder, "{sport}-{HH}.ndjson") })
        const quarantined = (seq: number, game: string) =>
          control(seq, "quarantined", { touches: "game", sportsbook: "x", game })
        yield* sink.write(batch(control(1, "stream_started"), record(2, { sport: "a" })))
        yield* sink.write(batch(record(3, { sport: "b" }, ten + hour)))
        // The first makes 10,001 lines with `stream_started`; the second is the first that is kept again.
        yield* sink.write(batch(
          ...Array.from({ length: 10_000 }, (_, index) => quarantined(4 + index, `invented ${index}`)),
          record(10_004, { sport: "b" }, ten + hour),
        ))
        yield* sink.write(batch(quarantined(10_005, "one more"), record(10_006, { sport: "a" }, ten + hour)))
        yield* sink.write(batch(record(10_007, { sport: "c" }, ten + hour)))
        expect(events.filter(({ _tag }) => _tag === "TooManyControls")).toEqual([
          { _tag: "TooManyControls", path: undefined, most: 10_000 },
        ])
      }))
      const files = contents(folder)
      const games = Array.from({ length: 10_000 }, (_, index) => 4 + index)
      expect(files["a-11.ndjson"]).toEqual([...games, 10_005, 10_006])
      expect(files["b-11.ndjson"]).toEqual([1, 3, ...games, 10_004, 10_005])
      // A reader that begins here knows none of the games.
      expect(files["c-11.ndjson"]).toEqual([1, ...games.slice(-4_999), 10_005, 10_007])
    }))

  it.effect("that cannot be forgotten without loss close the list of files until the stream starts again", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink, events } = yield* opened({ path: join(folder, "{sport}.ndjson") })
        const stale = Array.from(
          { length: 10_000 },
          (_, index) => control(3 + index, "stale", { sportsbook: `invented ${index}` }),
        )
        yield* sink.write(batch(control(1, "stream_started"), record(2, { sport: "a" }), ...stale))
        yield* sink.write(batch(record(10_003, { sport: "b" }), record(10_004, { sport: "c" })))
        yield* sink.write(batch(control(10_005, "stream_started"), record(10_006, { sport: "d" })))
        expect(events.filter(({ _tag }) => _tag === "TooManyControls" || _tag === "TooManySeries")).toEqual([
          { _tag: "TooManyControls", path: join(folder, "~more.ndjson"), most: 10_000 },
        ])
      }))
      const files = contents(folder)
      const all = Array.from({ length: 10_000 }, (_, index) => 3 + index)
      expect(Object.keys(files)).toEqual(["a.ndjson", "d.ndjson", "~more.ndjson", "~none.ndjson"])
      expect(files["~more.ndjson"]).toEqual([1, ...all, 10_003, 10_004, 10_005])
      expect(files["d.ndjson"]).toEqual([10_005, 10_006])
    }))

  it.effect("are bounded in length as well", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink, events } = yield* opened({ path: join(folder, "{sport}.ndjson") })
        const long = (seq: number) =>
          record(seq, { action: `invented ${seq}`, data: { game: `${seq}`, text: "x".repeat(6 * 1024 * 1024) } })
        yield* sink.write(batch(control(1, "stream_started"), long(2), long(3), long(4), record(5, { sport: "a" })))
        expect(events.filter(({ _tag }) => _tag === "TooManyControls")).toHaveLength(1)
      }))
      expect(contents(folder)).toEqual({ "a.ndjson": [1, 4, 5], "~none.ndjson": [1, 2, 3, 4] })
    }))
})
