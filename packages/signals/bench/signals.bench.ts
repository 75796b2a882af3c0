/**
 * What the signals cost: the throughput of each emit beside `changes`, the index beside the reducer, memory, gaps.
 *
 * `pnpm bench signals [rounds=7] [updates=40000] [trace=FILE]`. Ratios are taken within a round, one after the other in turn;
 * medians are shown. `trace` reads a recorded day (lines `{"t","frame"}`, plain or .gz) for the throughput.
 */
import { changes, type Emit } from "@boltodds/pipeline"
import { type Change, type Control, type FeedEvent, makeFrame } from "@boltodds/protocol"
import { best, closing, fair, opportunities } from "@boltodds/signals/emits"
import { make, type Step, thaw } from "@boltodds/state"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { OddsIndex } from "../src/internal/OddsIndex.ts"
import { BenchWorld, type WorldSize } from "./world.ts"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const rounds = Number(settings.get("rounds") ?? 7)
const updates = Number(settings.get("updates") ?? 40_000)
const trace = settings.get("trace")
const only = settings.get("only")
const run = "01J00000000000000000000000"
const start = 1_784_000_000_000
const perTurn = 32

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const connected: ReadonlyArray<FeedEvent> = [
  { _tag: "Connected", session: "main", epoch: 1, at: start, plan: "Pro" },
  { _tag: "Subscribed", session: "main", epoch: 1, at: start, filters: {} },
]

/** The snapshot has settled. */
const settled: FeedEvent = { _tag: "Tick", session: "main", epoch: 1, at: start + 30_000, wall: start + 30_000 }

const cpu = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** Frames in turns, decoded anew in every round: a message is decoded when it is read. */
const turnsOf = (texts: ReadonlyArray<string>, from: number): Array<ReadonlyArray<FeedEvent>> => {
  const turns: Array<ReadonlyArray<FeedEvent>> = []
  for (let at = 0; at < texts.length; at += perTurn) {
    turns.push(texts.slice(at, at + perTurn).map((text) => makeFrame("main", 1, from + at, text)))
  }
  return turns
}

const contenders: ReadonlyArray<readonly [string, () => Emit<unknown>, number]> = [
  ["changes", () => changes(), 1],
  ["best", () => best() as Emit<unknown>, 0.55],
  ["fair", () => fair() as Emit<unknown>, 0.45],
  ["opportunities", () => opportunities() as Emit<unknown>, 0.5],
  ["closing", () => closing() as Emit<unknown>, 0],
]

/** Decodes, reduces, emits and writes texts, as a run does without a network. Returns the processor time of the updates. */
const play = (emit: Emit<unknown>, begin: ReadonlyArray<string>, texts: ReadonlyArray<string>) => {
  const draft = thaw(make({ run }))
  const emission = emit.open({ state: { run } })
  let records = 0
  let bytes = 0
  const count = (envelopes: ReadonlyArray<{ readonly text: string }>): void => {
    for (const { text } of envelopes) bytes += text.length
    records += envelopes.length
  }
  const take = (steps: ReadonlyArray<Step>): void => {
    for (const step of steps) {
      for (let due = emission.dueAt?.(); due !== undefined && due <= step.event.at; due = emission.dueAt?.()) {
        count(emission.advance!(due))
      }
      count(emission.of([step]))
    }
  }
  take(draft.apply(connected))
  for (const turn of turnsOf(begin, start)) take(draft.apply(turn))
  take(draft.apply([settled]))
  records = 0
  bytes = 0
  const turns = turnsOf(texts, start + 60_000)
  const time = cpu(() => {
    for (const turn of turns) take(draft.apply(turn))
  })
  return { time, records, bytes }
}

