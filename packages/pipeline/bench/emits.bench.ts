/**
 * What the hub and each emit cost beside the smallest honest loop: `JSON.parse` every frame and write its text on.
 *
 * Frames come from memory in turns, and are written to the null device: the cost of decoding, reducing, emitting, the
 * lane and the write, without a network. Processor time, because the wall clock also counts what else the machine does.
 * `pnpm bench emits [perFrame=4] [perTurn=50] [rounds=9]`
 */
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { changes, type Emit, messages, quotes, raw, route, run } from "@boltodds/pipeline"
import type { Sink } from "@boltodds/sink"
import { openSync, writeSync } from "node:fs"
import { devNull } from "node:os"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const perFrame = Number(settings.get("perFrame") ?? 4)
const perTurn = Number(settings.get("perTurn") ?? 50)
const rounds = Number(settings.get("rounds") ?? 9)
const chosen = settings.get("emit")
const frames = 500 * perTurn * Math.ceil(20 / perTurn)

const outcome = (n: number) => ({
  odds: n % 7 === 0 ? null : `${n % 2 === 0 ? "-" : "+"}${110 + n % 90}`,
  link: `https://sportsbook.example/event/${34397588 + n}?outcomes=0OU85504590O950_${n}`,
  outcome_name: "Spread",
  outcome_line: n % 3 === 0 ? "-1.5" : 1.5,
  outcome_over_under: null,
  outcome_target: "Springfield Comets",
})

const message = (n: number, outcomes: number) => ({
  timestamp: "2026-07-16T04:54:37.438001+00:00",
  action: outcomes > 10 ? "initial_state" : "line_update",
  data: {
    sport: "MLB",
    sportsbook: ["fanduel", "draftkings", "betmgm"][n % 3],
    game: `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${(n % 15).toString(16).padStart(12, "0")}`,
    universal_game_id: (n % 15).toString(16).padStart(12, "0"),
    home_team: "Springfield Comets",
    away_team: "Shelbyville Hounds",
    info: { id: `${31584696 + n % 15}`, when: "2026-07-16, 07:10 PM", link: "" },
    outcomes: Object.fromEntries(
      Array.from({ length: outcomes }, (_, at) => [`Springfield Comets ${at + n % 11}.5 Spread`, outcome(n + at)]),
    ),
  },
})

const buffers = Array.from(
  { length: frames },
  (_, frame) =>
    Buffer.from(JSON.stringify(Array.from({ length: perFrame }, (_, nth) => {
      const n = frame * perFrame + nth
      return message(n, n % 500 === 0 ? 200 : 1 + n % 3)
    }))),
)

const nowhere = openSync(devNull, "w")
let written = 0
const write = (text: string): void => {
  written += writeSync(nowhere, text)
}

const bareLoop = (): void => {
  for (let from = 0; from < frames; from += perTurn) {
    for (let n = from; n < from + perTurn; n++) {
      const text = buffers[n]!.toString("utf8")
      const value: unknown = JSON.parse(text)
      if (!Array.isArray(value)) throw new Error("not a frame")
      write(text + "\n")
    }
  }
}

const sink: Sink<unknown> = {
  guarantee: "at-most-once",
  write: ({ envelopes }) =>
    Effect.sync(() => {
      let lines = ""
      for (let index = 0; index < envelopes.length; index++) lines += envelopes[index]!.text + "\n"
      write(lines)
    }),
}

const through = (emit: Emit<unknown>) => async (): Promise<void> => {
  let from = 0
  const turn = Effect.suspend(() => {
    if (from >= frames) return Cause.done()
    const frame = (n: number): FeedEvent => makeFrame("s", 1, n, buffers[n]!)
    const events: [FeedEvent, ...Array<FeedEvent>] = [frame(from)]
    for (let n = from + 1; n < from + perTurn; n++) events.push(frame(n))
    from += perTurn
    return Effect.succeed(events)
  })
  const events = Stream.fromPull(Effect.succeed(turn))
  const report = await Effect.runPromise(
    run({ name: "bench", events }, [route({ name: "r", emit, sink: Effect.succeed(sink) })], {
      state: { run: "01K0000000000000000000000A" },
    }),
  )
  if (report.frames !== frames || report.routes[0]!.counts.pending > 0) throw new Error("not everything was delivered")
}

const ways: Record<string, () => void | Promise<void>> = {
  "bare loop": bareLoop,
  messages: through(messages()),
  changes: through(changes()),
  quotes: through(quotes()),
  raw: through(raw()),
}
const times = new Map<string, Array<number>>(Object.keys(ways).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, way] of Object.entries(ways)) {
    if (chosen !== undefined && name !== chosen && name !== "bare loop") continue
    globalThis.gc?.()
    const before = process.cpuUsage()
    await way()
    const { user, system } = process.cpuUsage(before)
    times.get(name)!.push(user + system)
  }
}
const median = (of: ReadonlyArray<number>): number => of.toSorted((a, b) => a - b)[rounds >> 1]!
const bare = median(times.get("bare loop")!)
for (const [name, of] of times) {
  if (of.length === 0) continue
  const micros = median(of) / (frames * perFrame)
  console.log(
    `${name.padEnd(10)} ${micros.toFixed(2).padStart(6)} µs a message, ${
      (median(of) / bare).toFixed(2)
    } of the bare loop's`,
  )
}
if (written === 0) throw new Error("nothing was written")
