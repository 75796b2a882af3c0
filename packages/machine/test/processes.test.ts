import {
  isOfThisMachine,
  isRunning,
  isThisProcess,
  processIn,
  type ProcessRecord,
  thisProcess,
} from "@boltodds/machine"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import process from "node:process"
import { Worker } from "node:worker_threads"
import { describe, expect, it, onTestFinished } from "vitest"

const linux = existsSync("/proc/self/stat")

/** Another process of this machine. */
const other = (pid: number, more: Partial<ProcessRecord> = {}): ProcessRecord => ({
  ...thisProcess(),
  pid,
  id: "1-a",
  started: "",
  ...more,
})

const startedOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, "latin1").split(")").pop()!.trim().split(" ")[19]!

describe("a process that is written down", () => {
  it("is read back as it was", () => {
    const own = thisProcess()
    expect(processIn(JSON.parse(JSON.stringify(own)))).toEqual(own)
    expect(isThisProcess(own)).toBe(true)
    expect(isRunning(own)).toBe(true)
  })

  it.each([[{}], [{ pid: "7" }], [{ pid: 0, machine: "a", id: "b" }], [{ pid: 1.5, machine: "a", id: "b" }]])(
    "is not read from %j",
    (value) => expect(processIn(value)).toBeUndefined(),
  )

  it("is read without a time of its start, where none was written", () => {
    expect(processIn({ pid: 7, machine: "a", id: "b" })).toEqual(
      { pid: 7, machine: "a", namespace: undefined, started: "", id: "b" },
    )
  })
})

describe("whether a process runs", () => {
  it("is seen until it ends", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])
    onTestFinished(() => void child.kill("SIGKILL"))
    await once(child, "spawn")
    expect(isRunning(other(child.pid!))).toBe(true)
    child.kill("SIGKILL")
    await once(child, "exit")
    expect(isRunning(other(child.pid!))).toBe(false)
  })

  it.skipIf(!linux)("is distinguished from another that has its pid now", () => {
    expect(isRunning(other(process.ppid, { started: startedOf(process.ppid) }))).toBe(true)
    expect(isRunning(other(process.ppid, { started: "1" }))).toBe(false)
    expect(isRunning(other(process.pid, { started: "1" }))).toBe(false)
    expect(isThisProcess(other(process.pid, { started: "1" }))).toBe(false)
  })

  it.skipIf(!linux)("is seen of another thread of this process", async () => {
    const source = new URL("../src/processes.ts", import.meta.url).href
    const code =
      `import("${source}").then(({ thisProcess }) => require("worker_threads").parentPort.postMessage(thisProcess()))`
    const worker = new Worker(code, { eval: true })
    const [record] = await once(worker, "message") as [ProcessRecord]
    expect(record.id).not.toBe(thisProcess().id)
    expect(isThisProcess(record)).toBe(true)
    expect(isRunning(record)).toBe(true)
  })

  it("cannot be seen of another machine or another container", () => {
    expect(isRunning(other(process.ppid, { namespace: "another" }))).toBeUndefined()
    expect(isRunning(other(process.ppid, { namespace: "another", machine: "elsewhere" }))).toBeUndefined()
    expect(isOfThisMachine(other(1, { machine: "elsewhere" }))).toBe(false)
  })

  it("is left open for our own pid, where no start time says which process had it", () => {
    expect(isRunning(other(process.pid))).toBeUndefined()
  })
})
