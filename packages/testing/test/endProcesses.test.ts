/** The set-up of this project, seen by tests that run beside each other. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { afterAll, describe, expect, it } from "vitest"
import { signal } from "../src/RawReceiver.ts"

const waits = (): ChildProcess => spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)"], { stdio: "ignore" })
const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null
const failing = signal<ChildProcess>()
const passing = signal<ChildProcess>()

describe.concurrent("a test that fails", () => {
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

describe("a test that fails and goes on", () => {
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
