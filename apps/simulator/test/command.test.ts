import { faults } from "@boltodds/simulator"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { WebSocket } from "ws"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const children: Array<ChildProcess> = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

interface Run {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Resolves when stderr holds a match. */
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>
  readonly ended: Promise<
    { readonly code: number | null; readonly signal: string | null }
  >
}

const run = (...args: ReadonlyArray<string>): Run => {
  const child = spawn(process.execPath, [
    "--conditions=@boltodds/source",
    main,
    ...args,
  ])
  children.push(child)
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }) as Awaited<Run["ended"]>)
  let [out, err] = ["", ""]
  const waiting = new Set<() => void>()
  child.stdout.on("data", (chunk) => out += String(chunk))
  child.stderr.on("data", (chunk) => {
    err += String(chunk)
    for (const waiter of waiting) waiter()
  })
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = err.match(pattern)
        if (match === null) return
        waiting.delete(look)
        resolve(match)
      }
      waiting.add(look)
      look()
      void ended.then(() => reject(new Error(`ended without saying ${pattern}: ${err}`)))
    })
  return { child, out: () => out, err: () => err, says, ended }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

const urlOf = async ({ says }: Run): Promise<string> => (await says(/WebSocket\s+(ws:\S+)\?key=/))[1]!

const messages = (
  url: string,
  count: number,
): Promise<ReadonlyArray<{ readonly action: string }>> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const received: Array<{ readonly action: string }> = []
    socket.on("error", reject)
    socket.on("message", (data) => {
      const value = JSON.parse(String(data)) as { readonly action: string }
      if (received.length === 0) {
        socket.send(JSON.stringify({ action: "subscribe", filters: {} }))
      }
      received.push(...(Array.isArray(value) ? value : [value]))
      if (received.length < count) return
      socket.terminate()
      resolve(received)
    })
  })

