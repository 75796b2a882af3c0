/**
 * The built command against what people write by hand, in turn, against one server: CPU and throughput apart from
 * start-up, as ratios of medians.
 *
 *     pnpm build && pnpm bench compare [--rounds 5] [--messages 110000] [--warm 40000] [--trace FILE] [--framing single,recorded]
 *                                      [--only NAME,…] [--also LABEL=FILE] [--json FILE] [--against FILE]
 *
 * `--trace` reads a recorded trace (lines `{"frame": …}`); without it the feed is generated. `--json` stores the run,
 * `--against` compares with one that was stored. `--also before=/other/apps/pipe/dist/boltodds-pipe.js` runs another
 * build of the command in the same rounds. Needs Linux (/proc), and a machine that does nothing else.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import { bare, type Contender, differ, type Emit, otherBuild, ours, vendorLoop } from "./lib/contenders.ts"
import { FeedServer } from "./lib/FeedServer.ts"
import { type Load, makeLoad } from "./lib/load.ts"
import { measure, type Measurement } from "./lib/measure.ts"
import { median } from "./lib/statistics.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    messages: { type: "string", default: "110000" },
    warm: { type: "string", default: "40000" },
    trace: { type: "string" },
    framing: { type: "string", default: "single,recorded" },
    only: { type: "string" },
    also: { type: "string" },
    json: { type: "string" },
    against: { type: "string" },
  },
})

/** What is compared with what. */
const pairs: ReadonlyArray<readonly [string, string]> = [
  ["messages", "bare"],
  ["raw", "bare"],
  ["changes", "bare"],
  ["changes", "differ"],
  ["python", "bare"],
]

/** Another build of the command, by its label. */
const also = ((text: string | undefined) => {
  if (text === undefined) return undefined
  const [, label, path] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (label === undefined || path === undefined) {
    throw new Error(
      `Cannot use --also ${text}: write LABEL=FILE, for example before=/old/apps/pipe/dist/boltodds-pipe.js`,
    )
  }
  return { label, path }
})(values.also)

/** This build against the other one. */
const betweenBuilds: ReadonlyArray<readonly [string, string]> = also === undefined
  ? []
  : ["messages", "raw", "changes"].map((emit) => [emit, `${emit}@${also.label}`])

/** A form of records by this build, and by the other one if there is one. */
const builds = (emit: Emit): ReadonlyArray<Contender> =>
  also === undefined ? [ours(emit)] : [ours(emit), otherBuild(also.label, also.path, emit)]

/** The form of records that a contender writes. */
const formOf = (name: string): string => name.split("@")[0]!

interface Row {
  readonly framing: string
  readonly name: string
  readonly microsPerMessage: number
  readonly mainThreadShare: number
  readonly messagesPerSecond: number
  readonly peakMemory: number
  readonly startCpu: number
  readonly warmCpu: number
  readonly firstLineMillis: number
  readonly lines: number
  readonly bytes: number
}

interface Ratio {
  readonly framing: string
  readonly pair: string
  readonly cpu: number
  readonly throughput: number
  readonly memory: number
}

interface Stored {
  readonly node: string
  readonly machine: string
  readonly messages: number
  readonly rounds: number
  readonly rows: ReadonlyArray<Row>
  readonly ratios: ReadonlyArray<Ratio>
}

/** Every round writes the same lines, and loops that write what they read write a line for each message. */
const checkLines = ({ name }: Contender, rounds: ReadonlyArray<Measurement>, load: Load): void => {
  const counts = [...new Set(rounds.map(({ lines }) => lines))]
  // `raw` also has ticks of time in it, and times are not the same in every round.
  const form = formOf(name)
  if (form !== "raw" && counts.length > 1) throw new Error(`${name} wrote different lines: ${counts.join(", ")}`)
  const wanted = form === "changes" || form === "differ"
    ? undefined
    : form === "raw"
    ? load.frames.length
    : load.warmMessages + load.messages
  const wrong = wanted !== undefined && (form === "raw" ? counts.some((count) => count < wanted) : counts[0] !== wanted)
  if (wrong) throw new Error(`${name} wrote ${counts.join(", ")} lines for ${wanted}`)
}

/** The differ and `changes` write the same records. */
const checkSameWork = (results: ReadonlyMap<string, ReadonlyArray<Measurement>>): void => {
  const counts = [...results].filter(([name]) => ["changes", "differ"].includes(formOf(name)))
    .map(([name, rounds]) => [name, rounds[0]!.lines] as const)
  if (new Set(counts.map(([, lines]) => lines)).size <= 1) return
  throw new Error(`Not the same work: ${counts.map(([name, lines]) => `${name} wrote ${lines} lines`).join(", ")}`)
}

const rowOf = (framing: string, name: string, rounds: ReadonlyArray<Measurement>, { messages }: Load): Row => {
  const middle = (of: (round: Measurement) => number): number => median(rounds.map(of))
  return {
    framing,
    name,
    microsPerMessage: middle(({ cpu }) => cpu / messages * 1e6),
    mainThreadShare: middle(({ cpu, mainThreadCpu }) => mainThreadCpu / cpu),
    messagesPerSecond: middle(({ wall }) => messages / wall),
    peakMemory: middle(({ peakMemory }) => peakMemory),
    startCpu: middle(({ startCpu }) => startCpu),
    warmCpu: middle(({ warmCpu }) => warmCpu),
    firstLineMillis: middle(({ firstLineMillis }) => firstLineMillis),
    lines: rounds[0]!.lines,
    bytes: rounds[0]!.bytes,
  }
}

