import { BookFold, FeedUnavailable, follow, type Following, isLive, KeyUnavailable, type StreamRecord } from "boltodds"
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { startLocalServer } from "@boltodds/testing/LocalServer"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"

let simulator: Simulator

beforeEach(() => {
  // What processes of one machine share, such as the allowance of dials, is of one test here.
  vi.stubEnv("XDG_STATE_HOME", temporaryFolder())
  vi.stubEnv("XDG_CACHE_HOME", temporaryFolder())
})
beforeAll(async () => {
  simulator = await startSimulator({ rate: 200, world: { games: 6 } })
})
afterAll(async () => {
  await simulator.stop()
  vi.unstubAllEnvs()
})
afterEach(() => vi.restoreAllMocks())

const ofSimulator = (more: Parameters<typeof follow>[0] = {}): Following =>
  follow({ url: simulator.url, key: simulator.key, ...more })

/** A server that sends these frames after the subscription. */
const scripted = (...frames: ReadonlyArray<string>) =>
  startLocalServer({
    connection: (socket) => {
      socket.send('{"action":"socket_connected","plan":"Pro"}')
      socket.once("message", () => frames.forEach((frame) => socket.send(frame)))
    },
    request: (_, response) => response.end('{"sports":["MLB"],"sportsbooks":["betmgm"]}'),
  })

const message = (action: string, odds: string): string =>
  `{"action":"${action}","data":{"sport":"MLB","sportsbook":"betmgm","game":"A vs B","outcomes":{"A":{"odds":"${odds}"}}}}`

