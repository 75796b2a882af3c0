/** The whole command against a server that misbehaves: what its reader holds in the end is the server's book. */
import { type Change, type Control, emptyBook, fold, gameId } from "@boltodds/protocol"
import { garbage, garbageFrames, type Simulator, startSimulator } from "@boltodds/simulator"
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { PipeProcess, recordsOf } from "@boltodds/testing/PipeProcess"
import { bookOf, shown } from "./delivery/books.ts"

const key = "sk-healing-1234abcd"
const envOf = ({ url }: Simulator) => ({ BOLTODDS_URL: url, BOLTODDS_API_KEY: key })
const linesOf = (stdout: string) => recordsOf(stdout) as unknown as ReadonlyArray<Change | Control>

/** Without a last line that is still being written. */
const wholeLines = (stdout: string): string => stdout.slice(0, stdout.lastIndexOf("\n") + 1)

/** Stops the world, and waits until the reader has the last frame of the server. */
const settle = async (server: Simulator, pipe: PipeProcess): Promise<void> => {
  server.pause()
  await server.drained()
  const end = pipe.next("{ the end")
  server.pushFrame("{ the end")
  await end
}

const controlsOf = (lines: ReadonlyArray<Change | Control>) => lines.flatMap((line) => "control" in line ? [line] : [])

describe.concurrent("the book heals", () => {
  it("garbage of every kind between good frames shows no wrong price, and the next connection makes all whole", async () => {
    const server = await startSimulator({ key, rate: 400, world: { games: 6 } })
    const calm = server.behave(garbage(2))
    const pipe = new PipeProcess(["--emit", "changes"], { env: envOf(server) })
    const frames = garbageFrames.length * 6
    await server.waitFor((stats) => stats.framesSent > frames)
    calm()
    server.pause()
    await server.drained()
    // What could not be read at all may have been about anything: what is still shown is right.
    const truth = server.book()
    const isKnown = (prices: Record<string, string>): boolean =>
      Object.entries(prices).every(([line, price]) => truth[line] === price)
    await pipe.until(({ stdout }) => isKnown(shown(fold(emptyBook, linesOf(wholeLines(stdout))))))
    expect(server.stats().accepted).toBe(1)
    server.disconnect("abort")
    await pipe.until(({ stdout }) => stdout.includes('"control":"gap_closed"'))
    pipe.kill("SIGTERM")
    const { code, stdout } = await pipe.ended
    expect(code).toBe(0)
    const lines = linesOf(stdout)
    // The last word of a run is that nothing is live any more.
    expect(shown(bookOf(lines))).toEqual(
      server.book(),
    )
    const quarantined = controlsOf(lines).filter(({ control }) => control === "quarantined")
    expect(quarantined.length).toBeGreaterThan(10)
    await server.stop()
  })

  it("one unreadable price among many suspends that line alone", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 3 } })
    const pipe = new PipeProcess(["--emit", "changes"], { env: envOf(server) })
    await pipe.until(({ stdout }) => stdout.includes("line_opened"))
    await server.drained()
    const before = server.book()
    const spoilt = server.spoil("1.91")
    await settle(server, pipe)
    pipe.kill("SIGTERM")
    const lines = linesOf((await pipe.ended).stdout)
    const { [spoilt]: _gone, ...others } = before
    expect(shown(bookOf(lines))).toEqual(others)
    const told = lines.filter((line) => "cause" in line && line.cause === "unreadable")
    const [sportsbook, game, outcome] = spoilt.split("|")
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ change: "line_suspended", sportsbook, game, outcome, odds: null })
    expect(fold(emptyBook, lines).games.get(gameId(sportsbook!, game!))!.lines.get(outcome!)!.odds).toBeNull()
    await server.stop()
  })

  it("a reader that stopped until we hung up finds the gap in the stream, and the book exact after it", async () => {
    const server = await startSimulator({ key, rate: 3_000, world: { games: 8 } })
    const pipe = new PipeProcess(["--emit", "changes"], { env: envOf(server), read: false })
    // Nobody reads: the pipe fills, then the lane, then the session's buffer; we stop reading the feed, and hang up.
    await pipe.until(({ stderr }) => stderr.includes("dialing again when it reads on"))
    // As fast as before, a busy machine might never catch up.
    server.setRate(50)
    const memory = Number(/VmHWM:\s+(\d+)/.exec(readStatus(pipe.child.pid!))?.[1] ?? 0) / 1024
    const healed = pipe.next('"control":"gap_closed"')
    pipe.read()
    await healed
    await settle(server, pipe)
    pipe.kill("SIGTERM")
    expect((await pipe.ended).code).toBe(0)
    const lines = linesOf(pipe.stdout)
    const told = controlsOf(lines)
    expect(told.some((record) => record.control === "stale" && record.reason === "paused")).toBe(true)
    expect(told.some((record) => record.control === "gap_opened" && record.reason === "slow_reader")).toBe(true)
    expect(told.some((record) => record.control === "dropped")).toBe(false)
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1))
    expect(shown(bookOf(lines))).toEqual(
      server.book(),
    )
    expect(memory, "bounded while blocked, in MB").toBeLessThan(400)
    await server.stop()
  })
})

/** The status of a process in the kernel, on Linux; elsewhere nothing, and memory is not judged. */
const readStatus = (pid: number): string =>
  existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : ""
