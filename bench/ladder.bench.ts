/**
 * What each step of the work costs, from counting frames to the records of the built command: processor time for a
 * message, and the part of it that the main thread takes.
 *
 *     pnpm build && pnpm bench ladder [--rounds 3] [--messages 110000] [--warm 40000] [--trace FILE]
 *
 * One message a frame. Needs Linux (/proc), and a machine that does nothing else.
 */
import { parseArgs } from "node:util"
import { bare, type Contender, differ, ours, rung } from "./lib/contenders.ts"
import { FeedServer } from "./lib/FeedServer.ts"
import { makeLoad } from "./lib/load.ts"
import { measure, type Measurement } from "./lib/measure.ts"
import { median } from "./lib/statistics.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    messages: { type: "string", default: "110000" },
    warm: { type: "string", default: "40000" },
    trace: { type: "string" },
  },
})

const ladder: ReadonlyArray<readonly [string, Contender]> = [
  ["count frames", rung("count")],
  ["parse", rung("parse")],
  ["parse, nested Maps", rung("map")],
  ["parse, write the text (bare loop)", bare],
  ["`raw`", ours("raw")],
  ["`messages`", ours("messages")],
  ["parse, Maps, compare, write (differ)", differ],
  ["`changes`", ours("changes")],
]

const load = makeLoad({
  trace: values.trace,
  messages: Number(values.messages),
  warm: Number(values.warm),
  framing: "single",
})
const server = await FeedServer.start()
const results = new Map<string, Array<Measurement>>(ladder.map(([name]) => [name, []]))
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, contender] of ladder) results.get(name)!.push(await measure(contender, server, load))
  }
} finally {
  server.stop()
}

const meanBytes = load.bytes / load.frames.length
console.log(
  `${load.messages.toLocaleString("en")} messages of ${meanBytes.toFixed(0)} bytes, ${values.rounds} rounds\n`,
)
console.log("| step | CPU µs/msg | of it main thread | peak MiB |\n| --- | --- | --- | --- |")
for (const [name, rounds] of results) {
  const micros = median(rounds.map(({ cpu }) => cpu / load.messages * 1e6))
  const main = median(rounds.map(({ mainThreadCpu }) => mainThreadCpu / load.messages * 1e6))
  const memory = median(rounds.map(({ peakMemory }) => peakMemory))
  console.log(`| ${name} | ${micros.toFixed(1)} | ${main.toFixed(1)} | ${memory.toFixed(0)} |`)
}
