/** Whatever a receiver or a disk does: the first signal ends the command, in time and with the true exit code. */
import { startSimulator } from "@boltodds/simulator"
import { execFileSync } from "node:child_process"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { dice } from "../chaos/random.ts"
import { bundled, type PipeProcess } from "@boltodds/testing/PipeProcess"
import { feedKey, hookTo, pipelineIn, runPipeline, tempFolder } from "./pipelines.ts"

// More, at random moments: ENDINGS_RUNS=30 ENDINGS_SEED=1 vitest run apps/pipe/test/delivery/endings
const runs = Number(process.env["ENDINGS_RUNS"] ?? 0)
const seed = Number(process.env["ENDINGS_SEED"] ?? 1)
const patience = Number(process.env["BOLTODDS_PATIENCE"] ?? 1)

const drainMillis = 1_000
const stuck = fileURLToPath(new URL("../fixtures/stuckSink.ts", import.meta.url))

/** The plug-in imports packages from their source. */
const words = [process.execPath, "--conditions=@boltodds/source", bundled]

/** A server on this machine that does this to every connection; gives its URL. */
const serve = async (handle: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => sockets.delete(socket))
    handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`
}

const fifoIn = (folder: string, name: string): string => {
  const path = join(folder, name)
  execFileSync("mkfifo", [path])
  return path
}

interface Trouble {
  /** The sinks of the pipeline, and what else it needs. */
  readonly document: (folder: string) => Promise<object>
  readonly code: number
  /** Whether the command ends by itself. */
  readonly endsAlone?: true
  /** Whether nothing is received before the end. */
  readonly isMute?: true
  /** Whether anybody reads stdout. */
  readonly isUnread?: true
}

const hook = (handle: (socket: Socket) => void, profile = "realtime"): Trouble => ({
  document: async () => ({ sinks: { hook: { webhook: hookTo(await serve(handle), { profile }), emit: "changes" } } }),
  code: 75,
})
const plugIn = (options: (folder: string) => object, code: number): Trouble => ({
  document: async (folder) => ({
    plugins: [stuck],
    sinks: { stuck: { stuck: options(folder), emit: "changes" } },
  }),
  code,
})
const file = (name: string): Trouble => ({
  document: async (folder) => {
    fifoIn(folder, name)
    return { sinks: { archive: { file: { path: "odds.ndjson" }, emit: "changes" } } }
  },
  code: 74,
  endsAlone: true,
})

const troubles: Readonly<Record<string, Trouble>> = {
  "a receiver that accepts and never answers": hook(() => {}),
  "a receiver that never answers, before an outbox": hook(() => {}, "durable"),
  "a receiver that does not read": hook((socket) => socket.pause()),
  "a receiver that reads a little now and then": hook((socket) => {
    socket.pause()
    const timer = setInterval(() => socket.read(1), 100)
    socket.on("close", () => clearInterval(timer))
  }),
  "a receiver that sends headers for ever": hook((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n")
    const timer = setInterval(() => socket.write("x-more: 1\r\n"), 20)
    socket.on("close", () => clearInterval(timer))
  }),
  "a receiver that sends interim answers for ever": hook((socket) => {
    const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 20)
    socket.on("close", () => clearInterval(timer))
  }),
  "a receiver that hangs up at once": hook((socket) => void socket.resetAndDestroy()),
  "a file path that is a pipe": file("odds.ndjson"),
  "a pipe in the place of an unfinished file": file("odds.ndjson.part"),
  "stdout that nobody reads": {
    document: async () => ({ sinks: { screen: { stdout: {}, emit: "changes" } } }),
    code: 75,
    isUnread: true,
  },
  "a sink that never finishes writing": plugIn(() => ({ in: "write" }), 75),
  "a disk that never finishes writing": plugIn((folder) => ({ in: "write", fifo: fifoIn(folder, "disk") }), 75),
  "a sink that never opens": { ...plugIn(() => ({ in: "open" }), 74), isMute: true },
  "a disk that never opens": {
    ...plugIn((folder) => ({ in: "open", fifo: fifoIn(folder, "disk") }), 74),
    isMute: true,
  },
  "a sink that never closes": plugIn(() => ({ in: "close" }), 0),
}

/** Runs a pipeline in trouble and ends it with one signal, so long after it began to receive. */
const endingOf = async ({ document, endsAlone, isMute, isUnread }: Trouble, afterMillis: number) => {
  const server = await startSimulator({ key: feedKey, rate: 300, world: { games: 10, players: 1 } })
  const folder = tempFolder()
  const run = { drain_within: `${drainMillis}ms`, report: true }
  const path = pipelineIn(folder, { run, ...await document(folder) })
  const pipe: PipeProcess = runPipeline(path, server, { read: isUnread !== true, words })
  if (endsAlone === true) {
    const { code, stderr } = await pipe.ended
    await server.stop()
    return { code, stderr, millis: 0 }
  }
  const sign = isMute === true ? "the stuck sink opens" : "receiving from"
  await pipe.until(({ stderr }) => stderr.includes(sign))
  await new Promise((resolve) => setTimeout(resolve, afterMillis))
  const signalledAt = performance.now()
  pipe.kill("SIGTERM")
  // Not the end of its output: nobody may read that.
  const code = pipe.child.exitCode ?? await new Promise<number | null>((resolve) => pipe.child.on("exit", resolve))
  const millis = performance.now() - signalledAt
  await server.stop()
  return { code, stderr: pipe.stderr, millis }
}

const judge = (name: string, { code, stderr, millis }: Awaited<ReturnType<typeof endingOf>>): void => {
  expect([name, code], stderr).toEqual([name, troubles[name]!.code])
  expect(millis, `${name}: ${stderr}`).toBeLessThan((drainMillis + 2_000) * patience)
}

describe("one signal ends the command within its drain time and two seconds, with the true exit code", () => {
  for (const [name, trouble] of Object.entries(troubles)) {
    it(`before ${name}: ${trouble.code}`, async () => judge(name, await endingOf(trouble, 1_000)))
  }

  it.runIf(runs > 0)(`at ${runs} random moments (seed ${seed})`, { timeout: runs * 60_000 }, async () => {
    const { pick, below } = dice(seed)
    for (let nth = 0; nth < runs; nth++) {
      const name = pick(Object.keys(troubles))
      // Nothing waits yet at the very beginning: only what always waits is judged there.
      judge(name, await endingOf(troubles[name]!, 300 + below(3_000)))
    }
  })
})
