/** The set-up of this project, seen by tests that run beside each other. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { createReadStream, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { patience } from "../src/patience.ts"
import { signal } from "../src/RawReceiver.ts"
import { temporaryFolder } from "../src/temporaryFolder.ts"
import { TestProcess } from "../src/TestProcess.ts"

// Less than the usual four minutes: a failure is a process that never ends.
const timeout = 60_000 * patience()
// Elsewhere the system does not list the processes of a process.
const listsProcesses = process.platform === "linux"

const waits = (): ChildProcess => spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)"], { stdio: "ignore" })
const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null
const failing = signal<ChildProcess>()
const passing = signal<ChildProcess>()

describe.concurrent("a test that fails", { timeout }, () => {
  it.fails("ends the processes that it started", async () => {
    failing.resolve(waits())
    await passing.promise
    expect.fail("its process is still running")
  })

  it("ends no process of a test that runs beside it", async () => {
    const own = waits()
    passing.resolve(own)
    const other = await failing.promise
    if (isRunning(other)) await once(other, "exit")
    expect(other.signalCode).toBe("SIGKILL")
    expect(isRunning(own)).toBe(true)
  })
})

describe("a test that fails and goes on", { timeout }, () => {
  const late = signal<ChildProcess>()
  let start = (): void => {}

  it.fails("ends what it starts afterwards", () => {
    const started = new Promise<void>((resolve) => start = resolve)
    void started.then(() => late.resolve(waits()))
    expect.fail("its process is not started yet")
  })

  it("is not waited for", async () => {
    start()
    const child = await late.promise
    if (isRunning(child)) await once(child, "exit")
    expect(child.signalCode).toBe("SIGKILL")
  })
})

describe.runIf(listsProcesses)("what a process of a failing test has started", { timeout }, () => {
  const shell = signal<ChildProcess>()

  it.fails("ends with it", async () => {
    const child = spawn("sh", ["-c", "sleep 600 & echo started; wait"], { stdio: ["ignore", "pipe", "inherit"] })
    await once(child.stdout, "data")
    shell.resolve(child)
    expect.fail("its process is still running")
  })

  it("holds no pipe any more", async () => {
    const child = await shell.promise
    // It is closed when the last process that holds it has ended.
    if (child.stdout?.closed === false) await once(child.stdout.resume(), "close")
    if (isRunning(child)) await once(child, "exit")
    expect(child.signalCode).toBe("SIGKILL")
  })
})

describe.runIf(listsProcesses)("what a test that passes has left", { timeout }, () => {
  it("ends after the last test of its file", async () => {
    const folder = temporaryFolder()
    const held = join(folder, "held")
    execFileSync("mkfifo", [held])
    const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
    const config = join(folder, "vitest.config.mjs")
    const test = {
      root: here("."),
      include: ["fixtures/leavesProcess.ts"],
      setupFiles: [here("../src/setup/endProcesses.ts")],
    }
    writeFileSync(config, `export default ${JSON.stringify({ test })}`)
    const vitest = new TestProcess(
      [
        process.execPath,
        here("../../../node_modules/vitest/vitest.mjs"),
        "run",
        "--config",
        config,
        "--root",
        here("."),
      ],
      { env: { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder, HELD: held, NO_COLOR: "1" } },
    )
    // Ends when the last process that holds the pipe has ended.
    const pipe = createReadStream(held).resume()
    await once(pipe, "end")
    const { code, stdout } = await vitest.ended
    expect(stdout).toContain("1 passed")
    expect(code).toBe(0)
  })
})

describe("a test that passes", () => {
  let shared: ChildProcess | undefined
  afterAll(() => void shared?.kill())

  it("leaves its process", () => {
    shared = waits()
  })

  it("to the next test", () => {
    expect(isRunning(shared!)).toBe(true)
  })
})