describe("boltodds-simulator", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "serves what it says it serves, until %s, then ends with 0",
    async (signal) => {
      const server = run("--port", "0", "--rate", "500", "--games", "6")
      const url = await urlOf(server)
      await server.says(
        /Serving a made-up feed, seed 1, 500 messages a second/,
      )
      await server.says(
        new RegExp(
          `BOLTODDS_URL=${url} BOLTODDS_API_KEY=any npx boltodds-pipe`,
        ),
      )
      const received = new Set(
        (await messages(`${url}?key=any`, 300)).map(({ action }) => action),
      )
      expect(received).toContain("initial_state")
      expect(received).toContain("line_update")
      const info = await fetch(
        `${url.replace("ws:", "http:")}/get_info?key=any`,
      )
      expect(info.status).toBe(200)
      await server.says(
        /client 1 says \{"action":"subscribe"[^]*client 1 left after \d+ frames of data/,
      )
      server.child.kill(signal)
      expect(await server.ended).toEqual({ code: 0, signal: null })
      expect(server.out()).toBe("")
    },
  )

  it("accepts only its key, and never shows it", async () => {
    const server = run("--port", "0", "--key", "very-secret", "--plan", "none")
    const url = await urlOf(server)
    await expect(messages(`${url}?key=other`, 1)).rejects.toThrow("401")
    expect((await messages(`${url}?key=very-secret`, 1))[0]).toEqual({
      action: "socket_connected",
    })
    server.child.kill("SIGTERM")
    await server.ended
    expect(server.err()).not.toContain("very-secret")
    expect(server.err()).toContain("?key=YOUR_KEY")
  })

  it("ends with 69 where the port is in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1")
    await once(taken, "listening")
    const { port } = taken.address() as AddressInfo
    const server = run("--port", String(port))
    expect((await server.ended).code).toBe(69)
    expect(server.err()).toBe(
      `boltodds-simulator: Cannot listen on 127.0.0.1:${port}: the port is in use; choose another one, or 0 for any that is free\n`,
    )
    taken.close()
  })

  it.each([
    [["--nonsense"], /nonsense[^]*Try boltodds-simulator --help/],
    [["--rate", "x"], /rate/],
    [["--rate", "60000"], /rate must be from 0 to 50000 messages a second/],
    [["--speed", "0", "--replay", "x"], /speed/],
    [["--ping", "soon"], /Cannot use --ping: expected a duration such as 500ms, 15s, 1m30s; got "soon"\./],
    [["--faults", "earthquake"], /there is no fault earthquake\. There are drop, abort, /],
    [["--faults", "mtue, drop evry=3s"], /did you mean mute\?[^]*drop has no evry; did you mean every\?/],
    [["--faults", "list mtue"], /did you mean mute\?/],
    [["--fault-seed", "x"], /fault-seed/],
    [["--scenario", "/does/not/exist.yaml"], /Cannot read the scenario \/does\/not\/exist\.yaml: ENOENT/],
    [["--sport", "Chess"], /knows no sport "Chess"/],
    [
      ["--replay", "/does/not/exist"],
      /Cannot replay \/does\/not\/exist: ENOENT/,
    ],
  ])("ends with 64 for %j, and says why on stderr", async (args, pattern) => {
    const server = run("--port", "0", ...args)
    expect((await server.ended).code).toBe(64)
    expect(server.err()).toMatch(pattern)
    expect(server.out()).toBe("")
  })

  it("misbehaves when asked to, several times over, and says in the end how often", async () => {
    const args = ["--faults", "refuse status=429 times=1", "--faults", "skew, abort every=200ms", "--fault-seed", "3"]
    const server = run("--port", "0", "--rate", "0", "--ping", "0s", ...args)
    const url = await urlOf(server)
    await server.says(/, with refuse status=429 times=1, skew, abort every=200ms/)
    await expect(messages(`${url}?key=any`, 1)).rejects.toThrow("429")
    const socket = new WebSocket(`${url}?key=any`)
    const [code] = await once(socket, "close")
    expect(code).toBe(1006)
    server.child.kill("SIGTERM")
    expect((await server.ended).code).toBe(0)
    expect(server.err()).toMatch(/Faults that struck: refuse 1, skew 1, abort \d+|Faults that struck: skew 1, /)
  })

  it("lists the faults, and what there is to know about one, on stdout", async () => {
    const list = run("--faults", "list")
    expect((await list.ended).code).toBe(0)
    for (const { name, about } of faults) expect(list.out()).toMatch(new RegExp(`^  ${name} +${escaped(about)}$`, "m"))
    const one = run("--faults", "list refuse")
    expect((await one.ended).code).toBe(0)
    expect(one.out()).toMatch(/^refuse: Dials[^]*A good client: Backs off[^]*^ {2}retry-after +the Retry-After header/m)
    expect(list.err() + one.err()).toBe("")
  })

  it("plays a scenario, tells its steps, and goes on", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-command-")), "short.yaml")
    writeFileSync(file, "about: a short one\nsteps:\n  - at: 50ms\n    fault: refuse\n    status: 418\n")
    const server = run("--port", "0", "--scenario", file)
    const url = await urlOf(server)
    await server.says(/Playing .*short\.yaml: a short one/)
    await server.says(/scenario: refuse status=418\nscenario: over/)
    await expect(messages(`${url}?key=any`, 1)).rejects.toThrow("418")
    server.child.kill("SIGINT")
    expect(await server.ended).toEqual({ code: 0, signal: null })
  })

  it("ends with 64 where its scenario fails", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-command-")), "failing.mjs")
    writeFileSync(file, "export default () => { throw new Error('out of ideas') }")
    const server = run("--port", "0", "--scenario", file)
    expect((await server.ended).code).toBe(64)
    expect(server.err()).toMatch(/boltodds-simulator: The scenario .*failing\.mjs failed: out of ideas/)
  })

  it("says nothing when quiet", async () => {
    const server = run("--port", "0", "--quiet", "--faults", "no-ack")
    server.child.kill("SIGTERM")
    await server.ended
    expect(server.err() + server.out()).toBe("")
  })

  it("teaches with --help, on stdout, and tells its version", async () => {
    const help = run("--help")
    expect((await help.ended).code).toBe(0)
    expect(help.out()).toMatch(
      /--replay FILE[^]*EXAMPLES[^]*boltodds-simulator --faults 'abort every=30s'/,
    )
    expect(help.err()).toBe("")
    const version = run("--version")
    expect((await version.ended).code).toBe(0)
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
