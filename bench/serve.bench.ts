/**
 * Many clients of one server: processor time for each record that arrives, latency and memory, of the built command
 * beside the smallest server that passes a feed on (`ws`, and `send(text)` to each client).
 *
 *     pnpm build && pnpm bench bench/serve [--clients 1000] [--filters 300] [--stuck 10] [--rate 50] [--seconds 40] [--rounds 3]
 *
 * 200 games at 5 sportsbooks, one outcome a message. Of the clients, `--filters` have a filter that nobody else has,
 * and the others have none. The last `--stuck` connect and read nothing; the
 * server gives them up after 30 s.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { builtCommand, type Contender } from "./lib/contenders.ts"
import { FeedServer } from "./lib/FeedServer.ts"
import { processTimes } from "./lib/processTimes.ts"
import { quote } from "./lib/quote.ts"
import { sendAtRate } from "./lib/sendAtRate.ts"
import type { Delivered } from "./lib/serveClients.ts"
import { stampedLink } from "./lib/stampedLatencies.ts"
import { startContender, type Started } from "./lib/startContender.ts"
import { median, quantile } from "./lib/statistics.ts"

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "1000" },
    filters: { type: "string", default: "300" },
    stuck: { type: "string", default: "10" },
    rate: { type: "string", default: "50" },
    seconds: { type: "string", default: "40" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
})
const clients = Number(values.clients)

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "boltodds-bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
/** A configuration: the default allows 256 different filters. */
const serve: Contender = {
  name: "serve",
  command: (url) => {
    const file = join(folder, "serve.yaml")
    writeFileSync(
      file,
      `version: 1
source: { feed: { url: "${url}" } }
sinks: { web: { serve: { listen: 0, filters: ${Number(values.filters) + 1} } } }
`,
    )
    return [process.execPath, builtCommand(), "run", file]
  },
}
const broadcast: Contender = {
  name: "broadcast",
  command: (url) => [process.execPath, here("./competitors/broadcast.mjs"), `${url}?key=bench`],
}

const games = 200
const sportsbooks = ["draftkings", "fanduel", "betmgm", "caesars", "pinnacle"]
const held = games * sportsbooks.length

const message = (index: number, action: "initial_state" | "line_update"): string =>
  quote({
    action,
    game: index % games,
    sportsbook: sportsbooks[Math.floor(index / games) % sportsbooks.length]!,
    outcomes: [{ number: 1, odds: (index % 2 === 0 ? -1 : 1) * (110 + index * 7 % 300), link: stampedLink() }],
  })

/** Two in three of the distinct filters name sportsbooks and a least price, the others a game. */
const filterOf = (number: number): string =>
  number % 3 === 0
    ? `?game=${encodeURIComponent(`Home ${number} vs Away ${number}, 2026-11-29, ${String(number).padStart(12, "a")}`)}`
    : `?sportsbook=${sportsbooks[number % sportsbooks.length]}&where=${encodeURIComponent(`odds >= ${number}`)}`

/** Filters are spread over all clients, so that the stuck ones at the end are of both kinds. */
const queries = (filters: number): ReadonlyArray<string> =>
  Array.from({ length: clients }, (_, index) => {
    const before = Math.floor(index * filters / clients)
    return Math.floor((index + 1) * filters / clients) > before ? filterOf(before) : ""
  })

interface Result {
  /** Microseconds of processor time of the server for each record that arrived. */
  readonly perRecord: number
  /** The share of one core that the server used. */
  readonly load: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly memory: number
  readonly gone: number
}

const addressOf = async (started: Started): Promise<string> => {
  for (let wait = 0; wait < 200; wait++) {
    const found = /serving changes at http:\/\/([\d.:]+)/.exec(started.log())
    if (found !== null) return `ws://${found[1]}/v1/stream`
    await sleep(50)
  }
  throw new Error(`The server has no address:\n${started.log()}`)
}

