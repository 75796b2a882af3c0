/** A feed, a process that serves it, and workers that read from that: on Node and on Deno, the server killed in between. */
import { type Book, type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { bundled, PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { waitLimit } from "@boltodds/testing/TestProcess"
import { freePort } from "@boltodds/testing/StoreServer"
import { spawnSync } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { describe, expect, it, onTestFinished } from "vitest"
import { shown } from "./delivery/books.ts"

const key = "sk-served-4e5f6a7b"

// The npm package's `deno` is a wrapper that keeps signals for itself.
const deno = spawnSync("deno", ["eval", "console.log(Deno.execPath())"], { encoding: "utf8" }).stdout.trim()
const onDeno = [deno, "run", "--quiet", "--allow-all", bundled]

/** The book of a worker, as it is written. */
class Worker {
  readonly pipe: PipeProcess
  #book: Book = emptyBook
  #read = 0

  constructor(file: string, words?: ReadonlyArray<string>) {
    this.pipe = new PipeProcess(["run", file], words === undefined ? {} : { words })
    onTestFinished(async () => void await this.pipe.stop("SIGKILL"))
  }

  get book(): Book {
    const text = this.pipe.stdout
    const end = text.lastIndexOf("\n") + 1
    const lines = text.slice(this.#read, end).split("\n").slice(0, -1)
    this.#read = end
    this.#book = fold(this.#book, lines.map((line) => JSON.parse(line) as Change | Control))
    return this.#book
  }

  has(kind: string): boolean {
    return this.pipe.stdout.includes(`"control":"${kind}"`)
  }
}

const until = async (what: string, holds: () => boolean): Promise<void> => {
  const end = performance.now() + waitLimit()
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`)
    await sleep(20)
  }
}

describe("source: serve", () => {
  it("gives workers the book of the feed, while the server between them is killed and started again", async () => {
    const simulator = await startSimulator({ key, rate: 200, world: { games: 5 } })
    onTestFinished(() => simulator.stop())
    const port = await freePort()
    const serve = () => {
      const env = { BOLTODDS_URL: simulator.url, BOLTODDS_API_KEY: key }
      const pipe = new PipeProcess(["serve", "--listen", String(port), "--log-format", "json"], { env })
      onTestFinished(async () => void await pipe.stop("SIGKILL"))
      return pipe
    }
    const first = serve()
    await first.until(({ stderr }) => stderr.includes("receiving from"))
    const source = `source: { serve: { url: "http://127.0.0.1:${port}" } }`
    const plain = new PipelineFolder(source, "sinks: { out: { stdout: {}, emit: changes } }")
    const workers = [new Worker(plain.file), ...deno === "" ? [] : [new Worker(plain.file, onDeno)]]
    const isExact = (): boolean => workers.every(({ book }) => isDeepStrictEqual(shown(book), simulator.book()))
    for (const worker of workers) await worker.pipe.until(() => worker.has("synced"))
    await first.stop("SIGKILL")
    for (const worker of workers) await worker.pipe.until(() => worker.has("stale"))
    for (const { book } of workers) expect(shown(book)).toEqual({})
    simulator.disconnect("abort")
    const second = serve()
    await second.until(({ stderr }) => stderr.includes("receiving from"))
    // Another run: the whole book again.
    for (const { pipe } of workers) await pipe.until(({ stdout }) => stdout.split('"control":"synced"').length > 2)
    simulator.pause()
    await until("the workers have the book of the feed", isExact)
    simulator.resume()
    await second.stop()
    // The server says that it ends: nothing is live.
    for (const worker of workers) await worker.pipe.until(() => worker.has("stream_stopped"))
    for (const worker of workers) {
      expect(shown(worker.book)).toEqual({})
      const { code, stderr } = await worker.pipe.stop()
      expect(code, stderr).toBe(0)
      expect(stderr).toContain("Cannot read the server: ")
    }
  })

  it("is tried by check --connect, with what is wrong", async () => {
    const simulator = await startSimulator({ key, rate: 20, world: { games: 2 } })
    onTestFinished(() => simulator.stop())
    const env = { BOLTODDS_URL: simulator.url, BOLTODDS_API_KEY: key }
    const serve = new PipeProcess(["serve", "--listen", "0", "--log-format", "json"], { env })
    onTestFinished(async () => void await serve.stop("SIGKILL"))
    const address = /http:\/\/127\.0\.0\.1:\d+/
    await serve.until(({ stderr }) => address.test(stderr) && stderr.includes("receiving from"))
    const url = address.exec(serve.stderr)![0]
    const check = async (options: string): Promise<readonly [number | null, string]> => {
      const folder = new PipelineFolder(`source: { serve: { ${options} } }`, "sinks: { out: { stdout: {} } }")
      const { code, stdout, stderr } = await runPipe(["check", folder.file, "--connect"])
      return [code, stdout + stderr]
    }
    expect(await check(`url: "${url}"`)).toEqual([0, expect.stringContaining(`${new URL(url).host} serves changes`)])
    const [mistake, said] = await check(`url: "${url}", where: "odds >"`)
    expect(mistake, said).toBe(78)
    const [away] = await check('url: "http://127.0.0.1:1"')
    expect(away).toBe(69)
    const [bad, text] = await check('url: "http://odds.example:7880"')
    expect([bad, text]).toEqual([78, expect.stringContaining("http:// to odds.example can be read on the way")])
    expect((await check('url: "ws://127.0.0.1:7880"'))[1]).toContain("it begins with ws://")
  })
})
