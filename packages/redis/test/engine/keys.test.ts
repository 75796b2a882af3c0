/** The keys of a feed, and how a server is reached. */
import { RedisError, redisKeys } from "@boltodds/redis"
import { cert, key } from "@boltodds/testing/certificate"
import { gameChange, lineChange } from "@boltodds/testing/changes"
import { hasRedis } from "@boltodds/testing/RedisServer"
import { batchOf, deliver, failureOf, hasGamesOf, recordsOf } from "@boltodds/testing/storeBench"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { freePort } from "@boltodds/testing/StoreServer"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, vi } from "vitest"
import { withClient } from "../fixtures/logs.ts"
import { useBench } from "../fixtures/RedisBench.ts"

describe.skipIf(!hasRedis())("the keys of a feed", () => {
  const holder = useBench()

  it("have a hash for each open game, with a field for each line, and nothing of games that closed", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const open = (game: string, seq: number) => [
      gameChange({ change: "game_opened", game, seq }),
      gameChange({ change: "game_amended", game, seq: seq + 1 }),
      lineChange({ change: "line_opened", game, outcome: "a", seq: seq + 2 }),
      lineChange({ change: "line_opened", game, outcome: "b", seq: seq + 3 }),
      lineChange({ change: "line_closed", game, outcome: "b", seq: seq + 4, last: true }),
    ]
    const records = [
      ...open("gone: 50%", 1),
      ...open("back: 50%", 6),
      gameChange({ change: "game_closed", game: "gone: 50%", seq: 11 }),
      gameChange({ change: "game_closed", game: "back: 50%", seq: 12 }),
      ...open("back: 50%", 13),
    ]
    await deliver(sink, batchOf(records))
    const { sportsbook } = records[0]!
    await withClient(bench.server.url, async (client) => {
      const { game, games } = redisKeys("odds")
      expect(await client.smembers(games)).toEqual([game(sportsbook, "back: 50%")])
      expect(game(sportsbook, "back: 50%")).toBe(`odds:game:${sportsbook}:back%3A 50%25`)
      expect((await client.keys("odds:game:*")).toSorted()).toEqual([game(sportsbook, "back: 50%")])
      expect((await client.hkeys(game(sportsbook, "back: 50%"))).toSorted()).toEqual(["facts", "game", "line:a"])
    })
    await bench.reader().until(hasGamesOf(records))
  })

  it("lose what precedes the beginning of a new run", async () => {
    const { bench } = holder
    const sink = await bench.open()
    await deliver(sink, batchOf([gameChange({ change: "game_opened", game: "old", seq: 1, last: true })]))
    const records = recordsOf(1)
    await deliver(sink, batchOf(records))
    const keys = await withClient(bench.server.url, (client) => client.keys("odds:game:*:old"))
    expect(keys).toEqual([])
    await bench.reader().until(hasGamesOf(records))
  })

  it("are refused where another sink with other settings has made them, with what differs", async () => {
    const { bench } = holder
    await deliver(await bench.open({ partitions: 2, emit: "changes" }), batchOf(recordsOf(1)))
    const failure = await bench.refusal({ partitions: 4, emit: "changes" })
    expect(failure.rest).toBe("disable")
    expect(failure.cause).toBeInstanceOf(RedisError)
    expect(failure.message).toBe(
      "Cannot deliver (disable): Cannot write to the stream odds: its manifest has partitions: 2, and this sink has " +
        "partitions: 4. Use another name for the stream, give the sink the same setting, or remove the keys odds and odds:*.",
    )
    expect((await bench.refusal({ partitions: 2, emit: "messages" })).message).toContain("emit: changes")
    await withClient(bench.server.url, (client) => client.hset("odds:manifest", "version", "2"))
    expect((await bench.refusal({ partitions: 2 })).message).toContain("its manifest has version: 2")
    const reader = bench.reader()
    await expect.poll(() => reader.trouble.map(({ message }) => message)).toContain(
      "Cannot read the stream odds: it was written by another version (2). Use the same version here.",
    )
  })

  it("are compared again at the first batch, if another sink has made them meanwhile", async () => {
    const { bench } = holder
    const late = await bench.open({ partitions: 4 })
    await deliver(await bench.open(), batchOf(recordsOf(1)))
    const failure = await failureOf(late, batchOf(recordsOf(2)))
    expect(failure).toMatchObject({ rest: "disable", cause: { reason: "stream" } })
  })

  it("are refused where the log is a key of somebody else", async () => {
    const { bench } = holder
    await withClient(bench.server.url, (client) => client.xadd("odds", "*", "a", "b"))
    const failure = await failureOf(await bench.open(), batchOf(recordsOf(1)))
    expect(failure.rest).toBe("disable")
    expect(failure.message).toContain("Cannot use the key odds: it exists, and was not made by this sink.")
  })

  it("are made anew where the manifest is missing, without the games of before", async () => {
    const { bench } = holder
    const sink = await bench.open()
    await deliver(sink, batchOf([gameChange({ change: "game_opened", game: "old", seq: 1, last: true })]))
    await withClient(bench.server.url, (client) => client.del("odds:manifest", "odds"))
    await deliver(await bench.open(), batchOf([gameChange({ change: "game_opened", game: "new", seq: 2, last: true })]))
    const keys = await withClient(bench.server.url, (client) => client.keys("odds:game:*"))
    expect(keys.map((key) => key.split(":").at(-1))).toEqual(["new"])
    expect(await withClient(bench.server.url, (client) => client.smembers(redisKeys("odds").games))).toEqual(keys)
  })

  it("keep as many records as the options say, and those of a time", async () => {
    const { bench } = holder
    const sink = await bench.open({ maxRecords: 500, maxAge: Duration.millis(300), partitions: 2 })
    const many = Array.from(
      { length: 3_000 },
      (_, index) => lineChange({ seq: index + 1, odds: 100 + index, last: true }),
    )
    await deliver(sink, batchOf(many))
    await withClient(bench.server.url, async (client) => {
      // Redis removes whole nodes of a stream, of about a hundred entries.
      expect(await client.xlen("odds")).toBeLessThan(700)
      await deliver(sink, batchOf([lineChange({ seq: 3_001, at: "2026-07-16T04:54:38.000Z", odds: 105, last: true })]))
      expect(await client.xlen("odds")).toBeLessThan(200)
    })
  })

  it("are of the database that the address names", async () => {
    const { bench } = holder
    await deliver(await bench.open({ url: `${bench.server.url}/2` }), batchOf(recordsOf(1)))
    expect(await withClient(bench.server.url, (client) => client.dbsize())).toBe(0)
    await bench.reader({ url: `${bench.server.url}/2` }).until(hasGamesOf(recordsOf(1)))
  })

  it("need encryption to other machines", async () => {
    const failure = await holder.bench.refusal({ url: "redis://10.0.0.1:6379" })
    expect(failure.rest).toBe("disable")
    expect(failure.message).toContain("redis:// to 10.0.0.1 can be read on the way: use rediss://")
  })

  it("are not reached unencrypted where the address says rediss://", async () => {
    const { server } = holder.bench
    const failure = await holder.bench.refusal({
      url: server.url.replace("redis:", "rediss:"),
      timeout: Duration.seconds(1),
    })
    expect(failure.cause).toMatchObject({ reason: "unreachable" })
    expect(failure.message).toContain("whether it speaks TLS")
  })
})