/** Ratios of neighbors in one round: what disturbs the machine disturbs both. */
const ratioOf = (
  framing: string,
  [name, other]: readonly [string, string],
  results: ReadonlyMap<string, ReadonlyArray<Measurement>>,
): ReadonlyArray<Ratio> => {
  const [ones, others] = [results.get(name), results.get(other)]
  if (ones === undefined || others === undefined) return []
  const ratio = (of: (round: Measurement) => number): number =>
    median(ones.map((round, index) => of(round) / of(others[index]!)))
  return [{
    framing,
    pair: `${name} / ${other}`,
    cpu: ratio(({ cpu }) => cpu),
    throughput: 1 / ratio(({ wall }) => wall),
    memory: ratio(({ peakMemory }) => peakMemory),
  }]
}

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): void => {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) => column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))
    console.log("  " + cells.join("  ").trimEnd())
  }
  console.log("")
}

const run = async (server: FeedServer, framing: "single" | "recorded", rounds: number) => {
  const load = makeLoad({ trace: values.trace, messages: Number(values.messages), warm: Number(values.warm), framing })
  console.log(
    `${load.messages.toLocaleString("en")} messages after a warm-up of ${load.warmMessages.toLocaleString("en")}, in ${
      load.frames.length.toLocaleString("en")
    } frames, ${(load.bytes / 1e6).toFixed(0)} MB, ${rounds} rounds`,
  )
  const vendor = framing === "single" ? vendorLoop() : undefined
  const chosen = values.only?.split(",")
  const contenders = [
    bare,
    ...builds("messages"),
    ...builds("raw"),
    differ,
    ...builds("changes"),
    ...vendor ? [vendor] : [],
  ].filter(({ name }) => chosen === undefined || chosen.includes(formOf(name)))
  const results = new Map<string, Array<Measurement>>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) results.get(contender.name)!.push(await measure(contender, server, load))
  }
  for (const contender of contenders) checkLines(contender, results.get(contender.name)!, load)
  checkSameWork(results)
  return {
    messages: load.messages,
    rows: contenders.map(({ name }) => rowOf(framing, name, results.get(name)!, load)),
    ratios: [...pairs, ...betweenBuilds].flatMap((pair) => ratioOf(framing, pair, results)),
  }
}

const show = ({ rows, ratios }: Pick<Stored, "rows" | "ratios">, before: Stored | undefined): void => {
  table(
    [
      "frames",
      "command",
      "CPU µs/msg",
      "main thread",
      "msg/s",
      "peak MiB",
      "lines",
      "MB out",
      "start CPU s",
      "warm-up CPU s",
      "first line ms",
    ],
    rows.map((row) => [
      row.framing,
      row.name,
      row.microsPerMessage.toFixed(1),
      `${(row.mainThreadShare * 100).toFixed(0)} %`,
      Math.round(row.messagesPerSecond).toLocaleString("en"),
      row.peakMemory.toFixed(0),
      row.lines.toLocaleString("en"),
      (row.bytes / 1e6).toFixed(0),
      row.startCpu.toFixed(2),
      row.warmCpu.toFixed(2),
      row.firstLineMillis.toFixed(0),
    ]),
  )
  table(
    ["frames", "ratio", "CPU", "throughput", "memory"],
    ratios.map((ratio) => {
      const was = before?.ratios.find(({ framing, pair }) => framing === ratio.framing && pair === ratio.pair)
      const cell = (of: (ratio: Ratio) => number): string =>
        of(ratio).toFixed(2) + (was === undefined ? "" : ` (${of(was).toFixed(2)} before)`)
      return [
        ratio.framing,
        ratio.pair,
        cell(({ cpu }) => cpu),
        cell((r) => r.throughput),
        cell(({ memory }) => memory),
      ]
    }),
  )
}

const rounds = Number(values.rounds)
const before = values.against === undefined ? undefined : JSON.parse(readFileSync(values.against, "utf8")) as Stored
const load = loadavg()[0]!
if (load > 0.5) console.log(`The machine is busy (load ${load.toFixed(1)}): these figures mean little.\n`)

const server = await FeedServer.start()
const rows: Array<Row> = []
const ratios: Array<Ratio> = []
let messages = 0
try {
  for (const framing of values.framing.split(",") as ReadonlyArray<"single" | "recorded">) {
    const result = await run(server, framing, rounds)
    show(result, before)
    rows.push(...result.rows)
    ratios.push(...result.ratios)
    messages = result.messages
  }
} finally {
  server.stop()
}
if (values.json !== undefined) {
  const machine = `${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores`
  const stored: Stored = { node: process.version, machine, messages, rounds, rows, ratios }
  writeFileSync(values.json, JSON.stringify(stored, undefined, 2) + "\n")
}
