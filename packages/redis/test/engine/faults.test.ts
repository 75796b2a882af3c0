/** A feed through a real server that is killed, stopped, emptied, filled and contended for. */
import { redisKeys } from "@boltodds/redis"
import { hasRedis } from "@boltodds/testing/RedisServer"
import {
  batchOf,
  deliver,
  failureOf,
  hasGamesOf,
  isAnyLive,
  recordsOf,
  textsOfRecords,
} from "@boltodds/testing/storeBench"
import { patience } from "@boltodds/testing/patience"
import * as Duration from "effect/Duration"
import { readdirSync, readFileSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { settingsOf } from "../../src/internal/connectRedis.ts"
import type { Reply } from "../../src/internal/Link.ts"
import { Publisher } from "../../src/internal/Publisher.ts"
import { textsOf, withClient } from "../fixtures/logs.ts"
import { type RedisBookReader, useBench } from "../fixtures/RedisBench.ts"

const kills = Number(process.env["REDIS_KILLS"] ?? 3)

describe.skipIf(!hasRedis())("a feed through Redis", () => {
  const holder = useBench()

  it("is in the log once and in order, and is the exact book for each reader, while the server is killed", async () => {
    const { bench } = holder
    const { server } = bench
    const sink = await bench.open()
    const early = bench.reader()
    const all: Array<ReturnType<typeof recordsOf>[number]> = []
    let seed = 0
    const next = (size: number) => {
      const records: typeof all = []
      while (records.length < size) records.push(...recordsOf(++seed))
      all.push(...records)
      return batchOf(records)
    }
    let late: RedisBookReader | undefined
    let retries = 0
    for (let kill = 1; kill <= kills; kill++) {
      await deliver(sink, next(100))
      const before = await withClient(server.url, (client) => client.xlen("odds"))
      const delivery = deliver(sink, next(1_000))
      // In mid-batch: some of it is stored.
      await withClient(server.url, async (client) => {
        while (await client.xlen("odds") === before) await new Promise((resolve) => setImmediate(resolve))
      })
      await server.kill()
      await server.start()
      retries += await delivery
      if (kill === kills - 1) {
        late = bench.reader()
        await late.until(hasGamesOf(all))
      }
    }
    await deliver(sink, next(100))
    const last = bench.reader()
    for (const reader of [early, ...late === undefined ? [] : [late], last]) await reader.until(hasGamesOf(all))
    expect(retries).toBeGreaterThanOrEqual(kills)
    expect(await bench.log()).toEqual(textsOfRecords(all))
  })

  it("goes on where a server answers again, and is stale for readers meanwhile", async () => {
    const { bench } = holder
    const sink = await bench.open({ timeout: Duration.millis(300 * patience()) })
    const [a, b] = [recordsOf(1), recordsOf(2)]
    const reader = bench.reader({ staleAfter: Duration.millis(500) })
    await deliver(sink, batchOf(a))
    await reader.until(hasGamesOf(a))
    bench.server.signal("SIGSTOP")
    const failure = await failureOf(sink, batchOf(b))
    expect(failure.cause).toMatchObject({ reason: "unreachable" })
    const delivery = deliver(sink, batchOf(b))
    await reader.until((book) => !isAnyLive(book))
    bench.server.signal("SIGCONT")
    await delivery
    await reader.until(hasGamesOf([...a, ...b]))
    expect(await bench.log()).toEqual(textsOfRecords([...a, ...b]))
  })

  it("is whole where a lane writes several batches at once", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const batches = Array.from({ length: 8 }, (_, seed) => recordsOf(seed + 1))
    await Promise.all(batches.map((records) => deliver(sink, batchOf(records))))
    expect(await bench.log()).toEqual(textsOfRecords(batches.flat()))
  })

  it("goes on within a batch without an answer also after another one, as of a lane that writes several at once", async () => {
    const { bench } = holder
    const [a, b] = [recordsOf(1), recordsOf(2)]
    await withClient(bench.server.url, async (client) => {
      let calls = 0
      const link = {
        untilUp: async () => {},
        call: async (command: string, args: ReadonlyArray<string | number>) => {
          const reply = await client.call(command, ...args)
          // The answer to the first script that writes is lost.
          if (Array.isArray(reply) && reply[0] === "ok" && ++calls === 2) throw new Error("Command timed out")
          return reply as Reply
        },
      }
      const publisher = new Publisher(link, redisKeys("odds"), settingsOf({ stream: "odds" }))
      const publish = ({ id, envelopes }: ReturnType<typeof batchOf>) =>
        publisher.publish(id, envelopes, new AbortController().signal)
      const first = publish(batchOf(a))
      const second = publish(batchOf(b))
      await expect(first).rejects.toThrow("Command timed out")
      await second
      await publish(batchOf(a))
      // An answer that the lane did not get.
      await publish(batchOf(b))
    })
    const [half, rest] = [a.slice(0, 100), a.slice(100)]
    expect(rest.length).toBeGreaterThan(0)
    expect(await bench.log()).toEqual(textsOfRecords([...half, ...b, ...rest]))
  })

  it("goes on within a batch that another process has begun to write", async () => {
    const { bench } = holder
    const records = recordsOf(1)
    const { id, envelopes } = batchOf(records)
    await deliver(await bench.open(), { id, attempt: 1, envelopes: envelopes.slice(0, 10) })
    await deliver(await bench.open(), { id, attempt: 1, envelopes })
    expect(await bench.log()).toEqual(textsOfRecords(records))
  })

  it("refuses the older of two writers, which writes nothing any more", async () => {
    const { bench } = holder
    const [a, b, c] = [recordsOf(1), recordsOf(2), recordsOf(3)]
    const first = await bench.open()
    await deliver(first, batchOf(a))
    const second = await bench.open()
    await deliver(second, batchOf(b))
    const failure = await failureOf(first, batchOf(c))
    expect(failure.rest).toBe("disable")
    expect(failure.cause).toMatchObject({ reason: "fenced" })
    expect(failure.message).toContain(
      "Another process writes to odds. A stream has one writer: stop one of the two, or give one another name.",
    )
    const reader = bench.reader()
    await reader.until(hasGamesOf([...a, ...b]))
    expect(await bench.log()).toEqual(textsOfRecords([...a, ...b]))
  })

  it("is refused where something else writes to the log", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const reader = bench.reader()
    await deliver(sink, batchOf(recordsOf(1)))
    await reader.until(hasGamesOf(recordsOf(1)))
    await withClient(bench.server.url, (client) => client.xadd("odds", "*", "record", "{}"))
    const failure = await failureOf(sink, batchOf(recordsOf(2)))
    expect(failure.rest).toBe("disable")
    expect(failure.cause).toMatchObject({ reason: "fenced" })
    await expect.poll(() => reader.trouble.map(({ reason }) => reason)).toContain("fenced")
    await reader.until((book) => !isAnyLive(book))
  })

  it.each([0, 1])("writes nothing where something else writes to the partition %s", async (partition) => {
    const { bench } = holder
    const sink = await bench.open({ partitions: 2 })
    const records = recordsOf(1)
    await deliver(sink, batchOf(records))
    await withClient(bench.server.url, (client) => client.xadd(`odds:partition:${partition}`, "*", "record", "{}"))
    const failure = await failureOf(sink, batchOf(recordsOf(2)))
    expect(failure.rest).toBe("disable")
    expect(failure.cause).toMatchObject({ reason: "fenced" })
    expect(await bench.log()).toEqual(textsOfRecords(records))
  })

  it("has a new reader where the server lost what it had acknowledged", async () => {
    const { bench } = holder
    const forgot: Array<string> = []
    const sink = await bench.open({ onEvent: ({ _tag }) => forgot.push(_tag) })
    const reader = bench.reader({ staleAfter: Duration.seconds(30) })
    const before = recordsOf(1)
    await deliver(sink, batchOf(before))
    await reader.until(hasGamesOf(before))
    await bench.server.kill()
    bench.server.forget()
    await bench.server.start()
    const after = recordsOf(2)
    await expect(deliver(sink, batchOf(after))).rejects.toMatchObject({ rest: "retry", isNewReader: true })
    expect(forgot).toEqual(["StreamForgot"])
    // What follows begins with the whole book: here, another run.
    await deliver(sink, batchOf(after))
    await reader.until(hasGamesOf(after))
    expect(await bench.log()).toEqual(textsOfRecords(after))
  })

  it("has a new reader where the end of the stream is lost", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const before = recordsOf(1)
    const half = Math.floor(before.length / 2)
    await deliver(sink, batchOf(before.slice(0, half)))
    const saved = await withClient(bench.server.url, async (client) => {
      const keys = await client.keys("*")
      return await Promise.all(keys.map(async (key) => [key, await client.dumpBuffer(key)] as const))
    })
    await deliver(sink, batchOf(before.slice(half)))
    const reader = bench.reader({ staleAfter: Duration.seconds(30) })
    await reader.until(hasGamesOf(before))
    // As a replica that did not get the rest.
    await withClient(bench.server.url, async (client) => {
      await client.flushall()
      for (const [key, value] of saved) await client.restore(key, 0, value!)
    })
    const after = recordsOf(2)
    await expect(deliver(sink, batchOf(after))).rejects.toMatchObject({ rest: "retry", isNewReader: true })
    await deliver(sink, batchOf(after))
    await reader.until(hasGamesOf(after))
    await bench.reader().until(hasGamesOf(after))
  })

  it("is in the log once where the server was killed while it wrote a script to its file, and once more later", async () => {
    const { bench } = holder
    const { server } = bench
    const records = recordsOf(1)
    const [a, b] = [batchOf(records.slice(0, 20)), batchOf(records.slice(20, 80))]
    const first = await bench.open({ partitions: 2 })
    await deliver(first, a)
    await deliver(first, b)
    await server.kill()
    // As if the kill had come within the transaction of the last script, in the middle of a command.
    const folder = join(server.folder, "appendonlydir")
    const file = join(folder, readdirSync(folder).find((name) => name.endsWith(".incr.aof"))!)
    const written = readFileSync(file)
    const begin = written.lastIndexOf("MULTI")
    truncateSync(file, begin + Math.floor((written.length - begin) / 2))
    await server.start()
    // Of an outbox the same batch comes again, also after a crash.
    await deliver(await bench.open({ partitions: 2 }), b)
    await server.kill()
    await server.start()
    expect(await bench.log()).toEqual(textsOfRecords(records.slice(0, 80)))
    await bench.reader().until(hasGamesOf(records.slice(0, 80)))
  })

  it("goes on where its log is deleted, with the whole book for readers", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const [a, b] = [recordsOf(1), recordsOf(2)]
    const reader = bench.reader()
    await deliver(sink, batchOf(a))
    await reader.until(hasGamesOf(a))
    await withClient(bench.server.url, (client) => client.del("odds"))
    await bench.reader().until(hasGamesOf(a))
    await deliver(sink, batchOf(b))
    await reader.until(hasGamesOf([...a, ...b]))
    expect(await textsOf(bench.server.url, "odds")).toEqual(textsOfRecords(b))
  })
})

