/**
 * What lanes and stores cost for each record.
 *
 * *A lane*: from push to delivery, beside the same writing down and handing over in a loop. *A store that coalesces*: an
 * update of one of many lines while the sink stands still, beside adding it to a store in memory; and requeuing a batch
 * that failed, beside adding what waits. Processor time, medians. `pnpm bench lane [lines=20000] [rounds=15]`
 */
import type { Change, LineChange } from "@boltodds/protocol"
import { coalescingStore, makeLane, memoryStore } from "@boltodds/lane"
import { type Envelope, type Form, makeRecord, type Sink } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const lines = Number(settings.get("lines") ?? 20_000)
const rounds = Number(settings.get("rounds") ?? 15)
const perTurn = 50
const updates = 50_000

const form: Form<Change> = {
  encode: JSON.stringify,
  mark: ({ last: _, ...rest }, last) => last ? { ...rest, last } : rest,
}

const valueOf = (seq: number): LineChange => {
  const nth = seq % lines
  const game = `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${(nth >> 6).toString(16).padStart(12, "0")}`
  return {
    run: "01K0000000000000000000000A",
    seq,
    session: "main",
    epoch: 1,
    at: "2026-07-16T18:00:00.123Z",
    sent_at: "2026-07-16T18:00:00.023Z",
    frame: seq >> 2,
    change: "line_moved",
    cause: "feed",
    sport: "MLB",
    sportsbook: "draftkings",
    game,
    universal_game_id: "1e1f1b8dc2ec",
    book_game_id: "31584696",
    home_team: "Springfield Comets",
    away_team: "Shelbyville Hounds",
    starts_at: "2026-07-16T23:10:00.000Z",
    outcome: `Springfield Comets ${nth % 64}.5 Spread`,
    market: "Spread",
    target: "Springfield Comets",
    target_kind: "home",
    side: null,
    line: nth % 64 + 0.5,
    line_derived: false,
    odds: 100 + seq % 90,
    link: "https://sportsbook.example/event/34397588?outcomes=0OU85504590O950_1",
    previous_odds: 100 + (seq + 89) % 90,
    previous_line: nth % 64 + 0.5,
  }
}

const values = Array.from({ length: updates }, (_, index) => valueOf(index * 7))
/** New ones for each round: texts are kept once they are made. */
const turns = (): ReadonlyArray<ReadonlyArray<Envelope<Change>>> => {
  const all = values.map((value, index) =>
    makeRecord<Change>(
      { seq: value.seq, at: 0, session: "main", epoch: 1, last: index % 4 === 3 },
      index % 4 === 3 ? { ...value, last: true } : value,
      form,
    )
  )
  return Array.from({ length: updates / perTurn }, (_, nth) => all.slice(nth * perTurn, (nth + 1) * perTurn))
}

let handed = 0
const hand = (envelopes: ReadonlyArray<Envelope<Change>>): void => {
  for (let index = 0; index < envelopes.length; index++) handed += envelopes[index]!.text.length
}
const sink: Sink<Change> = { guarantee: "at-most-once", write: ({ envelopes }) => Effect.sync(() => hand(envelopes)) }

const loop = (given: ReturnType<typeof turns>): void => given.forEach(hand)

const lane = (given: ReturnType<typeof turns>): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const lane = yield* makeLane(sink, { name: "bench" })
    for (const turn of given) {
      lane.push(turn)
      yield* Effect.yieldNow
    }
    const { delivered } = yield* lane.drain(Duration.seconds(60))
    if (delivered !== updates) throw new Error("not everything was delivered")
  })))

const added = (given: ReturnType<typeof turns>): void => {
  const store = memoryStore<Change>()
  for (const turn of given) store.add(turn, 0)
}

const merged = (given: ReturnType<typeof turns>): void => {
  for (const turn of given) full.add(turn, 0)
  if (full.waiting !== Math.min(lines, updates)) throw new Error("not every line waits")
}

const full = coalescingStore()
const again = coalescingStore()
for (const store of [full, again]) {
  for (let seq = 0; seq < lines; seq++) {
    store.add([makeRecord({ seq, at: 0, session: "main", epoch: 1, last: true }, valueOf(seq), form)], 0)
  }
}

const requeued = (): void => {
  for (let times = 0; times < 10; times++) {
    const taken = again.take({ records: 4_096, bytes: 1e9 })
    again.requeue!(taken)
  }
}

const ways: Record<string, (given: ReturnType<typeof turns>) => void | Promise<void>> = {
  loop,
  lane,
  added,
  merged,
  requeued,
}
const times = new Map<string, Array<number>>(Object.keys(ways).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, way] of Object.entries(ways)) {
    const given = turns()
    globalThis.gc?.()
    const before = process.cpuUsage()
    await way(given)
    const { user, system } = process.cpuUsage(before)
    times.get(name)!.push(user + system)
  }
}
if (handed === 0) throw new Error("nothing was handed over")

const median = (name: string): number => times.get(name)!.toSorted((a, b) => a - b)[rounds >> 1]!
const micros = (name: string): string => (median(name) / updates).toFixed(2)
console.log(
  `lane             ${micros("lane")} µs a record, ${(median("lane") / median("loop")).toFixed(2)} of the loop's`,
)
console.log(
  `coalescing store ${micros("merged")} µs an update at ${lines} lines, ${
    (median("merged") / median("added")).toFixed(2)
  } of the memory store's`,
)
console.log(
  `requeuing        ${(median("requeued") / 10_000).toFixed(1)} ms for 4,096 of ${lines} lines, ${
    (median("requeued") / 10 / (median("added") / updates * lines)).toFixed(2)
  } of adding all of them to the memory store`,
)
