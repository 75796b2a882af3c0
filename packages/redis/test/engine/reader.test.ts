/** Readers of a feed on a real server. */
import { emptyBook, encodeRecord, fold, identityOf } from "@boltodds/protocol"
import { partitionOf, redisKeys, redisRecords } from "@boltodds/redis"
import { gameChange, lineChange, streamStarted } from "@boltodds/testing/changes"
import { hasRedis } from "@boltodds/testing/RedisServer"
import { batchOf, deliver, hasGamesOf, isAnyLive, recordsOf, textsOfRecords } from "@boltodds/testing/storeBench"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { textsOf, withClient } from "../fixtures/logs.ts"
import { useBench } from "../fixtures/RedisBench.ts"

const opening = [
  gameChange({ change: "game_opened", seq: 1 }),
  lineChange({ change: "line_opened", seq: 2, last: true }),
]

describe.skipIf(!hasRedis())("a reader of a feed on Redis", () => {
  const holder = useBench()

  it("waits for a feed that does not exist yet", async () => {
    const { bench } = holder
    const reader = bench.reader()
    await expect.poll(() => reader.trouble.map(({ reason }) => reason)).toContain("no-stream")
    const records = recordsOf(1)
    await deliver(await bench.open(), batchOf(records))
    await reader.until(hasGamesOf(records))
  })

  it("has the exact book whenever it joins, while records are written", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const runs = Array.from({ length: 6 }, (_, seed) => recordsOf(seed + 1))
    const readers = [bench.reader()]
    for (const records of runs) {
      const delivery = deliver(sink, batchOf(records))
      readers.push(bench.reader())
      await delivery
    }
    for (const reader of readers) await reader.until(hasGamesOf(runs.flat()))
    for (const { groups } of readers) {
      const [first] = groups.flat()
      expect(first).toMatchObject({ control: "stream_started" })
    }
  })

  it("gets a record that is larger than an entry should be", async () => {
    const { bench } = holder
    const sink = await bench.open({ partitions: 2 })
    const large = `https://example.com/${"é😀".repeat(200_000)}`
    const records = [
      gameChange({ change: "game_opened", seq: 1 }),
      lineChange({ change: "line_opened", seq: 2, link: large, last: true }),
    ]
    const reader = bench.reader()
    await deliver(sink, batchOf(records))
    await reader.until(hasGamesOf(records))
    expect(await withClient(bench.server.url, (client) => client.xlen("odds"))).toBeGreaterThan(5)
    // A shorter one replaces it.
    const newer = [lineChange({ seq: 3, odds: 105, link: "https://example.com", last: true })]
    await deliver(sink, batchOf(newer))
    await reader.until(hasGamesOf([...records, ...newer]))
    await bench.reader().until(hasGamesOf([...records, ...newer]))
    expect(await bench.log()).toEqual(textsOfRecords([...records, ...newer]))
  })

  it("of the log gets each record once and in order, however slow it is, while the server is killed", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const all = Array.from({ length: 8 }, (_, seed) => recordsOf(seed + 1))
    await deliver(sink, batchOf(all[0]!))
    const texts: Array<string> = []
    const records = redisRecords({ url: bench.server.url, stream: "odds", from: "log" }).pipe(
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
      if (index === 3) {
        await bench.server.kill()
        await bench.server.start()
      }
      await delivery
    }
    await reading
    expect(texts).toEqual(wanted)
  })

  it("of the log begins with the records since a time", async () => {
    const { bench } = holder
    const sink = await bench.open()
    await deliver(sink, batchOf(opening))
    const after = [lineChange({ seq: 3, at: "2026-07-16T05:00:00.000Z", odds: 110, last: true })]
    await deliver(sink, batchOf(after))
    const reader = bench.reader({ from: "log", since: new Date("2026-07-16T04:59:00.000Z") })
    await reader.until(({ games }) => games.size > 0)
    const ofWriter = reader.groups.flat().filter(({ origin }) => origin === undefined)
    expect(textsOfRecords(ofWriter)).toEqual(textsOfRecords(after))
  })

  it("of the log begins with the records since a time, also in the middle of what was written at once", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const at = (seq: number) => `2026-07-16T05:00:0${seq}.000Z`
    const long = `https://example.com/${"x".repeat(200_000)}`
    const moves = [3, 4, 5, 6].map((seq) =>
      lineChange({ seq, at: at(seq), odds: 110 + seq, link: seq === 5 ? long : null, last: true })
    )
    // One batch has one time: that of its first record.
    await deliver(sink, batchOf([...opening.map((record) => ({ ...record, at: at(1) })), ...moves]))
    for (
      const [since, first] of [[at(5), 5], ["2026-07-16T05:00:05.001Z", 6], ["2026-07-16T04:00:00.000Z", 0]] as const
    ) {
      const reader = bench.reader({ from: "log", since: new Date(since) })
      await reader.until((book) =>
        [...book.games.values()].some(({ lines }) => [...lines.values()].some(({ odds }) => odds === 116))
      )
      const ofWriter = reader.groups.flat().filter(({ origin }) => origin === undefined)
      expect(ofWriter.map(({ seq }) => seq)).toEqual(
        [...first === 0 ? opening.map(({ seq }) => seq) : [], 3, 4, 5, 6].filter((seq) => seq >= first),
      )
    }
  })

  it("has all as stale until the writer writes, and when it no longer does", async () => {
    const { bench } = holder
    const sink = await bench.open()
    await deliver(sink, batchOf([streamStarted(), ...opening]))
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

  it("of a log that was trimmed gets a dropped, and believes nothing until all begins anew", async () => {
    const { bench } = holder
    const sink = await bench.open({ maxRecords: 1 })
    const all = Array.from({ length: 8 }, (_, seed) => recordsOf(seed + 1)).flat()
    await deliver(sink, batchOf(all))
    const kept = await bench.log()
    expect(kept.length).toBeLessThan(all.length / 2)
    const reader = bench.reader({ from: "log" })
    await expect.poll(() => reader.groups.flat().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(kept.length)
    expect(reader.groups.flat()[0]).toMatchObject({ control: "dropped", origin: "redis:odds" })
    // The latest records are whole all the same.
    await bench.reader().until(hasGamesOf(all))
  })
})

describe.skipIf(!hasRedis())("a reader of a log that is trimmed before it is read", () => {
  // Of each hundred records that are written at once, the server keeps about ten.
  const holder = useBench("--stream-node-max-entries", "10")

  it("gets a dropped, and then the whole book again", async () => {
    const { bench } = holder
    const sink = await bench.open({ maxRecords: 1 })
    const [first, second] = [recordsOf(1), recordsOf(2)]
    const reader = bench.reader()
    await deliver(sink, batchOf(first))
    await reader.until(hasGamesOf(first))
    await deliver(sink, batchOf(second))
    await reader.until(hasGamesOf(second))
    expect(reader.ownControls).toContain("dropped")
    const { message = "" } = reader.trouble.find(({ reason }) => reason === "lost") ?? {}
    expect(message).toMatch(/^\d+ records of odds were removed before they were read\.$/)
    expect(reader.book.lossy).toBe(false)
    for (const { origin, ...record } of reader.groups.flat()) {
      if (origin !== undefined && "control" in record && record.control === "dropped") {
        expect(record.count).toBeGreaterThan(10)
      }
    }
  })
})

describe.skipIf(!hasRedis())("a log of which the middle was removed", () => {
  const holder = useBench()

  it("gives no record that is made of the pieces of two", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const large = (seq: number, letter: string) =>
      lineChange({ seq, link: `https://example.com/${letter.repeat(100_000)}`, last: true })
    const end = lineChange({ seq: 5, odds: 120, last: true })
    await deliver(sink, batchOf([...opening, large(3, "a"), large(4, "b"), end]))
    await withClient(bench.server.url, async (client) => {
      const entries = await client.xrange("odds", "-", "+")
      // The opening, two pieces of each, and the end: the last of the first and the first of the second.
      expect(entries).toHaveLength(7)
      await client.xdel("odds", entries[3]![0], entries[4]![0])
    })
    const reader = bench.reader({ from: "log" })
    await reader.until(({ games }) =>
      [...games.values()].some(({ lines }) => [...lines.values()].some(({ odds }) => odds === 120))
    )
    const ofWriter = reader.groups.flat().filter(({ origin }) => origin === undefined)
    expect(textsOfRecords(ofWriter)).toEqual(textsOfRecords([...opening, end]))
    expect(reader.ownControls).toContain("dropped")
    expect(reader.ownControls).not.toContain("quarantined")
  })
})

