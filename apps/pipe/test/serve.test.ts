/** The command as a server: its clients hold the book of the feed, whatever happens upstream. */
import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { TestProcess } from "@boltodds/testing/TestProcess"
import { spawnSync } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { shown } from "./delivery/books.ts"

const key = "sk-serving-1234abcd"
const mark = '{"action":"mark"}'

const python = process.env["PYTHON"] ?? "python3"
// Where everything is checked it must be there; elsewhere a machine without Python still runs the other tests.
const skip = spawnSync(python, ["-c", "import websockets"]).status !== 0 && process.env["CI"] !== "true"

const simulator = async (): Promise<Simulator> => {
  const server = await startSimulator({ key, rate: 300, world: { games: 6 } })
  onTestFinished(() => server.stop())
  return server
}

/** The command, and the address that it serves at. */
const serve = async (
  { url }: Simulator,
  ...flags: ReadonlyArray<string>
): Promise<{ readonly pipe: PipeProcess; readonly at: string }> => {
  const env = { BOLTODDS_URL: url, BOLTODDS_API_KEY: key }
  const pipe = new PipeProcess(["serve", "--listen", "0", "--log-format", "json", ...flags], { env })
  onTestFinished(async () => void await pipe.stop("SIGKILL"))
  const address = /http:\/\/127\.0\.0\.1:\d+/
  await pipe.until(({ stderr }) => stderr.includes("receiving from") && address.test(stderr))
  return { pipe, at: address.exec(pipe.stderr)![0] }
}

const status = async (at: string): Promise<string> => {
  const health = (await (await fetch(`${at}/v1/health`)).json()) as { readonly status: string }
  return health.status
}

const snapshotOf = async (at: string, query = ""): Promise<Record<string, string>> => {
  const text = await (await fetch(`${at}/v1/book${query}`)).text()
  return shown(fold(emptyBook, text.trimEnd().split("\n").map((line) => JSON.parse(line) as Change | Control)))
}

const eventually = async <A>(get: () => Promise<A>, holds: (value: A) => boolean): Promise<A> => {
  for (;;) {
    const value = await get()
    if (holds(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe("serve", () => {
  it("answers with the book of the feed, also after a gap, and ends at a signal", async () => {
    const server = await simulator()
    const { pipe, at } = await serve(server)
    server.disconnect("abort")
    await eventually(() => status(at), (now) => now === "gap")
    await eventually(() => status(at), (now) => now === "live")
    server.pause()
    await server.drained()
    const size = Object.keys(server.book()).length
    expect(await eventually(() => snapshotOf(at), (prices) => Object.keys(prices).length === size)).toEqual(
      server.book(),
    )
    const dear = Object.entries(server.book()).filter(([, price]) => Number(price) >= 150)
    expect(await snapshotOf(at, "?where=odds%3E%3D150")).toEqual(Object.fromEntries(dear))
    const refused = await fetch(`${at}/v1/book?where=${encodeURIComponent('sport.matches("N.A")')}`)
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("it has a loop, a pattern")])
    const { code } = await pipe.stop()
    expect(code).toBe(0)
  })

  it.skipIf(skip)(
    "the vendor's Python client runs unchanged but for its address and key (skipped: install Python's websockets package)",
    async () => {
      const { at } = await serve(await simulator(), "--client-key", "ours")
      const client = fileURLToPath(new URL("../../../packages/simulator/test/vendor-client.py", import.meta.url))
      const { code, stdout, stderr } = await new TestProcess([
        python,
        client,
        `${at.replace("http", "ws")}/api?key=ours`,
      ], {
        env: {},
      }).ended
      expect([code, stderr]).toEqual([0, ""])
      expect(stdout.split("\n")[0]).toBe('{"action":"socket_connected"}')
      expect(stdout.split("\n").filter((line) => line.startsWith("initial_state "))).toHaveLength(2)
    },
  )

  it.skipIf(skip)(
    "the book of such a client is the feed's, after drops and clears upstream (skipped: install Python's websockets package)",
    async () => {
      const server = await simulator()
      const { pipe, at } = await serve(server, "--client-key", "ours")
      const script = fileURLToPath(new URL("fixtures/vendor-book.py", import.meta.url))
      const client = new TestProcess([python, script, `${at.replace("http", "ws")}/api?key=ours`], { env: {} })
      onTestFinished(async () => void await client.stop("SIGKILL"))
      await client.until(({ stdout }) => stdout.includes("line_update"))
      for (let drop = 1; drop <= 2; drop++) {
        const clears = client.stdout.split("book_clear").length
        server.disconnect("abort")
        // What is unverified is taken away, and each game comes back once it is verified.
        await client.until(({ stdout }) => stdout.split("book_clear").length > clears)
        await eventually(() => status(at), (now) => now === "live")
      }
      server.clear("betmgm")
      server.pause()
      await server.drained()
      server.pushFrame(mark)
      await client.until(({ stdout }) => /\{.*\}\n/.test(stdout))
      const prices = JSON.parse(/^\{.*\}$/m.exec(client.stdout)![0])
      expect(prices).toEqual(server.book())
      expect(Object.keys(prices).length).toBeGreaterThan(50)
      await pipe.stop()
    },
  )

  it("is in the manifest of a configuration, with every mistake at its place", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-serve-"))
    const check = async (...sinks: ReadonlyArray<string>) => {
      const file = join(folder, "pipeline.yaml")
      writeFileSync(file, ["version: 1", "source: { simulator: {} }", "sinks:", ...sinks, ""].join("\n"))
      const { code, stdout, stderr } = await runPipe(["check", file])
      return [code, stdout + stderr] as const
    }
    const [code, text] = await check("  web: { serve: { listen: 7880 } }")
    expect([code, text]).toEqual([0, expect.stringContaining("  listens   127.0.0.1:7880 (web)\n")])
    const [wrong, mistakes] = await check(
      "  web: { serve: { listen: 0.0.0.0:80, tls_cert: { env: CERT } }, control: false }",
      "  api: { serve: { client_keys: none, on_gap: keep }, emit: messages }",
    )
    expect(wrong).toBe(78)
    for (
      const part of [
        "Cannot listen on 0.0.0.0 without a token",
        "Cannot use `control: false` with `serve`",
        "Cannot serve the vendor's protocol from `emit: messages`",
      ]
    ) expect(mistakes).toContain(part)
  })

  it("says what does not fit together, in the words of its flags", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-serve-"))
    writeFileSync(join(folder, "keys"), "not a hash\n")
    const env = { BOLTODDS_API_KEY: key }
    const answerTo = async (...flags: ReadonlyArray<string>) => {
      const { code, stderr } = await runPipe(["serve", ...flags], { env })
      return [code, stderr.split("\n")[0]]
    }
    expect(await answerTo("--listen", "nowhere")).toEqual([
      64,
      'boltodds-pipe: Cannot listen there: expected a port, or an address with a port such as 127.0.0.1:7880 or [::1]:7880; got "nowhere": write `listen: 127.0.0.1:7880`',
    ])
    expect((await answerTo("--listen", "0.0.0.0:0"))[1]).toMatch(/Cannot listen on 0\.0\.0\.0 without a token/)
    expect((await answerTo("--client-keys", join(folder, "keys")))[1]).toMatch(/Cannot use line 1 of the client keys/)
    expect((await answerTo("--on-gap", "close"))[1]).toMatch(/Cannot use --on-gap: expected --client-keys FILE/)
  })
})
