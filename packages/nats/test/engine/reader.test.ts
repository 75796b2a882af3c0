/** Readers of a feed on a real server. */
import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { natsRecords } from "@boltodds/nats"
import { encodeRecord } from "@boltodds/protocol"
import { gameChange, lineChange, streamStarted } from "@boltodds/testing/changes"
import { hasNats } from "@boltodds/testing/NatsServer"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import {
  batchOf,
  deliver,
  failureOf,
  hasGamesOf,
  isAnyLive,
  recordsOf,
  textsOfRecords,
  useBench,
} from "../fixtures/NatsBench.ts"

describe.skipIf(!hasNats())("a reader of a feed on NATS", () => {
  const holder = useBench()

  it("waits for a feed that does not exist yet", async () => {
    const { bench } = holder
    const reader = bench.reader()
    await expect.poll(() => reader.trouble.map(({ reason }) => reason)).toContain("no-stream")
    const records = recordsOf(1)
    await deliver(await bench.open(), batchOf(records))
    await reader.until(hasGamesOf(records))
  })

  it("goes on where its consumer is deleted", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const [a, b] = [recordsOf(1), recordsOf(2)]
    const reader = bench.reader()
    await deliver(sink, batchOf(a))
    await reader.until(hasGamesOf(a))
    const connection = await connect({ servers: bench.server.url })
    const manager = await jetstreamManager(connection)
    const { consumers } = manager
    let deleted = 0
    for await (const { name } of consumers.list("odds_latest")) {
      await consumers.delete("odds_latest", name)
      deleted++
    }
    await connection.close()
    expect(deleted).toBe(1)
    await deliver(sink, batchOf(b))
    await reader.until(hasGamesOf([...a, ...b]))
  })

  it("gets a record that is larger than a message may be", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const link = `https://example.com/${"é".repeat(1_500_000)}`
    const records = [
      gameChange({ change: "game_opened", seq: 1 }),
      lineChange({ change: "line_opened", seq: 2, link, last: true }),
    ]
    const reader = bench.reader()
    await deliver(sink, batchOf(records))
    await reader.until(hasGamesOf(records))
    // A shorter one replaces it.
    const newer = [lineChange({ seq: 3, odds: 105, link: "https://example.com", last: true })]
    await deliver(sink, batchOf(newer))
    await reader.until(hasGamesOf([...records, ...newer]))
    await bench.reader().until(hasGamesOf([...records, ...newer]))
  })

  it("of the log gets each record once and in order, however slow it is, while the server is killed", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const all = Array.from({ length: 12 }, (_, seed) => recordsOf(seed + 1))
    await deliver(sink, batchOf(all[0]!))
    const texts: Array<string> = []
    const records = natsRecords({ servers: bench.server.url, name: "odds", from: "log" }).pipe(
      Stream.mapEffect((group) => Effect.as(Effect.sleep("5 millis"), group)),
      Stream.flatMap(Stream.fromIterable),
      Stream.filter(({ origin }) => origin === undefined),
    )
    const wanted = textsOfRecords(all.flat())
    const reading = Effect.runPromise(
      Stream.runForEach(Stream.take(records, wanted.length), (record) =>
        Effect.sync(() => {
          texts.push(encodeRecord(record))
        })),
    )
    for (const [index, batch] of all.slice(1).entries()) {
      const delivery = deliver(sink, batchOf(batch))
      if (index === 5) {
        await bench.server.kill()
        await bench.server.start()
      }
      await delivery
    }
    await reading
    expect(texts).toEqual(wanted)
  })

  it("has all as stale until the writer writes, and when it no longer does", async () => {
    const { bench } = holder
    const sink = await bench.open()
    await deliver(
      sink,
      batchOf([
        streamStarted(),
        gameChange({ change: "game_opened", seq: 1 }),
        lineChange({ change: "line_opened", seq: 2, last: true }),
      ]),
    )
    const reader = bench.reader({ staleAfter: Duration.millis(500) })
    await reader.until((book) => book.games.size === 1)
    // The writer may have ended long ago.
    expect(isAnyLive(reader.book)).toBe(false)
    const fresh = reader.until(isAnyLive)
    await deliver(sink, batchOf([lineChange({ seq: 3, odds: 110, last: true })]))
    await fresh
    await reader.until((book) => !isAnyLive(book))
    expect(reader.book.games.size).toBe(1)
  })

  it("believes nothing after a message that is not a record", async () => {
    const { bench } = holder
    const sink = await bench.open()
    await deliver(
      sink,
      batchOf([
        streamStarted(),
        gameChange({ change: "game_opened", seq: 1 }),
        lineChange({ change: "line_opened", seq: 2, last: true }),
      ]),
    )
    const reader = bench.reader()
    await reader.until((book) => book.games.size === 1)
    await deliver(sink, batchOf([lineChange({ seq: 3, odds: 110, last: true })]))
    await reader.until(isAnyLive)
    const connection = await connect({ servers: bench.server.url })
    connection.publish("odds.line.x.y.z.q", "not a record")
    await connection.flush()
    await connection.close()
    await reader.until((book) => !isAnyLive(book))
    expect(reader.book.lossy).toBe(true)
    expect(reader.trouble.map(({ message }) => message)).toContain(
      "A message of odds_latest is not a record of changes (it is not JSON): no price is live.",
    )
    // The writer is refused, since something else wrote; the next one sends the whole book.
    await deliver(await bench.open(), batchOf(recordsOf(4)))
    await reader.until(hasGamesOf(recordsOf(4)))
    expect(reader.book.lossy).toBe(false)
  })

  it("has both lines of two names that differ in half a character only", async () => {
    const { bench } = holder
    const records = [
      streamStarted(),
      ...["A\ud83d", "A\ud83c", "A\ufffd"].flatMap((game, index) => [
        gameChange({ change: "game_opened", game, seq: 3 * index + 1 }),
        lineChange({ change: "line_opened", game, outcome: "x\ude00", seq: 3 * index + 2 }),
        lineChange({ change: "line_opened", game, outcome: "x\ude01", seq: 3 * index + 3, last: true }),
      ]),
    ]
    await deliver(await bench.open(), batchOf(records))
    const reader = bench.reader()
    await reader.until(hasGamesOf(records))
    expect(reader.book.games.size).toBe(3)
  })
})

describe.skipIf(!hasNats())("a server with small messages", () => {
  const holder = useBench("max_payload: 8KB")

  it("takes records in several messages", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const reader = bench.reader()
    const records = [
      gameChange({ change: "game_opened", seq: 1 }),
      lineChange({ change: "line_opened", seq: 2, link: `https://example.com/${"é".repeat(20_000)}`, last: true }),
    ]
    await deliver(sink, batchOf(records))
    await reader.until(hasGamesOf(records))
  })
})

describe.skipIf(!hasNats())("a server with messages that are too small", () => {
  const holder = useBench("max_payload: 2KB")

  it("gets an error that names its setting", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const failure = await failureOf(sink, batchOf([gameChange({ change: "game_opened", seq: 1, last: true })]))
    expect(failure.rest).toBe("disable")
    expect(failure.message).toContain(
      "NATS takes messages of 2048 bytes at most. Set max_payload of the server to 4096",
    )
  })
})
