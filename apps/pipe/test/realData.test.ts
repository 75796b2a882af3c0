/** Session, hub and book together, over real sockets, on a recorded day of real odds. */
import { type Change, type Control, decodeEvent, emptyBook, encodeRecord, fold } from "@boltodds/protocol"
import { keyOf, makeSession } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import { changes, raw, type RawLine, route, run } from "@boltodds/pipeline"
import { sinkFromPromise } from "@boltodds/sink"
import { startSimulator, type TraceReplayOptions } from "@boltodds/simulator"
import { make, thaw } from "@boltodds/state"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { priced } from "./priced.ts"

const samples = fileURLToPath(
  new URL("../../../../shared/samples/", import.meta.url),
)
const there = existsSync(samples)
const trace = samples + "mlb-2026-07-16.trace.ndjson.gz"
const expected: Record<string, string> = there
  ? (JSON.parse(readFileSync(samples + "mlb-2026-07-16.book.json", "utf8")) as {
    book: Record<string, string>
  }).book
  : {}

type Line = Change | Control

/** Runs the whole chain until a line of `changes` says it is over; what came out, as the lines that were written. */
const stream = async (
  options: { readonly replay: TraceReplayOptions; readonly binary?: boolean },
  over: (line: Line, lines: ReadonlyArray<Line>) => boolean,
) => {
  const simulator = await startSimulator({
    ...options,
    rate: 0,
    pingMillis: 200,
  })
  const lines: Array<Line> = []
  const recorded: Array<string> = []
  const done = Deferred.makeUnsafe<string>()
  const session = makeSession({
    key: keyOf(simulator.key),
    transport: wsTransport(),
    url: simulator.url,
  })
  try {
    const report = await Effect.runPromise(
      Effect.flatMap(session, (source) =>
        run(source, [
          route({
            name: "changes",
            emit: changes(),
            sink: Effect.succeed(sinkFromPromise<Change>({
              write: async ({ envelopes }) => {
                for (const { text } of envelopes) {
                  const line = JSON.parse(text) as Line
                  lines.push(line)
                  if (over(line, lines)) {
                    Deferred.doneUnsafe(done, Effect.succeed("seen enough"))
                  }
                }
              },
            })),
          }),
          route({
            name: "recording",
            emit: raw(),
            sink: Effect.succeed(sinkFromPromise<RawLine>({
              write: async ({ envelopes }) => {
                for (const { text } of envelopes) recorded.push(text)
              },
            })),
          }),
        ], { state: { run: "R" }, until: Deferred.await(done) })),
    )
    return {
      lines,
      recorded,
      report,
      stats: simulator.stats(),
      truth: simulator.book(),
    }
  } finally {
    await simulator.stop()
  }
}
const isSynced = (line: Line): boolean => "control" in line && line.control === "synced"

describe.skipIf(!there)(
  "a recorded day over a real socket (needs the samples folder)",
  { concurrent: true },
  () => {
    it.each([{ binary: false }, { binary: true }])(
      "ends in the exact book, frames binary: $binary",
      async ({ binary }) => {
        const { lines, truth } = await stream({
          replay: { file: trace, speed: "max" },
          binary,
        }, isSynced)
        expect(priced(fold(emptyBook, lines))).toEqual(expected)
        expect(truth).toEqual(expected)
      },
    )

    it("is exact after a cut and the rest of the day, and emits only differences", async () => {
      let gapClosed = false
      const { lines, stats } = await stream(
        { replay: { file: trace, speed: "max", cutAfterFrames: 200 } },
        (line) => {
          if ("control" in line && line.control === "gap_closed") {
            gapClosed = true
          }
          return gapClosed && isSynced(line)
        },
      )
      expect(stats.accepted).toBe(2)
      expect(priced(fold(emptyBook, lines))).toEqual(expected)

      const at = lines.findIndex((line) => "control" in line && line.control === "gap_opened")
      const before = fold(emptyBook, lines.slice(0, at))
      const after = fold(emptyBook, lines)
      // The fewest line changes that lead from one book to the other.
      let fewest = 0
      for (const [id, game] of after.games) {
        const old = before.games.get(id)
        const sameLine = (key: string): boolean => {
          const { verified: _old, ...was } = old?.lines.get(key) ??
            { verified: false }
          const { verified: _new, ...is } = game.lines.get(key) ??
            { verified: false }
          return JSON.stringify(was) === JSON.stringify(is)
        }
        for (
          const key of new Set([
            ...game.lines.keys(),
            ...old?.lines.keys() ?? [],
          ])
        ) if (!sameLine(key)) fewest++
      }
      const told = lines.slice(at).filter((line) => "outcome" in line && "change" in line)
      expect(told.length).toBe(fewest)
      expect(told.every((line) => "cause" in line && line.cause === "resync"))
        .toBe(true)
    })

    it("gives the same bytes from its recording as it gave live", async () => {
      const { lines, recorded } = await stream({
        replay: { file: trace, speed: "max", cutAfterFrames: 100 },
      }, isSynced)
      const events = recorded.slice(1).map((line) => Result.getOrThrow(decodeEvent(line)))
      const replayed = thaw(make({ run: "R" })).apply(events).flatMap((step) => step.records)
      const live = lines.filter((line) => !("control" in line && line.control === "stream_stopped"))
      expect(
        replayed.slice(0, live.length).map(encodeRecord),
      )
        .toEqual(live.map(encodeRecord))
      expect(live.length).toBeGreaterThan(1000)
    })
  },
)
