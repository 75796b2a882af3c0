/**
 * Hours of operation in short: a pipeline with four sinks at a steady rate, its memory and processor time minute by
 * minute.
 *
 *     pnpm build && pnpm bench soak [--minutes 30] [--rate 2000] [--json FILE]
 *
 * The sinks: standard output, a file with zstd that rotates, a webhook that answers, and one where nobody listens. The
 * feed has 200 games at 10 sportsbooks with 10 lines each; every message moves one line. Its accounts must agree at the
 * end: what is read from standard output is what was sent.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { builtCommand } from "./lib/contenders.ts"
import { FeedServer, sendAll } from "./lib/FeedServer.ts"
import { processTimes } from "./lib/processTimes.ts"
import { quote } from "./lib/quote.ts"
import { sendAtRate } from "./lib/sendAtRate.ts"
import { startContender } from "./lib/startContender.ts"
import { median } from "./lib/statistics.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    rate: { type: "string", default: "2000" },
    json: { type: "string" },
  },
})
const minutes = Number(values.minutes)

const games = 200
const linesPerGame = 10
const sportsbooks = Array.from({ length: 10 }, (_, index) => `sportsbook${index}`)
/** What stands in each record that a message of the load makes. */
const moved = '"change":"line_moved"'
const held = games * sportsbooks.length

const message = (index: number, action: "initial_state" | "line_update"): string => {
  const outcome = (number: number) => ({
    number,
    odds: (index % 2 === 0 ? -1 : 1) * (110 + (index * 7 + Math.floor(index / held) * 11) % 300),
    link: `https://sportsbook.example.com/${number}`,
  })
  return quote({
    action,
    game: index % games,
    sportsbook: sportsbooks[Math.floor(index / games) % sportsbooks.length]!,
    outcomes: action === "initial_state"
      ? Array.from({ length: linesPerGame }, (_, number) => outcome(number))
      : [outcome(Math.floor(index / held) % linesPerGame)],
  })
}

const folder = mkdtempSync(join(tmpdir(), "boltodds-soak-"))
let posted = 0
const receiver = createServer((request, response) => {
  request.resume().on("end", () => {
    posted++
    response.end()
  })
})
await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
const server = await FeedServer.start()

const webhook = (port: number): string =>
  `webhook: { url: "http://127.0.0.1:${port}/", secret: whsec_c29hayBiZW5jaCBzZWNyZXQgMTIz, profile: realtime, allow_private: true }`

writeFileSync(
  join(folder, "pipeline.yaml"),
  `version: 1
source:
  feed: { url: "${server.url}", key: { env: BOLTODDS_API_KEY } }
sinks:
  out: { stdout: {}, emit: changes }
  archive:
    file: { path: ${folder}/{sport}.ndjson, compress: zstd, rotate: { bytes: 64MiB }, keep: { files: 2 } }
    emit: changes
  healthy: { ${webhook((receiver.address() as AddressInfo).port)}, emit: changes, required: false }
  dead: { ${webhook(9)}, emit: changes, required: false }
`,
)

interface Minute {
  readonly minute: number
  readonly memory: number
  readonly cpu: number
  readonly lines: number
}

const subscriber = server.nextSubscriber()
const started = startContender(
  { name: "soak", command: () => [process.execPath, builtCommand(), "run", join(folder, "pipeline.yaml")] },
  server.url,
)
try {
  let lines = 0
  let rest = ""
  started.process.stdout.setEncoding("latin1").on("data", (chunk: string) => {
    const text = rest + chunk
    for (let at = text.indexOf(moved); at >= 0; at = text.indexOf(moved, at + 1)) lines++
    rest = text.slice(1 - moved.length)
  })
  const socket = await Promise.race([
    subscriber,
    new Promise<never>((_, reject) =>
      started.process.once("exit", (code) => reject(new Error(`Ended with ${code}:\n${started.log()}`)))
    ),
  ])
  await sendAll(socket, Array.from({ length: held }, (_, index) => Buffer.from(message(index, "initial_state"))))
  await sleep(3000)

  const rows: Array<Minute> = []
  let sent = 0
  for (let minute = 1; minute <= minutes; minute++) {
    const before = processTimes(started.pid)
    const samples: Array<number> = []
    const sampler = setInterval(() => samples.push(processTimes(started.pid).memory), 5000)
    const offset = held + sent
    sent += await sendAtRate(socket, {
      perSecond: Number(values.rate),
      seconds: 60,
      message: (index) => message(offset + index, "line_update"),
    })
    clearInterval(sampler)
    const row = { minute, memory: median(samples), cpu: (processTimes(started.pid).cpu - before.cpu) / 60, lines }
    rows.push(row)
    console.log(
      `minute ${String(minute).padStart(3)}: ${row.memory.toFixed(0)} MiB, ${(row.cpu * 100).toFixed(0)} % of a core, ${
        lines.toLocaleString("en")
      } lines, ${posted.toLocaleString("en")} requests`,
    )
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, undefined, 2))
  }
  await sleep(2000)
  console.log(`sent ${sent.toLocaleString("en")}, moved ${lines.toLocaleString("en")}`)
  if (rows.length >= 20) {
    const mean = (part: ReadonlyArray<Minute>): number =>
      part.reduce((sum, { memory }) => sum + memory, 0) / part.length
    const [before, last] = [mean(rows.slice(-20, -10)), mean(rows.slice(-10))]
    console.log(`last 10 minutes against the 10 before: ${((last / before - 1) * 100).toFixed(1)} %`)
  }
  if (lines !== sent) throw new Error(`${lines} moves arrived for ${sent} messages:\n${started.log()}`)
} finally {
  await started.stop()
  server.stop()
  receiver.close()
  rmSync(folder, { recursive: true, force: true })
}