const measure = async (
  feed: FeedServer,
  contender: Contender,
  { filters, stuck }: { readonly filters: number; readonly stuck: number },
): Promise<Result> => {
  const subscriber = feed.nextSubscriber()
  const started = startContender(contender, feed.url)
  try {
    const address = await addressOf(started)
    const socket = await subscriber
    for (let index = 0; index < held; index++) socket.send(message(index, "initial_state"))
    await sleep(1500)
    const readers = spawn(process.execPath, [
      here("./lib/serveClients.ts"),
      address,
      JSON.stringify(queries(filters)),
      String(stuck),
    ], { stdio: ["pipe", "pipe", "inherit"] })
    const lines = createInterface({ input: readers.stdout })[Symbol.asyncIterator]()
    try {
      if ((await lines.next()).value !== "ready") throw new Error("The clients cannot connect")
      const send = (seconds: number, from: number): Promise<number> =>
        sendAtRate(socket, {
          perSecond: Number(values.rate),
          seconds,
          message: (index) => message(from + index, "line_update"),
        })
      const since = async (): Promise<Delivered> => {
        readers.stdin.write("\n")
        return JSON.parse((await lines.next()).value as string)
      }
      // What runs often is compiled.
      const warm = await send(5, held)
      await sleep(1000)
      await since()
      const before = processTimes(started.pid)
      const seconds = Number(values.seconds)
      const sent = await send(seconds, held + warm)
      await sleep(1000)
      const after = processTimes(started.pid)
      const delivered = await since()
      const whole = clients - stuck - filters
      if (delivered.records < whole * sent) {
        throw new Error(`${contender.name}: ${delivered.records} records arrived, not ${whole} × ${sent} at least`)
      }
      const cpu = after.cpu - before.cpu
      return {
        perRecord: cpu / delivered.records * 1e6,
        load: cpu / seconds,
        perSecond: delivered.records / seconds,
        p50: quantile(delivered.latencies, 0.5),
        p99: quantile(delivered.latencies, 0.99),
        memory: after.peakMemory,
        gone: delivered.gone,
      }
    } finally {
      readers.kill("SIGKILL")
      await once(readers, "close")
    }
  } finally {
    await started.stop()
  }
}

const filters = Number(values.filters)
const stuck = Number(values.stuck)
const cases: ReadonlyArray<readonly [string, Contender, { readonly filters: number; readonly stuck: number }]> = [
  ["broadcast, all clients alike", broadcast, { filters: 0, stuck: 0 }],
  ["serve, all clients alike", serve, { filters: 0, stuck: 0 }],
  [`serve, ${filters} filters`, serve, { filters, stuck: 0 }],
  [`serve, ${filters} filters, ${stuck} stuck`, serve, { filters, stuck }],
]

const feed = await FeedServer.start()
try {
  const results = new Map<string, Array<Result>>(cases.map(([name]) => [name, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, contender, how] of cases) results.get(name)!.push(await measure(feed, contender, how))
  }
  const middle = (name: string): Result => {
    const of = (field: keyof Result): number => median(results.get(name)!.map((result) => result[field]))
    return {
      perRecord: of("perRecord"),
      load: of("load"),
      perSecond: of("perSecond"),
      p50: of("p50"),
      p99: of("p99"),
      memory: of("memory"),
      gone: of("gone"),
    }
  }
  if (values.json) console.log(JSON.stringify(Object.fromEntries(cases.map(([name]) => [name, middle(name)]))))
  else {
    console.log(`${clients} clients, ${values.rate} messages/s, medians of ${values.rounds} rounds`)
    console.log(`${"".padEnd(32)}  µs/record  ×    records/s   cores  p50 ms  p99 ms   MiB  gone`)
    const least = middle(cases[0]![0]).perRecord
    for (const [name] of cases) {
      const { perRecord, load, perSecond, p50, p99, memory, gone } = middle(name)
      const ratio = (perRecord / least).toFixed(2)
      console.log(
        `${name.padEnd(32)}  ${perRecord.toFixed(2).padStart(9)}  ${ratio} ${perSecond.toFixed(0).padStart(9)}  ` +
          `${load.toFixed(2).padStart(6)}  ${p50.toFixed(1).padStart(6)}  ${p99.toFixed(1).padStart(6)}  ` +
          `${memory.toFixed(0).padStart(4)}  ${gone.toFixed(0).padStart(4)}`,
      )
    }
  }
} finally {
  feed.stop()
}
