import { faults } from "@boltodds/simulator"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { command } from "@boltodds/testing/PipeProcess"

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
  const [program, ...words] = command
  const child = spawn(program!, [...words, "simulate", ...args])
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

/** What the dial of a page gets: 101, or the status of a refusal. */
const dialFrom = (url: string, origin: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url}?key=any`, { origin })
    socket.on("open", () => {
      socket.terminate()
      resolve(101)
    })
    socket.on("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    socket.on("error", reject)
  })

describe("simulate", () => {
  it("refuses a web page of another site, says how to allow it, and accepts one that is allowed", async () => {
    const server = run("--port", "0", "--allow-host", "app.example", "--allow-host", "null", "--log-format", "human")
    const url = await urlOf(server)
    expect(await dialFrom(url, "https://evil.example")).toBe(403)
    await server.says(
      /refused with HTTP 403: a web page of evil\.example asked for it\. To allow it: --allow-host evil\.example/,
    )
    for (const origin of ["https://app.example", "null", "http://localhost:5173"]) {
      expect([origin, await dialFrom(url, origin)]).toEqual([origin, 101])
    }
    server.child.kill("SIGTERM")
    expect(await server.ended).toEqual({ code: 0, signal: null })
  })

  it.each(["SIGINT", "SIGTERM"] as const)(
    "serves what it says it serves, until %s, then ends with 0",
    async (signal) => {
      const server = run("--port", "0", "--rate", "500", "--games", "6", "--log-format", "human")
      const url = await urlOf(server)
      await server.says(
        /Serving a simulated feed, seed 1, 500 messages a second/,
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
      `boltodds-pipe: Cannot listen on 127.0.0.1:${port}: the port is in use; choose another one, or 0 for any that is free\n`,
    )
    taken.close()
  })

  it.each([
    [
      ["--rat", "5"],
      /Unknown flag --rat\. Did you mean --rate\?\nTry: boltodds-pipe simulate --help/,
    ],
    [["--rate", "x"], /Cannot use --rate: expected a number from 0 to 50000; got "x"/],
    [["--rate", "60000"], /Cannot use --rate: expected a number from 0 to 50000; got "60000"/],
    [["--port", "70000"], /Cannot use --port: expected a whole number from 0 to 65535; got "70000"/],
    [["--time-speed", "x"], /Cannot use --time-speed: expected a number above 0 and at most 100000; got "x"/],
    [["--time-speed", "0"], /Cannot use --time-speed: expected a number above 0 and at most 100000; got "0"/],
    [["--games", "0"], /Cannot use --games: expected a whole number from 1 on; got "0"/],
    [["--date", "2026-02-30"], /Cannot use --date: expected a day such as 2026-07-16; got "2026-02-30"/],
    [
      ["--plan", "pro"],
      /Cannot use --plan: expected one of Starter, Growth, Pro, none; got "pro"\. Did you mean "Pro"\?/,
    ],
    [["--speed", "0", "--replay", "x"], /Cannot use --speed: expected a number above 0, or max; got "0"/],
    [["--speed", "2"], /Cannot use --speed without --replay: nothing is replayed/],
    [
      ["--timeline", "--cut-after", "5", "--at-end", "close"],
      /Cannot use --timeline, --cut-after, --at-end without --replay/,
    ],
    [["--replay", "x", "--sport", "NBA"], /Cannot use --sport together with --replay: what is replayed is in the file/],
    [["--date", "2026-07-16", "--time-speed", "60"], /Cannot use --time-speed together with --date/],
    [["--fault-seed", "3"], /Cannot use --fault-seed without --faults/],
    [["--quiet", "--log-level", "info"], /Cannot use --log-level together with --quiet: leave one out/],
    [["--verbose", "--quiet"], /Cannot use --quiet together with --verbose: leave one out/],
    [["night.yaml"], /Cannot use the word "nigh…"/],
    [["--ping", "soon"], /Cannot use --ping: expected a duration such as 500ms, 15s, 1m30s; got "soon"/],
    [["--faults", "earthquake"], /Cannot use --faults: there is no fault earthquake\. There are drop, abort, /],
    [["--faults", "mtue, drop evry=3s"], /did you mean mute\?[^]*drop has no evry; did you mean every\?/],
    [
      ["--faults", "drop mute"],
      /Cannot use --faults: "drop mute" is not a list of faults: a comma is missing before mute/,
    ],
    [["--faults", "list mtue"], /did you mean mute\?/],
    [["--fault-seed", "x"], /fault-seed/],
    [["--sport", "Chess"], /Cannot use --sport: expected one of MLB, NBA, .*; got "Chess"/],
    [["--book", "draftking"], /Cannot use --sportsbook: .*Did you mean "draftkings"\?/],
  ])("ends with 64 for %j, and says why on stderr", async (args, pattern) => {
    const server = run(...args)
    expect((await server.ended).code).toBe(64)
    expect(server.err()).toMatch(pattern)
    expect(server.out()).toBe("")
  })

  it.each([
    [["--replay", "/does/not/exist"], 65, /Cannot replay \/does\/not\/exist: /],
    [
      ["--scenario", "/does/not/exist.yaml"],
      78,
      /Cannot read the scenario \/does\/not\/exist\.yaml: there is no such file\. Check its name\./,
    ],
  ])("ends for %j with %i, as every command does for a file like this", async (args, code, pattern) => {
    const server = run("--port", "0", ...args)
    expect((await server.ended).code).toBe(code)
    expect(server.err()).toMatch(pattern)
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
    expect(server.err()).toMatch(/Faults that occurred: refuse 1, skew 1, abort \d+|Faults that occurred: skew 1, /)
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

  it("plays a scenario, logs its steps, and goes on", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-command-")), "short.yaml")
    writeFileSync(file, "about: a short one\nsteps:\n  - at: 50ms\n    fault: refuse\n    status: 418\n")
    const server = run("--port", "0", "--scenario", file)
    const url = await urlOf(server)
    await server.says(/Playing .*short\.yaml: a short one/)
    await server.says(/scenario: refuse status=418[^]*scenario: over/)
    await expect(messages(`${url}?key=any`, 1)).rejects.toThrow("418")
    server.child.kill("SIGINT")
    expect(await server.ended).toEqual({ code: 0, signal: null })
  })

  it("ends with 78 where its scenario fails", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "boltodds-command-")), "failing.mjs")
    writeFileSync(file, "export default () => { throw new Error('out of ideas') }")
    const server = run("--port", "0", "--scenario", file)
    expect((await server.ended).code).toBe(78)
    expect(server.err()).toMatch(/boltodds-pipe: The scenario .*failing\.mjs failed: out of ideas/)
  })

  it("says nothing when quiet", async () => {
    const server = run("--port", "0", "--quiet", "--faults", "no-ack")
    server.child.kill("SIGTERM")
    await server.ended
    expect(server.err() + server.out()).toBe("")
  })

  it("logs as every command does: JSON away from a terminal, a level, a version of one letter", async () => {
    const server = run("--port", "0")
    const url = await urlOf(server)
    server.child.kill("SIGTERM")
    await server.ended
    const lines = server.err().trim().split("\n").map((line) => JSON.parse(line) as { level: string; message: string })
    expect(lines[0]).toMatchObject({
      level: "info",
      message: "Serving a simulated feed, seed 1, 100 messages a second",
    })
    expect(lines.map(({ message }) => message)).toContain(`WebSocket ${url}?key=any`)
    const version = run("-V")
    expect((await version.ended).code).toBe(0)
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