describe("follow", () => {
  it("gives prices that may be acted on; leaving the loop closes the connection", async () => {
    const feed = ofSimulator({ filters: { markets: ["Moneyline"] } })
    let acted = 0
    for await (const record of feed) {
      if (!feed.isActionable(record)) continue
      expect(record.market).toBe("Moneyline")
      expect(record.odds).toBe(feed.line(record)?.odds)
      expect(feed.game(record.sportsbook, record.game)?.lines.has(record.outcome)).toBe(true)
      acted += 1
      if (acted === 20) break
    }
    expect(acted).toBe(20)
    await simulator.waitFor(({ open }) => open === 0)
  })

  it("folds to the book that it knows, at every record that ends a group", async () => {
    const feed = ofSimulator()
    const folding = new BookFold()
    let compared = 0
    for await (const record of feed) {
      folding.add([record])
      if (record.last !== true || compared++ % 50 !== 0) continue
      const { games } = feed.book()
      expect([...folding.book.games.keys()].sort()).toEqual([...games.keys()].sort())
      for (const [id, game] of folding.book.games) expect(games.get(id)).toEqual(game)
      if (compared > 200) break
    }
    expect(compared).toBeGreaterThan(200)
  })

  it("after a cut nothing may be acted on until it is verified again", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {})
    const own = await startSimulator({ rate: 200, world: { games: 3 } })
    const feed = follow({ url: own.url, key: own.key })
    const lines: Array<StreamRecord> = []
    let isCut = false
    let inGap = 0
    for await (const record of feed) {
      if (feed.isActionable(record)) lines.push(record)
      if (!isCut && lines.length > 50) {
        isCut = true
        own.disconnect("abort")
      }
      if ("control" in record && record.control === "gap_opened") {
        inGap = lines.length
        for (const line of lines) expect(feed.isActionable(line)).toBe(false)
        expect(feed.whyNotActionable(lines[0] as never)).toBe("disconnected")
      }
      if ("control" in record && record.control === "game_verified" && isCut) break
    }
    expect(inGap).toBeGreaterThan(50)
    expect(lines.some((line) => feed.whyNotActionable(line as never) === undefined)).toBe(false)
    await own.stop()
  })

  it("a price that the same frame replaces may not be acted on: it is superseded", async () => {
    const server = await scripted(
      message("initial_state", "-110"),
      `[${message("line_update", "-120")},${message("line_update", "-130")}]`,
    )
    const feed = follow({ url: server.url, key: "any" })
    const seen: Array<unknown> = []
    for await (const record of feed) {
      if (!("change" in record) || record.change !== "line_moved") continue
      seen.push([record.odds, feed.whyNotActionable(record), feed.isActionable(record)])
      if (seen.length === 2) break
    }
    expect(seen).toEqual([[-120, "superseded", false], [-130, undefined, true]])
    await server.stop()
  })

  it("a reader that takes its time finds the line silent, although no event has said so", async () => {
    const server = await scripted(message("initial_state", "-110"))
    const feed = follow({ url: server.url, key: "any" })
    for await (const record of feed) {
      if (!("change" in record) || record.change !== "line_opened") continue
      expect(feed.isActionable(record)).toBe(true)
      const clock = vi.spyOn(performance, "now")
      const before = performance.now()
      clock.mockImplementation(() => before + 26_000)
      expect(feed.whyNotActionable(record)).toBe("silent")
      clock.mockRestore()
      // The same where the machine slept, which only the other clock knows.
      const wall = Date.now()
      vi.spyOn(Date, "now").mockImplementation(() => wall + 3_600_000)
      expect(feed.whyNotActionable(record)).toBe("stale")
      vi.restoreAllMocks()
      break
    }
    await server.stop()
  })

  it("an aborted signal ends the loop with stream_stopped, also where nothing comes", async () => {
    const server = await scripted(message("initial_state", "-110"))
    const controller = new AbortController()
    const feed = follow({ url: server.url, key: "any", signal: controller.signal })
    const kinds: Array<string> = []
    for await (const record of feed) {
      kinds.push("control" in record ? record.control : record.change)
      if (kinds.at(-1) === "line_opened") setTimeout(() => controller.abort(), 50)
    }
    expect(kinds.at(-1)).toBe("stream_stopped")
    const book = feed.book()
    for (const game of book.games.values()) {
      for (const line of game.lines.values()) expect(isLive(book, game, line)).toBe(false)
    }
    const never = follow({ url: server.url, key: "any", signal: controller.signal })
    for await (const record of never) throw new Error(`it has begun: ${JSON.stringify(record)}`)
    await server.stop()
  })

  it("says on the console that there is no connection, and throws where attempts are limited", async () => {
    const server = await scripted()
    await server.stop()
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    const loop = async (): Promise<void> => {
      for await (const _ of follow({ url: server.url, key: "any", maxAttempts: 2 }));
    }
    await expect(loop()).rejects.toBeInstanceOf(FeedUnavailable)
    expect(warn.mock.calls.map(([text]) => String(text)).join("\n")).toContain("no connection to 127.0.0.1")
  })

  it("throws where there is no key", async () => {
    vi.stubEnv("BOLTODDS_API_KEY", undefined)
    const loop = async (): Promise<void> => {
      for await (const record of follow({ url: simulator.url })) void record
    }
    await expect(loop()).rejects.toBeInstanceOf(KeyUnavailable)
  })

  it("refuses options and filters that do not exist, at once, and a second loop", async () => {
    expect(() => follow({ filters: { sport: ["MLB"] } } as never)).toThrow('Unknown filter "sport"')
    expect(() => follow({ sports: ["MLB"] } as never)).toThrow('Unknown option "sports"')
    expect(() => follow({ url: "http://x" })).toThrow()
    const feed = ofSimulator()
    for await (const _ of feed) break
    await expect(feed[Symbol.asyncIterator]().next()).rejects.toThrow("call follow() for each loop")
  })

  it("does not read the feed while the loop is busy", async () => {
    const frame = JSON.stringify({ action: "filler", text: "x".repeat(64 * 1024) })
    let sent = 0
    const server = await startLocalServer({
      connection: (socket) => {
        socket.send('{"action":"socket_connected"}')
        const send = (): void => {
          if (socket.readyState === socket.OPEN) {
            socket.send(frame, () => {
              sent += 1
              setImmediate(send)
            })
          }
        }
        socket.once("message", send)
      },
    })
    const feed = follow({ url: server.url, key: "any", onWarning: false })
    for await (const record of feed) {
      if (!("control" in record) || record.control !== "quarantined" && sent < 10) continue
      // Until what lies between them is full.
      let before = -1
      while (before !== sent) {
        before = sent
        await sleep(250)
      }
      expect(sent * frame.length).toBeLessThan(64 * 1024 * 1024)
      break
    }
    expect(sent).toBeGreaterThan(0)
    await server.stop()
  })
})
