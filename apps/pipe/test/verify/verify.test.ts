/** `verify` through the whole command, against a simulator with planted differences. */
import { type DataMessage, decodeFrame, type FeedMessage } from "@boltodds/protocol"
import { type Behavior, type Simulator, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import type { VerifyReport } from "../../src/commands/verify/VerifyReport.ts"
import { type Ended, PipeProcess } from "@boltodds/testing/PipeProcess"

const key = "sk-verify-0a1b2c3d"

const start = (server: Simulator, ...flags: ReadonlyArray<string>): PipeProcess =>
  new PipeProcess(["verify", "--json", ...flags], { env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key } })

const reportOf = ({ stdout }: Ended): VerifyReport => JSON.parse(stdout)

/** `kind sportsbook|game|outcome held -> fresh`, sorted. */
const found = ({ examples }: VerifyReport): ReadonlyArray<string> =>
  examples.map(({ kind, sportsbook, game, outcome, held, fresh }) =>
    `${kind} ${sportsbook}|${game}|${outcome} ${held} -> ${fresh}`
  ).sort()

/** Once the first connection has its snapshot. */
const hasSnapshot = async (server: Simulator): Promise<void> => {
  await server.waitFor(({ subscribed }) => subscribed === 1)
  await server.drained()
}

const aLine = (
  server: Simulator,
  market: string,
  nth = 0,
): { readonly data: DataMessage["data"]; readonly key: string } => {
  const lines = server.snapshot().flatMap(({ data }) =>
    Object.entries(data.outcomes).flatMap(([key, outcome]) =>
      outcome.outcome_name === market && typeof outcome.odds === "string" ? [{ data, key }] : []
    )
  )
  return lines[nth]!
}

/** A line update that only one connection gets: from there on it holds what the server does not. */
const plant = (server: Simulator, { data, key }: ReturnType<typeof aLine>, odds: string | null): void => {
  const outcome = { ...data.outcomes[key]!, odds }
  const message: FeedMessage = {
    timestamp: new Date().toISOString(),
    action: "line_update",
    data: { ...data, outcomes: { [key]: outcome } },
  }
  server.push([message], { connection: 1, track: false })
}

const signed = (odds: unknown): string => String(odds)