describe.skipIf(!hasRedis())("the partitions of a feed", () => {
  const holder = useBench()

  it("have each game in one of them, controls in all, and give the exact book of their games", async () => {
    const { bench } = holder
    const sink = await bench.open({ partitions: 3 })
    const early = [0, 1, 2].map((partition) => bench.reader({ partition }))
    const records = [...recordsOf(1), ...recordsOf(2)]
    const half = Math.floor(records.length / 2)
    await deliver(sink, batchOf(records.slice(0, half)))
    const late = [0, 1, 2].map((partition) => bench.reader({ partition }))
    await deliver(sink, batchOf(records.slice(half)))
    for (const [index, reader] of [...early, ...late].entries()) {
      const partition = index % 3
      const own = records.filter((record) =>
        "control" in record || partitionOf(record.sportsbook, record.game, 3) === partition
      )
      await reader.until(hasGamesOf(own))
      expect(await textsOf(bench.server.url, redisKeys("odds").partition(partition))).toEqual(textsOfRecords(own))
    }
    const games = fold(emptyBook, records).games.size
    expect(early.reduce((sum, { book }) => sum + book.games.size, 0)).toBe(games)
    expect(games).toBeGreaterThan(2)
    const sizes = early.map(({ book }) => book.games.size)
    expect(Math.max(...sizes)).toBeLessThan(games)
  })

  it("give each worker all changes of its games once and in order", async () => {
    const { bench } = holder
    const sink = await bench.open({ partitions: 2 })
    const records = recordsOf(3)
    await deliver(sink, batchOf(records))
    const changes = records.filter((record) => "change" in record)
    const readers = [0, 1].map((partition) => bench.reader({ partition, from: "log" }))
    const read = () =>
      readers.map(({ groups }) => groups.flat().filter((record) => "change" in record && record.origin === undefined))
    await expect.poll(() => read().flat().length, { timeout: 60_000 }).toBe(changes.length)
    for (const own of read()) {
      const wanted = changes.filter((change) => own.some((other) => identityOf(other) === identityOf(change)))
      expect(textsOfRecords(own)).toEqual(textsOfRecords(wanted))
    }
  })

  it("that do not exist are named", async () => {
    const { bench } = holder
    await deliver(await bench.open({ partitions: 2 }), batchOf(opening))
    const reader = bench.reader({ partition: 2 })
    await expect.poll(() => reader.trouble.map(({ message }) => message), { timeout: 60_000 }).toContain(
      "Cannot read the partition 2 of odds: it has 2 partitions, counted from 0. Set partitions of its sink, or read another one.",
    )
  })
})
