/**
 * Whole commands against the same feeder: `boltodds-pipe` with `messages` and `changes`, and the smallest honest loop.
 * Prints throughput, CPU and peak memory as ratios to that loop, medians of rounds taken in turn. Where Python's
 * `websockets` is there, the loop of the vendor's documentation runs beside them.
 *
 * Run: `pnpm build && pnpm bench throughput [messages=300000] [rounds=5]`. CPU and memory need /proc (Linux).
 */
import { book, make, thaw } from "@boltodds/state"
import { makeFrame } from "@boltodds/protocol"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { createInterface, type Interface } from "node:readline"
import { fileURLToPath } from "node:url"
import { feed } from "./feed.ts"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const wanted = Number(settings.get("messages") ?? 200_000)
const perFrame = Number(settings.get("perFrame") ?? 8)
const rounds = Number(settings.get("rounds") ?? 5)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const command = here("../dist/boltodds-pipe.js")
if (!existsSync(command)) throw new Error("the command is not built: run `pnpm build` first")

interface Usage {
  readonly throughput: number
  readonly cpuSeconds: number
  readonly peakMegabytes: number
}

/** How many records of `changes` the feed gives: the command is asked for just as many. */
const countChanges = (): number => {
  const draft = thaw(make({ run: "bench" }))
  const { frames } = feed({ messages: wanted, perFrame })
  draft.apply([{ _tag: "Connected", session: "main", epoch: 1, at: 0, plan: "Pro" }])
  let changes = 0
  for (const frame of frames) {
    for (const step of draft.apply([makeFrame("main", 1, 0, frame)])) {
      for (const record of step.records) if ("change" in record) changes++
    }
  }
  console.log(
    `  feed: ${wanted.toLocaleString("en")} messages, ${frames.length.toLocaleString("en")} frames, ${
      changes.toLocaleString("en")
    } changes, ${book(draft.seal()).games.size} games`,
  )
  return changes
}

const nextLine = (lines: Interface): Promise<{ readonly port?: number; readonly from?: number }> =>
  new Promise((resolve) => lines.once("line", (line: string) => resolve(JSON.parse(line) as { port?: number })))

/** Processor time and peak memory so far, as the kernel counts them. */
const usage = (pid: number): { cpuSeconds: number; peakMegabytes: number } | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))
    // A process that has ended but was not waited for yet has no memory any more.
    if (peak === null) return undefined
    return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100, peakMegabytes: Number(peak[1]) / 1024 }
  } catch {
    // The process has ended between two looks, or there is no /proc here.
    return undefined
  }
}

const measure = async (feeder: Interface, argv: ReadonlyArray<string>, port: number): Promise<Usage> => {
  const program = argv[0]!.endsWith(".py") ? python : process.execPath
  const child: ChildProcess = spawn(program, argv, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BOLTODDS_API_KEY: "bench", BOLTODDS_URL: `ws://127.0.0.1:${port}/api`, NO_COLOR: "1" },
  })
  let last = { cpuSeconds: NaN, peakMegabytes: NaN }
  const look = setInterval(() => last = usage(child.pid!) ?? last, 20)
  child.stdout!.resume()
  let said = ""
  child.stderr!.on("data", (data) => said += String(data))
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  // Until the last byte is out: a loop that only reads fast, and keeps what it should have written, is not done.
  const gone = nextLine(feeder)
  const code = await ended
  const until = Date.now()
  clearInterval(look)
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${said.slice(0, 2000)}`)
  const { from } = await gone
  return { throughput: wanted / (until - from!) * 1000, ...last }
}

const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const changes = countChanges()
const feeder = spawn(process.execPath, [
  "--conditions=@boltodds/source",
  here("./feeder.ts"),
  `messages=${wanted}`,
  `perFrame=${perFrame}`,
], {
  stdio: ["ignore", "pipe", "inherit"],
})
const lines = createInterface(feeder.stdout)
const { port } = await nextLine(lines)
const url = `ws://127.0.0.1:${port}/api?key=bench`
const sides: Record<string, ReadonlyArray<string>> = {
  bare: [here("./bareLoop.ts"), url, String(wanted)],
  messages: [command, "--emit", "messages", "--no-control", "--count", String(wanted)],
  changes: [command, "--emit", "changes", "--no-control", "--count", String(changes)],
}

// The loop of the vendor's documentation, where Python has the library it uses.
const python = settings.get("python") ?? "python3"
if (spawnSync(python, ["-c", "import websockets"]).status === 0) {
  sides["python"] = [here("./vendorLoop.py"), url, String(wanted)]
}

const results: Record<string, Array<Usage>> = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
try {
  for (let round = 0; round < rounds; round++) {
    for (const [name, argv] of Object.entries(sides)) results[name]!.push(await measure(lines, argv, port!))
  }
} finally {
  feeder.kill()
}

for (const name of Object.keys(sides).filter((name) => name !== "bare")) {
  const ratio = (of: (usage: Usage) => number): string =>
    median(results[name]!.map((usage, round) => of(usage) / of(results["bare"]![round]!))).toFixed(2)
  console.log(
    `  ${name.padEnd(8)} throughput ${ratio((usage) => usage.throughput)}  cpu ${
      ratio((usage) => usage.cpuSeconds)
    }  peak memory ${ratio((usage) => usage.peakMegabytes)}  of the bare loop's`,
  )
}
const bare = results["bare"]!
console.log(
  `  bare loop, for scale: ${Math.round(median(bare.map((usage) => usage.throughput)) / 1000)} k messages/s, ${
    median(bare.map((usage) => usage.peakMegabytes)).toFixed(0)
  } MB`,
)