const throughput = (name: string, begin: ReadonlyArray<string>, texts: ReadonlyArray<string>): void => {
  const times = new Map<string, Array<number>>()
  const counts = new Map<string, string>()
  for (let round = 0; round <= rounds; round++) {
    for (const [emit, open] of contenders) {
      const { time, records, bytes } = play(open(), begin, texts)
      counts.set(emit, `${records.toLocaleString("en")} records, ${(bytes / 1e6).toFixed(1)} MB`)
      // The first round warms up.
      if (round > 0) times.set(emit, [...times.get(emit) ?? [], time])
    }
  }
  console.log(`throughput beside changes (${name}, ${texts.length.toLocaleString("en")} messages, median of ${rounds})`)
  const base = times.get("changes")!
  for (const [emit, , wanted] of contenders) {
    const own = times.get(emit)!
    const ratio = median(own.map((time, at) => base[at]! / time))
    const target = wanted === 0 || emit === "changes" ? "" : `  (at least ${wanted})`
    console.log(
      `  ${emit.padEnd(14)} ${ratio.toFixed(2)}${target}  ${(median(own) / texts.length).toFixed(1)} µs a message, ${
        counts.get(emit)
      }`,
    )
  }
}

const recordsOf = (steps: ReadonlyArray<Step>): ReadonlyArray<Change | Control> =>
  steps.flatMap(({ records }) => records)

const feed = (index: OddsIndex, records: ReadonlyArray<Change | Control>): void => {
  for (const record of records) {
    index.apply(record)
    if (record.last !== true) continue
    index.settle(start)
    index.sweep()
  }
}

/** The index alone beside the reducer, which starts from decoded messages. */
const beside = (): void => {
  console.log(`index beside the reducer, processor time (median of ${rounds}; at most 0.60)`)
  const each: Array<number> = []
  for (const events of [10, 100, 1_000, 10_000]) {
    const world = new BenchWorld({ events, sportsbooks: 4, ladder: 1 })
    const begin = [...world.snapshot()]
    const texts = [...world.updates(updates)]
    const ratios: Array<number> = []
    const own: Array<number> = []
    for (let round = 0; round <= rounds; round++) {
      const draft = thaw(make({ run }))
      const index = new OddsIndex()
      feed(index, recordsOf(draft.apply(connected)))
      for (const turn of turnsOf(begin, start)) feed(index, recordsOf(draft.apply(turn)))
      feed(index, recordsOf(draft.apply([settled])))
      const turns = turnsOf(texts, start + 60_000)
      for (const turn of turns) for (const event of turn) if (event._tag === "Frame") void event.items
      const records: Array<ReadonlyArray<Change | Control>> = []
      const reducer = cpu(() => {
        for (const turn of turns) records.push(recordsOf(draft.apply(turn)))
      })
      const indexed = cpu(() => {
        for (const turn of records) feed(index, turn)
      })
      if (round === 0) continue
      ratios.push(indexed / reducer)
      own.push(indexed / texts.length)
    }
    each.push(median(own))
    console.log(
      `  ${String(events).padStart(6)} events  ${median(ratios).toFixed(2)}  (${median(own).toFixed(2)} µs a message)`,
    )
  }
  console.log(`  flat: fastest size / slowest size ${(Math.min(...each) / Math.max(...each)).toFixed(2)}`)
}

const heap = (): number => {
  globalThis.gc!()
  globalThis.gc!()
  return process.memoryUsage().heapUsed
}

const memorySize: WorldSize = { events: 200, sportsbooks: 9, ladder: 5 }

/** Fills a book, with what is beside it, in this process. Prints the bytes of a priced line. */
const fill = (name: string): void => {
  const draft = thaw(make({ run }))
  const index = name === "index" ? new OddsIndex() : undefined
  const emission = contenders.find(([emit]) => emit === name)?.[1]().open({ state: { run } })
  const take = (steps: ReadonlyArray<Step>): void => {
    if (index !== undefined) feed(index, recordsOf(steps))
    emission?.of(steps)
  }
  const world = new BenchWorld(memorySize)
  const before = heap()
  take(draft.apply(connected))
  for (const text of world.snapshot()) take(draft.apply([makeFrame("main", 1, start, text)]))
  take(draft.apply([settled]))
  console.log((heap() - before) / world.lines)
  take([])
  void draft.seal()
}

