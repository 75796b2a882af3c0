/**
 * What a book costs as it grows: fills a book to several sizes, then updates them at a fixed rate.
 *
 *     pnpm build && pnpm bench growth [--lines 33000,330000,1000000] [--rate 5000] [--seconds 8] [--emit changes]
 *
 * Prints processor time and resident memory per line of the fill, and processor time and latency of the updates. Games
 * have 33 lines each, over 60 sportsbooks.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { ours } from "./lib/contenders.ts"
import { FeedServer, sendAll } from "./lib/FeedServer.ts"
import { processTimes } from "./lib/processTimes.ts"
import { quantile } from "./lib/statistics.ts"
import { quote } from "./lib/quote.ts"
import { sendAtRate } from "./lib/sendAtRate.ts"
import { readLatencies, stampedLink } from "./lib/stampedLatencies.ts"
import { startContender } from "./lib/startContender.ts"

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "33000,330000,1000000" },
    rate: { type: "string", default: "5000" },
    seconds: { type: "string", default: "8" },
    emit: { type: "string", default: "changes" },
  },
})

const linesPerGame = 33
const sportsbooks = 60

const sportsbookOf = (index: number): string => `sportsbook${index % sportsbooks}`
const gameOf = (index: number): number => Math.floor(index / sportsbooks)

const snapshotOf = (index: number): string =>
  quote({
    action: "initial_state",
    game: gameOf(index),
    sportsbook: sportsbookOf(index),
    outcomes: Array.from({ length: linesPerGame }, (_, number) => ({
      number,
      odds: -110,
      link: `https://sportsbook.example.com/${index}/${number}`,
    })),
  })

const updateOf = (index: number, sent: number): string =>
  quote({
    action: "line_update",
    game: gameOf(index),
    sportsbook: sportsbookOf(index),
    outcomes: [{
      number: sent % linesPerGame,
      odds: (sent % 2 === 0 ? -1 : 1) * (110 + sent % 300),
      link: stampedLink(),
    }],
  })

/** Waits until nothing has been written for three seconds, and gives the time of the last write. */
const quiet = async (last: () => number): Promise<void> => {
  while (performance.now() - last() < 3000) await sleep(200)
}

const measure = async (server: FeedServer, lines: number): Promise<void> => {
  const games = Math.ceil(lines / linesPerGame)
  const subscriber = server.nextSubscriber()
  const started = startContender(ours(values.emit as "changes"), server.url)
  try {
    let last = performance.now()
    const latencies = readLatencies(started.process.stdout)
    started.process.stdout.on("data", (chunk: string) => {
      if (chunk.length > 2048) last = performance.now()
    })
    const socket = await subscriber
    await sleep(1500)
    const start = processTimes(started.pid)
    const from = performance.now()
    // In parts: the frames of a million lines together would not fit into this process.
    for (let index = 0; index < games; index += 1000) {
      const part = Array.from({ length: Math.min(1000, games - index) }, (_, at) => Buffer.from(snapshotOf(index + at)))
      await sendAll(socket, part)
    }
    last = performance.now()
    await quiet(() => last)
    const filled = processTimes(started.pid)
    const held = games * linesPerGame
    console.log(
      `${held.toLocaleString("en").padStart(11)} lines: fill ${((last - from) / 1000).toFixed(1)} s, ${
        ((filled.cpu - start.cpu) / held * 1e6).toFixed(1)
      } µs and ${((filled.memory - start.memory) * 1024 * 1024 / held).toFixed(0)} bytes of resident memory a line`,
    )
    latencies.start()
    const sent = await sendAtRate(socket, {
      perSecond: Number(values.rate),
      seconds: Number(values.seconds),
      // A prime far above the number of games in a row: neighbors in time are not neighbors in memory.
      message: (number) => updateOf(number * 7919 % games, number),
    })
    await sleep(1000)
    const end = processTimes(started.pid)
    const sorted = latencies.sorted()
    if (sorted.length !== sent) throw new Error(`${sorted.length} lines arrived for ${sent} messages`)
    console.log(
      `${" ".repeat(18)} ${values.rate} updates a second: ${
        ((end.cpu - filled.cpu) / sent * 1e6).toFixed(1)
      } µs a message, p50 ${quantile(sorted, 0.5).toFixed(2)}, p99 ${quantile(sorted, 0.99).toFixed(2)}, p99.9 ${
        quantile(sorted, 0.999).toFixed(2)
      }, max ${sorted.at(-1)!.toFixed(2)} ms`,
    )
  } finally {
    await started.stop()
  }
}

const server = await FeedServer.start()
try {
  for (const lines of values.lines.split(",").map(Number)) await measure(server, lines)
} finally {
  server.stop()
}
