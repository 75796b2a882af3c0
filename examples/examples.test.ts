import { type Simulator, startSimulator } from "@boltodds/simulator"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({ rate: 500, world: { games: 6 } })
})
afterAll(() => simulator.stop())

const start = (file: string, args: ReadonlyArray<string> = [], server: Simulator = simulator): ChildProcess =>
  spawn(process.execPath, ["--conditions=@boltodds/source", fileURLToPath(new URL(file, import.meta.url)), ...args], {
    env: {
      ...process.env,
      BOLTODDS_URL: server.url,
      BOLTODDS_API_KEY: server.key,
      XDG_STATE_HOME: mkdtempSync(join(tmpdir(), "boltodds-examples-")),
    },
    stdio: ["pipe", "pipe", "pipe"],
  })

/** The lines of a process that ended with 0; otherwise fails with what it said. */
const linesOf = async (child: ChildProcess): Promise<ReadonlyArray<string>> => {
  let stdout = ""
  let stderr = ""
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => stdout += chunk)
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => stderr += chunk)
  const code = await new Promise((resolve) => child.on("close", resolve))
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  return stdout.trimEnd().split("\n")
}

/** Resolves when a process has printed this; kills it then. Gives what it printed. */
const until = async (child: ChildProcess, isEnough: (stdout: string) => boolean): Promise<string> => {
  let stdout = ""
  let stderr = ""
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => stderr += chunk)
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk
      if (isEnough(stdout)) resolve()
    })
    child.on("close", (code) => reject(new Error(`it ended with ${code}; ${stderr}`)))
  })
  child.removeAllListeners("close")
  const gone = new Promise((resolve) => child.once("close", resolve))
  child.kill()
  await gone
  // Where the feed was cut, a session that nobody listens to says so.
  expect(stderr).toMatch(/^(boltodds: no connection to .*\n)*$/)
  return stdout
}

const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8")
/** An example without its first comment, as READMEs show it. */
const codeOf = (file: string): string => textOf(file).replace(/^\/\*\*[\s\S]*?\*\/\n/, "")

