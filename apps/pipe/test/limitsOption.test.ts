import { defaultStateLimits } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { limitFlag } from "../src/commandLine/flagGroups.ts"
import { parseFlags } from "../src/commandLine/flags.ts"
import { limitOptionsOf } from "../src/commandLine/limitFlag.ts"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { command, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"

const demo = ["demo", "--no-cut", "--log-format", "human"]
const opened = (stdout: string): ReadonlyArray<unknown> =>
  recordsOf(stdout).filter(({ change }) => change === "game_opened").map(({ game }) => game)
const sources = "source: { simulator: { seed: 3, limits: { games: 2 } } }"

describe("--limit NAME=VALUE", { concurrent: true }, () => {
  it("sets a bound of the book: what is beyond it is refused, logged and reported", async () => {
    const { code, stdout, stderr } = await runPipe([...demo, "--limit", "games=2", "--for", "2s", "--report"])
    expect(code).toBe(0)
    expect(opened(stdout)).toHaveLength(2)
    expect(recordsOf(stdout).map(({ reason }) => reason)).toContain("limited: more than 2 games")
    expect(stderr).toContain("limited: more than 2 games")
    expect(stderr).toContain("beyond a bound")
    expect(stderr).toMatch(
      /the book can use [\d,]+ MiB of a heap of [\d,]+ MiB\. For more: NODE_OPTIONS=--max-old/,
    )
  })

  it("can be repeated, and takes a size for the bytes", async () => {
    const { code, stdout } = await runPipe([...demo, "--limit=bytes=64KiB", "--limit=sportsbooks=1", "--for", "2s"])
    expect(code).toBe(0)
    const reasons = recordsOf(stdout).map(({ reason }) => reason)
    expect(reasons).toContain("limited: more than 1 sportsbooks")
    expect(reasons).toContain("limited: the book needs more than 65536 bytes")
  })

  it.each([
    [
      "gamess=3",
      'Cannot use --limit: expected one of sessions, sportsbooks, games, outcomes, characters, bytes; got "gamess". Did you mean "games"?',
    ],
    ["toString=3", 'expected one of sessions, sportsbooks, games, outcomes, characters, bytes; got "toString"'],
    ["games", 'Cannot use --limit: expected NAME=VALUE, such as games=50000 or bytes=512MiB; got "games"'],
    ["games=many", 'Cannot use --limit games: expected a whole number from 1 on; got "many"'],
    ["games=0", 'Cannot use --limit games: expected a whole number from 1 on; got "0"'],
    ["games=1MiB", 'Cannot use --limit games: expected a whole number from 1 on; got "1MiB"'],
    ["bytes=lots", "Cannot use --limit bytes: expected a size such as 64KiB, 16MiB, 1GB, or a number of bytes"],
    ["bytes=0", "Cannot use --limit bytes: expected a size such as 64KiB, 16MiB, 1GB, or a number of bytes"],
    ["games=2 games=3", "Cannot use --limit games twice: leave one out"],
  ])("refuses %s with what to write", (limits, why) => {
    const words = limits.split(" ").flatMap((limit) => ["--limit", limit])
    const given = parseFlags([{ title: "", flags: [limitFlag] }], words, {})
    expect(() => limitOptionsOf(given)).toThrow(why)
  })

  it("is a mistake of usage where it is wrong", async () => {
    const { code, stderr } = await runPipe(["demo", "--limit", "gamess=3"])
    expect([code, stderr]).toEqual([
      64,
      expect.stringContaining('Did you mean "games"?\nTry: boltodds-pipe demo --help'),
    ])
  })

  it("is in the help of the commands that stream, with all names", async () => {
    for (const words of [["--help"], ["demo", "--help"]]) {
      const { stdout } = await runPipe(words)
      expect(stdout).toContain("--limit NAME=VALUE")
      for (const name of Object.keys(defaultStateLimits)) {
        expect(stdout.split("--limit NAME=VALUE")[1]!.replaceAll(/\s+/g, " ")).toContain(name)
      }
    }
  })
})

describe("limits of a source", { concurrent: true }, () => {
  it("bound the book of a run, stand in the header of its recording, and bound a replay as much", async () => {
    const folder = new PipelineFolder(
      sources,
      "run: { for: 2s }",
      "sinks: { screen: { stdout: {}, emit: changes }, log: { file: { path: day.ndjson }, emit: raw } }",
    )
    const live = await runPipe(["run", folder.file])
    expect(live.code).toBe(0)
    expect(opened(live.stdout)).toHaveLength(2)
    expect(JSON.parse(folder.lines("day.ndjson")[0]!)).toMatchObject({ limits: { games: 2 } })

    const replayOf = (limits: string) =>
      new PipelineFolder(
        `source: { replay: { file: ${folder.at("day.ndjson")}${limits} } }`,
        "sinks: { screen: { stdout: {}, emit: changes } }",
      )
    const again = await runPipe(["run", replayOf("").file])
    expect(again.code, again.stderr).toBe(0)
    // All but the last record, which says why each of them ended.
    expect(recordsOf(again.stdout).slice(0, -1)).toEqual(recordsOf(live.stdout).slice(0, -1))
    const smaller = await runPipe(["run", replayOf(", limits: { games: 1 }").file])
    expect(opened(smaller.stdout)).toHaveLength(1)
  })

  it("are checked at their places, with what was probably meant", async () => {
    const folder = new PipelineFolder(
      "source:",
      "  feed:",
      "    limits:",
      "      game: 5",
      "      outcomes: 0",
      "      bytes: plenty",
      "      sportsbooks: 1.5",
      "sinks: { screen: { stdout: {} } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain(":5:7:")
    expect(stderr).toContain("did you mean `games`?")
    expect(stderr).toContain(":6:17:")
    expect(stderr).toContain("expected a whole number above 0")
    expect(stderr).toContain(":7:14:")
    expect(stderr).toContain("a size such as 64KiB, 16MiB, 1GB, or a number of bytes")
    expect(stderr).toContain(":8:20:")
  })

  it("pass where they are right, for each source that feeds a book", async () => {
    const limits = "limits: { sessions: 2, sportsbooks: 3, games: 4, outcomes: 5, characters: 6, bytes: 1MiB }"
    for (const source of [`feed: { ${limits} }`, `simulator: { ${limits} }`, `stdin: { ${limits} }`]) {
      const folder = new PipelineFolder(`source: { ${source} }`, "sinks: { screen: { stdout: {} } }")
      const env = { BOLTODDS_API_KEY: "sk-limits-3f3f3f" }
      expect(await runPipe(["check", folder.file], { env })).toMatchObject({ code: 0, stderr: "" })
    }
  })

  it("of more bytes than the heap has room for are cut to what it has, with what to do", async () => {
    const words = [command[0]!, "--max-old-space-size=256", ...command.slice(1)]
    const { code, stderr } = await runPipe([...demo, "--limit", "bytes=64GiB", "--for", "500ms"], { words })
    expect(code).toBe(0)
    expect(stderr).toContain(
      "warning limits.bytes is 65,536 MiB, but a heap of 448 MiB has room for only 86 MiB: " +
        "the bound is 86 MiB. For more: NODE_OPTIONS=--max-old-space-size=MEBIBYTES",
    )
  })
})
