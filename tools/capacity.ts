/**
 * What a feed and its readers need: `pnpm capacity [--messages 50000] [--records 1] [--sportsbooks 35] [--games 300]
 * [--lines 40] [--readers 10000] [--share 0.02] [--filters 256] [--hours 48] [--measured FOLDER]`.
 *
 * The costs are what the benches measured: `compare.json`, `stores.json` and `serve.json` of the folder, default
 * `bench/measured`. Measure them on your machine:
 *
 *     pnpm build && mkdir -p out
 *     pnpm bench compare --only changes --framing single --json out/compare.json
 *     pnpm bench stores json=out/stores.json
 *     pnpm bench bench/serve --json > out/serve.json
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { type Costs, type Demand, keptOf, partsOf, planned } from "./capacity/model.ts"

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "50000" },
    records: { type: "string", default: "1" },
    sportsbooks: { type: "string", default: "35" },
    games: { type: "string", default: "300" },
    lines: { type: "string", default: "40" },
    readers: { type: "string", default: "10000" },
    share: { type: "string", default: "0.02" },
    filters: { type: "string", default: "256" },
    hours: { type: "string", default: "48" },
    measured: { type: "string", default: fileURLToPath(new URL("../bench/measured", import.meta.url)) },
  },
})

const read = (name: string): never => {
  const text = readFileSync(join(values.measured, name), "utf8")
  // `pnpm bench` prints the name of the bench before what it says.
  return JSON.parse(text.split("\n").filter((line) => !line.startsWith("#")).join("\n")) as never
}

interface Compared {
  readonly rows: ReadonlyArray<{
    readonly framing: string
    readonly name: string
    readonly microsPerMessage: number
    readonly lines: number
    readonly bytes: number
  }>
}
const compared: Compared = read("compare.json")
const stores: { readonly ways: Costs["stores"] } = read("stores.json")
const served: { readonly [name: string]: { readonly perRecord: number } } = read("serve.json")

const changes = compared.rows.find(({ framing, name }) => framing === "single" && name === "changes")!
const of = (beginning: RegExp): number => Object.entries(served).find(([name]) => beginning.test(name))![1].perRecord
const costs: Costs = {
  microsPerMessage: changes.microsPerMessage,
  bytesPerRecord: changes.bytes / changes.lines,
  stores: stores.ways,
  serveAlike: of(/^serve, all clients alike$/),
  serveFiltered: of(/^serve, \d+ filters$/),
}
const demand: Demand = {
  messagesPerSecond: Number(values.messages),
  recordsPerMessage: Number(values.records),
  sportsbooks: Number(values.sportsbooks),
  gamesPerSportsbook: Number(values.games),
  linesPerGame: Number(values.lines),
  readers: Number(values.readers),
  share: Number(values.share),
  filters: Number(values.filters),
  hoursOfLog: Number(values.hours),
}

/** Three figures that count, with a letter for thousands. */
const short = (value: number): string => {
  const power = value < 1_000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3))
  return `${Number((value / 1_000 ** power).toPrecision(3))}${["", " k", " M", " G", " T"][power]}`
}

const kept = keptOf(costs, demand)
console.log(
  `${short(demand.messagesPerSecond)} messages/s of ${demand.sportsbooks} sportsbooks, ${
    short(demand.readers)
  } readers ` +
    `that get ${demand.share * 100} % each. One process, and a network, planned for ${planned * 100} %.\n`,
)
console.log(
  `a day             ${short(kept.recordsPerDay)} records, ${short(kept.recordsPerDay * costs.bytesPerRecord)}B`,
)
console.log(`the log, ${String(demand.hoursOfLog).padStart(3)} h    ${short(kept.logBytes)}B`)
console.log(
  `the book          ${short(kept.lines)} lines: ${
    short(kept.snapshotBytes)
  }B for each reader that joins and takes all\n`,
)
console.log("needed  cores  one takes       asked           part")
for (const { name, unit, most, asked, needed, cores, remedy } of partsOf(costs, demand)) {
  const rate = (value: number): string => `${short(value)} ${unit}`.padEnd(15)
  console.log(
    `${String(needed).padStart(6)} ${cores === 0 ? "     –" : cores.toFixed(1).padStart(6)}  ${rate(most)} ${
      rate(asked)
    } ${name}`,
  )
  if (needed > 1) console.log(`${"".padEnd(47)}  → ${remedy}`)
}