describe.concurrent("verify", () => {
  it("finds nothing in a living world, over two connections and over one", async () => {
    const server = await startSimulator({ key, rate: 300, world: { games: 6 } })
    for (const connections of ["2", "1"]) {
      const ended = await start(server, "--for", "2s", "--connections", connections).ended
      expect(ended.code, ended.stderr + ended.stdout).toBe(0)
      expect(reportOf(ended)).toMatchObject({ comparisons: 1, differences: 0, sportsbooks: [], inconclusive: [] })
      expect(reportOf(ended).lines).toBeGreaterThan(500)
    }
    await server.stop()
  })

  it("finds the planted differences and no others, by sportsbook and kind", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 5 } })
    const pipe = start(server, "--for", "1s")
    await hasSnapshot(server)
    const [moved, suspended] = [aLine(server, "Moneyline"), aLine(server, "Moneyline", 3)]
    plant(server, moved, "+999")
    plant(server, suspended, null)
    const gone = server.snapshot().findLast(({ data }) => data.game !== moved.data.game)!.data
    const removed = { ...gone, outcomes: {} }
    server.push([{ timestamp: new Date().toISOString(), action: "game_removed", data: removed }], {
      connection: 1,
      track: false,
    })
    const ended = await pipe.ended
    expect(ended.code, ended.stderr).toBe(76)
    const report = reportOf(ended)
    expect(found(report)).toEqual([
      `price ${moved.data.sportsbook}|${moved.data.game}|${moved.key} +999 -> ${
        signed(moved.data.outcomes[moved.key]!.odds)
      }`,
      `priced ${suspended.data.sportsbook}|${suspended.data.game}|${suspended.key} suspended -> ${
        signed(suspended.data.outcomes[suspended.key]!.odds)
      }`,
      `game_missing ${gone.sportsbook}|${gone.game}|null null -> ${Object.keys(gone.outcomes).length} lines`,
    ].sort())
    expect(report).toMatchObject({ comparisons: 1, differences: 3, races: 0, unclaimed: 0 })
    expect(report.sportsbooks.reduce((sum, { kinds }) => sum + (kinds.price ?? 0), 0)).toBe(1)
    await server.stop()
  })

  it.each(["1", "2"])(
    "finds every line whose last update was left out in silence, over %s connections",
    async (connections) => {
      const server = await startSimulator({ key, rate: 0, frames: "objects", world: { games: 5 } })
      // What the first connection was sent, as the plainest client holds it: `sportsbook|game|outcome` to the odds.
      const sent = new Map<string, string>()
      let frames = 0
      const omitting: Behavior = {
        name: "leave out every fifth update of the first connection",
        frame: (wire, frame) => {
          if (wire.id !== 1 || frame.kind !== "stream") return undefined
          const messages = decodeFrame(frame.data).flatMap((item) => item._tag === "Message" ? [item.message] : [])
          // Other messages are left alone: this is about prices.
          if (messages.every(({ action }) => action === "line_update") && frames++ % 5 === 0) return []
          for (const message of messages) take(sent, message)
          return undefined
        },
      }
      const pipe = start(server, "--for", "1s", "--connections", connections)
      await hasSnapshot(server)
      for (const message of server.snapshot()) take(sent, message)
      server.behave(omitting)
      // Prices only: a game that comes back would say everything about it again.
      for (let turn = 0; turn < 40; turn++) server.step(5)
      await server.drained()
      // A last message of each sportsbook without a change, so that nothing counts as newer than what was received.
      for (const { data } of server.snapshot()) {
        server.push([{
          timestamp: new Date(Date.now() + 60_000).toISOString(),
          action: "line_update",
          data: { ...data, outcomes: {} },
        }], {
          connection: 1,
          track: false,
        })
      }
      const truth = new Map<string, string>()
      for (const message of server.snapshot()) take(truth, message)
      const expected = [...truth].filter(([line, odds]) => sent.has(line) && sent.get(line) !== odds).map(([line]) =>
        line
      )
      const ended = await pipe.ended
      expect(ended.code, ended.stderr).toBe(76)
      const report = reportOf(ended)
      expect(expected.length).toBeGreaterThan(3)
      expect(report.differences).toBe(expected.length)
      const lines = report.examples.map(({ sportsbook, game, outcome }) => `${sportsbook}|${game}|${outcome}`)
      for (const line of lines) expect(expected).toContain(line)
      await server.stop()
    },
  )

  it("reports no change that has the time of the last message received, over one connection", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 3 } })
    const pipe = start(server, "--for", "1s", "--connections", "1")
    await hasSnapshot(server)
    const [first] = server.snapshot()
    const other = server.snapshot().find(({ data }) =>
      data.sportsbook === first!.data.sportsbook && data.game !== first!.data.game
    )!
    const moved = aLine(server, "Moneyline", 0)
    expect(moved.data.sportsbook).toBe(other.data.sportsbook)
    const timestamp = new Date(Date.now() + 60_000).toISOString()
    const outcomes = { [moved.key]: { ...moved.data.outcomes[moved.key]!, odds: "+999" } }
    // The first connection ends before the second of two messages of one moment.
    server.push([{ timestamp, action: "line_update", data: { ...other.data, outcomes: {} } }])
    server.push([{ timestamp, action: "line_update", data: { ...moved.data, outcomes } }], { connection: 99 })
    const ended = await pipe.ended
    expect(ended.code, ended.stderr + ended.stdout).toBe(0)
    expect(reportOf(ended)).toMatchObject({ comparisons: 1, differences: 0, races: 1 })
    await server.stop()
  })

  it("counts what the book knew to be unverified apart", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 3 } })
    const pipe = start(server, "--for", "1s")
    await hasSnapshot(server)
    const moved = aLine(server, "Moneyline")
    plant(server, moved, "+999")
    // A message about the same game that cannot be read: from there on it is not claimed to be live.
    const { sportsbook, game } = moved.data
    server.pushFrame(
      `{"action":"line_update","data":{"sportsbook":${JSON.stringify(sportsbook)},"game":${JSON.stringify(game)}`,
      {
        connection: 1,
      },
    )
    const ended = await pipe.ended
    expect(ended.code, ended.stderr).toBe(0)
    expect(reportOf(ended)).toMatchObject({ comparisons: 1, differences: 0, unclaimed: 1 })
    await server.stop()
  })

  it("says for people what differs, and that nothing was compared where nothing could be", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 3 } })
    const pipe = new PipeProcess(["verify", "--for", "1s"], {
      env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key },
    })
    await hasSnapshot(server)
    const moved = aLine(server, "Moneyline")
    plant(server, moved, "+999")
    const { code, stdout } = await pipe.ended
    expect(code).toBe(76)
    expect(stdout).toMatch(/^Compared 1 time: \d+ games, [\d,]+ lines\.\n1 difference:\n/)
    expect(stdout).toContain(
      `${moved.data.sportsbook} · ${moved.data.game} · ${moved.key} (price): held +999, the snapshot has `,
    )
    const early = new PipeProcess(["verify"], { env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key } })
    await early.until(({ stderr }) => stderr.includes("receiving"))
    early.kill("SIGTERM")
    const ended = await early.ended
    expect(ended.code).toBe(69)
    expect(ended.stderr).toContain("Nothing was compared: ")
    await server.stop()
  })
})

const take = (book: Map<string, string>, message: FeedMessage): void => {
  if (message.action === "game_removed") {
    const { sportsbook, game } = message.data
    for (const line of book.keys()) if (line.startsWith(`${sportsbook}|${game}|`)) book.delete(line)
  }
  if (message.action !== "line_update" && message.action !== "initial_state" && message.action !== "game_update") return
  const { sportsbook, game, outcomes } = message.data
  for (const [outcome, { odds }] of Object.entries(outcomes)) book.set(`${sportsbook}|${game}|${outcome}`, String(odds))
}
