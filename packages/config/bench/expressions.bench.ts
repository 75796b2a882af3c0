/**
 * What a condition costs per record, beside the same condition written in JavaScript.
 *
 * `pnpm bench expressions [records=1000000] [rounds=7]`
 */
import { builtinEmits } from "@boltodds/config"
import { compile } from "../src/internal/cel/compile.ts"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const records = Number(settings.get("records") ?? 1_000_000)
const rounds = Number(settings.get("rounds") ?? 7)

interface Line {
  readonly change: string
  readonly sport: string
  readonly sportsbook: string
  readonly market: string | null
  readonly odds: number | null
}

/** One in seven has no price, as suspended lines have not. */
const lines = Array.from({ length: 1_000 }, (_, n): Line => ({
  change: n % 3 === 0 ? "line_opened" : "line_moved",
  sport: n % 2 === 0 ? "NBA" : "NHL",
  sportsbook: ["fanduel", "draftkings", "betmgm"][n % 3]!,
  market: n % 5 === 0 ? null : "Moneyline",
  odds: n % 7 === 0 ? null : 100 + n % 90,
}))

const conditions: ReadonlyArray<readonly [string, (line: Line) => boolean]> = [
  [`sport == "NBA"`, ({ sport }) => sport === "NBA"],
  [`odds >= 150`, ({ odds }) => odds !== null && odds >= 150],
  [`change == "line_moved" && odds != null`, ({ change, odds }) => change === "line_moved" && odds !== null],
  [
    `sport == "NBA" && odds >= 150 && market == "Moneyline"`,
    ({ sport, odds, market }) => sport === "NBA" && odds !== null && odds >= 150 && market === "Moneyline",
  ],
  [`sportsbook in ["fanduel", "betmgm"]`, ({ sportsbook }) => ["fanduel", "betmgm"].includes(sportsbook)],
  [`market.startsWith("Money")`, ({ market }) => market !== null && market.startsWith("Money")],
]

/** Records a second. */
const rate = (holds: (line: Line) => unknown): readonly [number, number] => {
  let count = 0
  const start = process.hrtime.bigint()
  for (let n = 0; n < records; n++) if (holds(lines[n % lines.length]!) === true) count++
  return [records / (Number(process.hrtime.bigint() - start) / 1e9), count]
}

const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

for (const [text, plain] of conditions) {
  const { evaluate } = compile(text, builtinEmits[0]!, (why) => {
    throw new Error(why)
  })
  const rates = Array.from({ length: rounds }, () => [rate(evaluate), rate(plain)] as const)
  for (const [[, mine], [, theirs]] of rates) if (mine !== theirs) throw new Error(`${text}: ${mine} is not ${theirs}`)
  const [cel, js] = [median(rates.map(([[it]]) => it)), median(rates.map(([, [it]]) => it))]
  console.log(`${(cel / 1e6).toFixed(2).padStart(6)} M/s, ${(cel / js).toFixed(2)} of JavaScript's  ${text}`)
}