describe("the examples", () => {
  it("loop prints what comes, and when a cut invalidates it, in ten lines", async () => {
    const own = await startSimulator({ rate: 200, world: { games: 6 } })
    const child = start("loop.ts", [], own)
    let cut = false
    const stdout = await until(child, (stdout) => {
      if (!cut && stdout.includes("line_update")) {
        cut = true
        own.disconnect("abort")
      }
      return stdout.includes("unverified") && stdout.split("initial_state").length > 2 &&
        stdout.endsWith("line_update\n")
    })
    expect(stdout).toMatch(
      /^socket_connected\n(?:subscription_updated\n)?(?:initial_state\n)+[^]*\nunverified from here on: network\nsocket_connected\n/,
    )
    expect(codeOf("loop.ts").split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(10)
    await own.stop()
  })

  it("session prints the events of each turn, in fifteen lines", async () => {
    const stdout = await until(start("session.ts"), (stdout) => stdout.split("1 Frame").length > 10)
    expect(stdout.replaceAll(/^\d Tick\n/gm, "")).toMatch(/^1 Connected\n1 Frame\n1 Subscribed\n(?:1 Frame\n?)+/)
    expect(codeOf("session.ts").split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(15)
  })

  it("on-frame prints each move of a price with the frame that brought it", async () => {
    const stdout = await until(start("on-frame.ts"), (stdout) => stdout.split("\n").length > 10)
    for (const line of stdout.split("\n").slice(0, -1)) {
      expect(line).toMatch(/^[\w ]+: .+: .+ -?\d+ -> -?\d+ in frame of \d+ bytes$/)
    }
  })

  it("actionable acts on live prices, and says why it leaves others alone", async () => {
    const enough = (stdout: string) => stdout.split("act on").length > 20 && stdout.includes(": suspended")
    const stdout = await until(start("actionable.ts"), enough)
    for (const line of stdout.split("\n").slice(0, -1)) {
      expect(line).toMatch(/^(?:act on [\w ]+: .+ -?\d{3,5}|leave [\w ]+: .+: (?:suspended|unknown|partial))$/)
      if (line.startsWith("leave") && line.endsWith("suspended")) expect(line).toContain(" null: ")
    }
  })

  it("three-sessions divides the sports, and holds one book of all", async () => {
    const lines = await linesOf(start("three-sessions.ts"))
    expect(lines.slice(0, 3).map((line) => line.replace(/\d+ sports/, "N sports"))).toEqual([
      "feed-1: N sports",
      "feed-2: N sports",
      "feed-3: N sports",
    ])
    const [, games, count, verified] = /^(\d+) games with (\d+) lines, (\d+) of them verified$/.exec(lines.at(-1)!)!
      .map(
        Number,
      )
    expect(games).toBeGreaterThan(20)
    expect(count).toBeGreaterThan(games!)
    expect(verified).toBe(games)
  })

  it("many-readers reads one connection twice; the later one begins with the whole book", async () => {
    const own = await startSimulator({ rate: 200, world: { games: 6 } })
    const lines = await linesOf(start("many-readers.ts", [], own))
    const counts = lines.map((line) => /: (\d+) of (\d+) lines live$/.exec(line)!.slice(1).map(Number))
    expect(lines.map((line) => line.split(":")[0])).toEqual(["later", "first"])
    for (const [live, all] of counts) {
      expect(all).toBeGreaterThan(100)
      expect(live).toBe(all)
    }
    expect(own.stats().accepted).toBe(1)
    await own.stop()
  })

  it.each(["loop.ts", "session.ts", "on-frame.ts", "actionable.ts"])("the README shows %s as it is", (file) => {
    expect(textOf("../packages/connection/README.md").includes(codeOf(file).trim())).toBe(true)
  })

  it("configured runs the pipeline of a file, in ten lines", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-examples-")), "pipeline.yaml")
    writeFileSync(
      file,
      "version: 1\nsource: { simulator: { rate: 500 } }\nsinks: { screen: { stdout: {}, emit: changes } }\nrun: { count: 20 }",
    )
    const child = start("configured.ts", [file])
    let log = ""
    child.stderr!.setEncoding("utf8").on("data", (chunk: string) => log += chunk)
    let stdout = ""
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => stdout += chunk)
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0)
    const records = stdout.trimEnd().split("\n").map((line) =>
      JSON.parse(line) as { control?: string; change?: string }
    )
    expect(records.filter(({ change }) => change !== undefined)).toHaveLength(20)
    expect(records[0]!.control).toBe("stream_started")
    expect(log).toContain("receiving from")
    const body = codeOf("configured.ts").split("\n").filter((line) => line !== "" && !line.startsWith("import "))
    expect(body.length).toBeLessThanOrEqual(10)
    expect(textOf("../packages/parts/README.md")).toContain(codeOf("configured.ts").trim())
  })

  it("watch-moves prints line updates and ends", async () => {
    const lines = await linesOf(start("watch-moves.ts"))
    expect(lines.length).toBeGreaterThanOrEqual(20)
    for (const line of lines) expect(line).toMatch(/^[\w ]+: .+: .+ (?:suspended|\S+)$/)
  })

  it("best-prices finds the best price of each side of each game, the two of a doubleheader apart", async () => {
    // A world that stands still: what is printed can be compared with what the server offers.
    const own = await startSimulator({ rate: 0, world: { games: 6, sports: ["MLB"] } })
    const lines = await linesOf(start("best-prices.ts", [], own))
    const offered = own.snapshot().flatMap(({ data }) =>
      Object.values(data.outcomes).flatMap((outcome) =>
        outcome.outcome_name === "Moneyline" && typeof outcome.odds === "string"
          ? [{ ...data, target: outcome.outcome_target, odds: Number(outcome.odds) }]
          : []
      )
    ).filter(({ sportsbook }) => ["draftkings", "fanduel", "betmgm"].includes(sportsbook))
    const decimal = (odds: number): number => odds > 0 ? 1 + odds / 100 : 1 + 100 / -odds
    const sides = new Map<string, typeof offered>()
    for (const offer of offered) {
      const side = JSON.stringify([offer.universal_game_id ?? offer.game, offer.target])
      sides.set(side, [...sides.get(side) ?? [], offer])
    }
    expect(lines).toHaveLength(sides.size)
    const bestOf = (prices: typeof offered): number => Math.max(...prices.map(({ odds }) => decimal(odds)))
    const printed = lines.map((line) => {
      const [, teams, target, odds, sportsbook] =
        /^(.+ vs .+), [\dT:.Z-]+: (.+): ([+-]\d{3,5}) at (\w+)(?:, \w+)*(?: \([\w, ]+\))?$/.exec(line)!
      return { teams, target, price: decimal(Number(odds)), sportsbook }
    })
    for (const { teams, target, price, sportsbook } of printed) {
      const sideBests = [...sides.values()].filter(([first]) =>
        first!.target === target && `${first!.home_team} vs ${first!.away_team}` === teams
      ).filter((prices) => prices.some((offer) => offer.sportsbook === sportsbook && decimal(offer.odds) === price))
      expect(sideBests.map(bestOf)).toContain(price)
    }
    const doubleheader = printed.filter(({ teams }) => teams === "Boston Red Sox vs Tampa Bay Rays")
    expect(doubleheader.map(({ target }) => target).sort()).toEqual([
      "Boston Red Sox",
      "Boston Red Sox",
      "Tampa Bay Rays",
      "Tampa Bay Rays",
    ])
    await own.stop()
  })

  it("own-sink prints five big moves between the controls, and says that all was delivered", async () => {
    const lines = await linesOf(start("own-sink.ts"))
    expect(lines[0]).toBe("[stream_started]")
    expect(lines.filter((line) => / -?\d+ -> -?\d+$/.test(line))).toHaveLength(5)
    expect(lines.slice(-2)).toEqual(["[stream_stopped]", "count reached; all delivered"])
  })

  it("fold-changes builds the book of what the command prints; when it has stopped nothing is live", async () => {
    const fold = start("fold-changes.ts")
    const pipe = start("../apps/pipe/src/main.ts", ["--emit", "changes", "--count", "300", "--log-level", "none"])
    pipe.stdout!.pipe(fold.stdin!)
    const lines = await linesOf(fold)
    const counts = lines.map((line) => /^(\d+) live, (\d+) unverified$/.exec(line)!.slice(1).map(Number))
    const mostLive = Math.max(...counts.map(([live]) => live!))
    expect(mostLive).toBeGreaterThan(100)
    expect(counts.at(-1)![0]).toBe(0)
  })

  it("read-served has the book of what the command serves, and nothing live once the server is gone", async () => {
    const serve = start("../apps/pipe/src/main.ts", ["serve", "--listen", "0", "--log-format", "human"])
    let log = ""
    const address = /serving changes at (http:\S+)/
    await new Promise<void>((resolve) => {
      serve.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
        log += chunk
        if (address.test(log) && log.includes("receiving from")) resolve()
      })
    })
    const reader = start("read-served.ts", [address.exec(log)![1]!])
    let stdout = ""
    const printed = (isEnough: () => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (isEnough()) resolve()
        }
        reader.stdout!.on("data", look)
        reader.on("close", () => reject(new Error(`it ended after ${stdout}`)))
        look()
      })
    reader.stdout!.setEncoding("utf8").on("data", (chunk: string) => stdout += chunk)
    await printed(() => [...stdout.matchAll(/^(\d+) live/gm)].some(([, live]) => Number(live) > 100))
    serve.kill("SIGKILL")
    await printed(() => /^0 live, \d{3,} unverified\n$/m.test(stdout))
    const gone = new Promise((resolve) => reader.once("close", resolve))
    reader.kill()
    await gone
  })
})