/** What stays in memory for each priced line, above the book. Each is filled in a process of its own. */
const memory = (): void => {
  const bytesOf = (name: string): number =>
    Number(execFileSync(process.execPath, [
      "--expose-gc",
      "--conditions=@boltodds/source",
      fileURLToPath(import.meta.url),
      `fill=${name}`,
    ], { encoding: "utf8" }))
  const alone = bytesOf("book")
  const lines = new BenchWorld(memorySize).lines.toLocaleString("en")
  console.log(`memory above the book, bytes a priced line (${lines} lines; at most 250)`)
  console.log(`  book            ${Math.round(alone)}`)
  for (const name of ["index", ...contenders.slice(1).map(([each]) => each)]) {
    console.log(`  ${name.padEnd(14)}  ${Math.round(bytesOf(name) - alone)}`)
  }
}

/** A gap over many lines: until all is known again. */
const gap = (size: WorldSize): void => {
  const ratios: Array<number> = []
  const marks: Array<number> = []
  const world = new BenchWorld(size)
  const begin = [...world.snapshot()]
  for (let round = 0; round <= Math.min(rounds, 5); round++) {
    const draft = thaw(make({ run }))
    const index = new OddsIndex()
    feed(index, recordsOf(draft.apply(connected)))
    for (const turn of turnsOf(begin, start)) feed(index, recordsOf(draft.apply(turn)))
    feed(index, recordsOf(draft.apply([settled])))
    const at = start + 100_000
    const lost: FeedEvent = {
      _tag: "Disconnected",
      session: "main",
      epoch: 1,
      at,
      reason: { kind: "closed", code: 1006 },
    }
    const back: ReadonlyArray<FeedEvent> = connected.map((event) =>
      ({ ...event, epoch: 2, at: at + 1000 }) as FeedEvent
    )
    const again: ReadonlyArray<ReadonlyArray<FeedEvent>> = [
      [lost],
      back,
      ...turnsOf(begin, at + 2000).map((turn) =>
        turn.map((event) => event._tag === "Frame" ? makeFrame("main", 2, at + 2000, event.raw as string) : event)
      ),
      [{ ...settled, epoch: 2, at: at + 40_000, wall: at + 40_000 } as FeedEvent],
    ]
    for (const turn of again) for (const event of turn) if (event._tag === "Frame") void event.items
    const records: Array<ReadonlyArray<Change | Control>> = []
    const reducer = cpu(() => {
      for (const turn of again) records.push(recordsOf(draft.apply(turn)))
    })
    const first = cpu(() => feed(index, records[0]!))
    const indexed = first + cpu(() => {
      for (const turn of records.slice(1)) feed(index, turn)
    })
    if (round === 0) continue
    ratios.push(indexed / reducer)
    marks.push(first)
  }
  console.log(
    `gap over ${world.lines.toLocaleString("en")} lines: index / reducer ${median(ratios).toFixed(2)} (at most 1.50); ${
      (median(marks) / 1000).toFixed(0)
    } ms until no price of it counts`,
  )
}

const parts: Readonly<Record<string, () => void>> = {
  memory,
  throughput: () => {
    const world = new BenchWorld({ events: 15, sportsbooks: 9, ladder: 5 })
    throughput("generated", [...world.snapshot()], [...world.updates(updates)])
  },
  trace: () => {
    if (trace === undefined) return
    const bytes = readFileSync(trace)
    const frames = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString().trim().split("\n")
      .map((line) => JSON.stringify((JSON.parse(line) as { frame: unknown }).frame))
    const from = Math.floor(frames.length / 2)
    throughput("a recorded day", frames.slice(0, from), frames.slice(from))
  },
  index: beside,
  gap: () => gap({ events: 1_000, sportsbooks: 9, ladder: 5 }),
}
const filled = settings.get("fill")
if (filled !== undefined) fill(filled)
else for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) part()