describe.skipIf(!hasRedis())("a server whose memory is full", () => {
  const holder = useBench("--maxmemory-policy", "noeviction")

  it("is written to again when it has room, and the error says why it was not", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const records = recordsOf(1)
    await deliver(sink, batchOf(records.slice(0, 20)))
    const limit = (bytes: number) =>
      withClient(bench.server.url, (client) => client.config("SET", "maxmemory", String(bytes)))
    await limit(100_000)
    const failure = await failureOf(sink, batchOf(records.slice(20)))
    expect(failure.rest).toBe("retry")
    expect(failure.cause).toMatchObject({ reason: "full" })
    expect(failure.message).toContain("Redis has reached its limit of memory. Raise maxmemory, or lower max_records.")
    expect(await bench.log()).toEqual(textsOfRecords(records.slice(0, 20)))
    await limit(0)
    await deliver(sink, batchOf(records.slice(20)))
    expect(await bench.log()).toEqual(textsOfRecords(records))
  })
})

describe.skipIf(!hasRedis())("a server that removes keys when its memory is full", () => {
  const holder = useBench("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")

  it("is named when the sink opens", async () => {
    const events: Array<unknown> = []
    await holder.bench.open({ onEvent: (event) => events.push(event) })
    expect(events).toEqual([{ _tag: "Evicts", policy: "allkeys-lru" }])
  })
})
