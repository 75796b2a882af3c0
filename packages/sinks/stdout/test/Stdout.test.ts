import { describe, expect, it } from "@effect/vitest"
import { laws } from "@boltodds/lane"
import { makeRecord, type SinkError } from "@boltodds/sink"
import { stdout } from "@boltodds/sink-stdout"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Writable } from "node:stream"
import { fileURLToPath } from "node:url"

const fixture = fileURLToPath(new URL("fixtures/write.ts", import.meta.url))

interface Told {
  readonly end: string
  readonly waits: number
  readonly turns: number
  readonly counts: Record<string, number>
}

/** Runs the fixture; `shell` may pipe it into a reader. */
const start = (lines: number, width: number, options: { readonly within?: number; readonly shell?: string } = {}) => {
  const args = ["--conditions=@boltodds/source", fixture, lines, width, options.within ?? 10_000].map(String)
  const child = options.shell === undefined
    ? spawn(process.execPath, args)
    : spawn("bash", ["-c", `set -o pipefail; "$0" "$@" ${options.shell}`, process.execPath, ...args])
  let told = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => told += text)
  const exited = once(child, "close").then(([code]) => code as number)
  const report = (): Told => JSON.parse(told.trim().split("\n").at(-1)!)
  const full = async (): Promise<void> => {
    while (!told.includes("full\n")) await once(child.stderr, "data")
  }
  return { child, exited, report, full, told: () => told }
}

const textOf = async (readable: NodeJS.ReadableStream): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of readable) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

const expectLines = (text: string, count: number): void => {
  const lines = text.split("\n")
  expect(lines.pop()).toBe("")
  expect(lines.length).toBe(count)
  expect(lines.every((line, index) => JSON.parse(line).n === index + 1)).toBe(true)
}

describe("standard output", () => {
  it("writes everything to the last byte before the process exits", async () => {
    const run = start(20_000, 200)
    const text = await textOf(run.child.stdout)
    expect(await run.exited).toBe(0)
    expectLines(text, 20_000)
    expect(run.report().counts).toMatchObject({ in: 20_000, delivered: 20_000, pending: 0, dropped: 0 })
  })

  it("writes the same into a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "boltodds-stdout-"))
    const file = join(folder, "out.ndjson")
    const run = start(5_000, 20, { shell: `> ${file}` })
    expect(await run.exited).toBe(0)
    expectLines(await readFile(file, "utf8"), 5_000)
    await rm(folder, { recursive: true })
  })

  it("ends quietly when its reader has seen enough", async () => {
    const run = start(1_000_000, 100, { shell: "| head -n 3" })
    expectLines(await textOf(run.child.stdout), 3)
    expect(await run.exited).toBe(0)
    const { end, counts } = run.report()
    expect(end).toBe("Ended")
    expect(counts["pending"]).toBe(0)
    expect(counts["in"]).toBe(counts["delivered"]! + counts["dropped"]!)
    expect(run.told()).not.toMatch(/EPIPE|Error/)
  })

  it("ends quietly when nobody reads from the beginning", async () => {
    const run = start(10_000, 100)
    run.child.stdout.destroy()
    expect(await run.exited).toBe(0)
    expect(run.report().end).toBe("Ended")
    expect(run.told()).not.toMatch(/EPIPE|Error/)
  })

  it("waits for a slow reader with bounded memory, and loses nothing", async () => {
    const run = start(20_000, 200)
    // Nothing is read until the lane has filled up and said so.
    await run.full()
    expectLines(await textOf(run.child.stdout), 20_000)
    expect(await run.exited).toBe(0)
    expect(run.report().waits).toBeGreaterThan(0)
    expect(run.report().counts).toMatchObject({ delivered: 20_000, dropped: 0, pending: 0 })
  })

  it("says what it could not deliver when the reader stops reading, and stays awake meanwhile", async () => {
    const run = start(400, 2_000, { within: 300 })
    while (!run.told().includes('"end"')) await once(run.child.stderr, "data")
    const { turns, counts } = run.report()
    run.child.kill("SIGKILL")
    expect(turns).toBeGreaterThan(10)
    expect(counts).toMatchObject({ in: 400, delivered: 0, pending: 400, dropped: 0 })
  })

  it.effect("stops for good where half a line may have been written", () =>
    Effect.scoped(Effect.gen(function* () {
      const stream = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error("disk full"), { code: "ENOSPC" })),
      })
      const sink = yield* stdout({ stream })
      const form = { encode: JSON.stringify }
      const envelope = makeRecord({ seq: 1, at: 0, session: "s", epoch: 1, last: true }, 1, form)
      const error: SinkError = yield* Effect.flip(sink.write({ id: "1", attempt: 1, envelopes: [envelope] }))
      expect(error.rest).toBe("disable")
      expect(error.message).toBe("Cannot deliver (disable): disk full")
    })))

  for (const law of laws) {
    it(`as a sink: ${law.name}`, () => {
      let text = ""
      const stream = new Writable({
        decodeStrings: false,
        write: (chunk: string, _encoding, done) => {
          text += chunk
          setImmediate(done)
        },
      })
      return law.run({ sink: stdout({ stream }), received: () => text === "" ? [] : text.slice(0, -1).split("\n") })
    })
  }
})