describe.skipIf(!hasRedis())("a server with users", () => {
  const holder = useBench()

  it("takes the right password, and its refusal shows none", async () => {
    const { bench } = holder
    const records = recordsOf(1)
    await withClient(bench.server.url, async (client) => {
      await client.acl("SETUSER", "feed", "on", ">right-0815", "~odds", "~odds:*", "+@all")
      await client.config("SET", "requirepass", "right-4711")
    })
    await deliver(await bench.open({ password: Redacted.make("right-4711") }), batchOf(records))
    await deliver(await bench.open({ user: "feed", password: Redacted.make("right-0815") }), batchOf(recordsOf(2)))
    const failure = await bench.refusal({ password: Redacted.make("wrong-4711") })
    expect(failure.cause).toMatchObject({ reason: "refused" })
    expect(failure.message).toContain("refuses the connection")
    for (const text of [failure.message, JSON.stringify(failure), String((failure.cause as Error).stack)]) {
      expect(text).not.toContain("4711")
    }
    const nobody = await bench.refusal({})
    expect(nobody.cause).toMatchObject({ reason: "refused" })
    const admin = bench.server.url.replace("//", "//:right-4711@")
    await withClient(admin, (client) => client.config("SET", "requirepass", ""))
  })
})

const folder = temporaryFolder()
const certFile = join(folder, "cert.pem")
const keyFile = join(folder, "key.pem")
writeFileSync(certFile, cert)
writeFileSync(keyFile, key)

describe.skipIf(!hasRedis())("a server with TLS", () => {
  const settings = [
    "--tls-port",
    "0",
    "--tls-cert-file",
    certFile,
    "--tls-key-file",
    keyFile,
    "--tls-auth-clients",
    "no",
  ]
  const holder = useBench(...settings)

  it("is trusted with the certificates of the options alone", async () => {
    const { bench } = holder
    const port = await freePort()
    await withClient(bench.server.url, (client) => client.config("SET", "tls-port", String(port)))
    const url = `rediss://127.0.0.1:${port}`
    const sink = await bench.open({ url, tls: { ca: cert } })
    await deliver(sink, batchOf(recordsOf(1)))
    await bench.reader({ url, tls: { ca: cert } }).until(hasGamesOf(recordsOf(1)))
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0")
    const failure = await bench.refusal({ url })
    vi.unstubAllEnvs()
    expect(failure.message).toMatch(/self-signed|certificate/)
  })
})
