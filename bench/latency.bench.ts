/**
 * Milliseconds from the sending of a message to the arrival of its line at a reader of standard output, in one process:
 * the built command beside the bare loop and the differ.
 *
 *     pnpm build && pnpm bench latency [--rates 1000,5000,20000] [--seconds 8] [--rounds 3]
 *
 * 200 games at 5 sportsbooks, one outcome a message.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { bare, type Contender, differ, ours } from "./lib/contenders.ts"
import { FeedServer } from "./lib/FeedServer.ts"
import { median, quantile } from "./lib/statistics.ts"
import { quote } from "./lib/quote.ts"
import { sendAtRate } from "./lib/sendAtRate.ts"
import { readLatencies, stampedLink } from "./lib/stampedLatencies.ts"
import { startContender } from "./lib/startContender.ts"

const { values } = parseArgs({
  options: {
    rates: { type: "string", default: "1000,5000,20000" },
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
  },
})

const games = 200
const sportsbooks = ["draftkings", "fanduel", "betmgm", "caesars", "pinnacle"]

const message = (index: number, action: "initial_state" | "line_update"): string =>
  quote({
    action,
    game: index % games,
    sportsbook: sportsbooks[Math.floor(index / games) % sportsbooks.length]!,
    outcomes: [{ number: 1, odds: (index % 2 === 0 ? -1 : 1) * (110 + index * 7 % 300), link: stampedLink() }],
  })

interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly most: number
}

const measure = async (server: FeedServer, contender: Contender, perSecond: number): Promise<Quantiles> => {
  const subscriber = server.nextSubscriber()
  const started = startContender(contender, server.url)
  try {
    const latencies = readLatencies(started.process.stdout)
    const socket = await subscriber
    const held = games * sportsbooks.length
    for (let index = 0; index < held; index++) socket.send(message(index, "initial_state"))
    // Until start-up and the first compilations are over.
    await sleep(2500)
    latencies.start()
    const sent = await sendAtRate(socket, {
      perSecond,
      seconds: Number(values.seconds),
      message: (index) => message(held + index, "line_update"),
    })
    await sleep(1000)
    const sorted = latencies.sorted()
    if (sorted.length !== sent) {
      throw new Error(`${contender.name}: ${sorted.length} lines arrived for ${sent} messages`)
    }
    return {
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      p999: quantile(sorted, 0.999),
      most: sorted.at(-1)!,
    }
  } finally {
    await started.stop()
  }
}

const server = await FeedServer.start()
try {
  console.log("  msg/s  command     p50     p99   p99.9     max   ms, medians of rounds; × of the bare loop's p99")
  for (const rate of values.rates.split(",").map(Number)) {
    const contenders = [bare, ours("messages"), differ, ours("changes")]
    const results = new Map<string, Array<Quantiles>>(contenders.map(({ name }) => [name, []]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const contender of contenders) results.get(contender.name)!.push(await measure(server, contender, rate))
    }
    const middle = (name: string, of: (quantiles: Quantiles) => number): number => median(results.get(name)!.map(of))
    for (const { name } of contenders) {
      const cells = [
        ({ p50 }: Quantiles) => p50,
        ({ p99 }: Quantiles) => p99,
        (q: Quantiles) => q.p999,
        (q: Quantiles) => q.most,
      ]
        .map((of) => middle(name, of).toFixed(2).padStart(6))
      const ratio = middle(name, ({ p99 }) => p99) / middle("bare", ({ p99 }) => p99)
      console.log(`${String(rate).padStart(7)}  ${name.padEnd(8)}  ${cells.join("  ")}   ${ratio.toFixed(2)}×`)
    }
  }
} finally {
  server.stop()
}
