import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"

const script = fileURLToPath(new URL("fixtures/stuckTurn.ts", import.meta.url))
const plugin = fileURLToPath(new URL("fixtures/spinProcessor.ts", import.meta.url))
const words = [process.execPath, "--conditions=@boltodds/source", script]

const messagesOf = (stderr: string): ReadonlyArray<readonly [unknown, unknown]> =>
  recordsOf(stderr).map(({ level, message }) => [level, message])

describe("the watch over turns", () => {
  it("names the sink and the expression of a turn that does not end, and ends the process with 70", async () => {
    const { code, signal, stderr } = await runPipe(["expression"], { words })
    expect({ code, signal }).toEqual({ code: 70, signal: null })
    const [warning, error, ...others] = recordsOf(stderr)
    expect(others).toEqual([])
    expect(warning).toMatchObject({
      level: "warn",
      message: "One turn of this process has worked for 1 s so far, and nothing else is received or delivered; " +
        "at 2 s the process ends. It is in an expression of the sink hook: make that cheaper.",
      expression: 'game.matches("\\u{1b}]0;x")',
    })
    expect(error).toMatchObject({
      level: "error",
      message: expect.stringMatching(/ending with exit code 70\. It is in an expression of the sink hook/),
    })
  })

  it("says where a turn is that is in no expression", async () => {
    const { code, stderr } = await runPipe(["plugin"], { words })
    expect(code).toBe(70)
    expect(messagesOf(stderr)).toEqual([
      ["warn", expect.stringMatching(/in no expression, but here: .*spinFor .*spinsInThePlugin .*stuckTurn\.ts:\d+/)],
      ["error", expect.stringMatching(/in no expression, but here: .*spinsInThePlugin/)],
    ])
  })

  it.each(["pattern", "promises", "many"])("ends a turn in which nothing else happens: %s", async (how) => {
    const { code, signal, stderr } = await runPipe([how], { words })
    expect({ code, signal }).toEqual({ code: 70, signal: null })
    expect(messagesOf(stderr).map(([level]) => level)).toEqual(["warn", "error"])
  })

  it("ends the process by force where a native function does not listen, and says so before", async () => {
    const { code, signal, stderr } = await runPipe(["native"], { words })
    expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" })
    expect(messagesOf(stderr)).toEqual([
      ["warn", expect.stringMatching(/It is in no expression, and does not say where it is\.$/)],
      ["error", expect.stringMatching(/ending with exit code 70\. It is in no expression/)],
    ])
  })

  it("reports that a long turn has ended, and leaves the process alone", async () => {
    const { code, stderr } = await runPipe(["once"], { words })
    expect(code).toBe(0)
    expect(messagesOf(stderr)).toEqual([
      ["warn", expect.stringContaining("expression of the sink hook")],
      ["warn", expect.stringMatching(/^the turn that took long has ended, after \d s of work$/)],
    ])
  })

  it.each(["short", "disk", "idle"])(
    "reports nothing of turns that are short, and of time without work: %s",
    async (how) => {
      expect(await runPipe([how], { words })).toMatchObject({ code: 0, stderr: "" })
    },
  )

  const permissions = ["--disable-warning=SecurityWarning", "--permission", "--allow-fs-read=*"]

  it.each([[[]], [["--allow-worker"]], [["--allow-inspector"]]])(
    "is not started where Node does not allow it, and says so: %j",
    async (allowed) => {
      const { code, stderr } = await runPipe(["short"], {
        words: [words[0]!, ...permissions, ...allowed, ...words.slice(1)],
      })
      expect(messagesOf(stderr)).toEqual([
        ["warn", "turns of the event loop are not watched: allow it with --allow-worker --allow-inspector"],
      ])
      expect(code).toBe(0)
    },
  )

  it("works with Node's permissions where both are given", async () => {
    const { code, stderr } = await runPipe(["expression"], {
      words: [words[0]!, ...permissions, "--allow-worker", "--allow-inspector", ...words.slice(1)],
    })
    expect(code).toBe(70)
    expect(recordsOf(stderr).map(({ level }) => level).slice(-1)).toEqual(["error"])
  })

  it("does not count the time in which the process was stopped", async () => {
    const stopped = new PipeProcess(["idle"], { words })
    await stopped.until(({ stdout }) => stdout.includes("ready"))
    stopped.kill("SIGSTOP")
    await sleep(3_500)
    stopped.kill("SIGCONT")
    expect(await stopped.ended).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("run", () => {
  it("ends with 70 where a plug-in works for ever, and names its function", async () => {
    const folder = new PipelineFolder(
      `plugins: [${JSON.stringify(plugin)}]`,
      "source: { simulator: { seed: 7 } }",
      "sinks:",
      "  screen: { stdout: {}, emit: messages }",
      "  bad: { file: { path: bad.ndjson }, emit: messages, processors: [spin] }",
      "run: { for: 1s }",
    )
    const run = new PipeProcess(["run", folder.file], { env: { NODE_OPTIONS: "--conditions=@boltodds/source" } })
    await run.until(({ stderr }) => stderr.includes("has worked for 5 s so far"))
    run.kill("SIGTERM")
    const { code, signal, stderr } = await run.ended
    expect({ code, signal }).toEqual({ code: 70, signal: null })
    expect(messagesOf(stderr).at(-1)).toEqual([
      "error",
      expect.stringMatching(
        /worked for 30 s.*exit code 70\. It is in no expression, but here: at .*neverEnds .*spinProcessor\.ts:6/,
      ),
    ])
  })
})
