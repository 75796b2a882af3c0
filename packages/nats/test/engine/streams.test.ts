/** The streams of a feed, and how a server is reached. */
import { jetstreamManager, type StreamConfig } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { NatsError } from "@boltodds/nats"
import { cert, key } from "@boltodds/testing/certificate"
import { gameChange, lineChange } from "@boltodds/testing/changes"
import { hasNats } from "@boltodds/testing/NatsServer"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, vi } from "vitest"
import { batchOf, deliver, hasGamesOf, type NatsBench, recordsOf, useBench } from "../fixtures/NatsBench.ts"

const addStream = async ({ server }: NatsBench, config: Partial<StreamConfig> & { readonly name: string }) => {
  const connection = await connect({ servers: server.url })
  const manager = await jetstreamManager(connection)
  await manager.streams.add(config)
  await connection.close()
}

describe.skipIf(!hasNats())("the streams of a feed", () => {
  const holder = useBench()

  it("lose the lines of a closed game, and keep those of a game that opened again", async () => {
    const { bench } = holder
    const sink = await bench.open({ purgeClosedAfter: Duration.millis(200) })
    const open = (game: string, seq: number, link = "https://example.com") => [
      gameChange({ change: "game_opened", game, seq }),
      gameChange({ change: "game_amended", game, seq: seq + 1 }),
      lineChange({ change: "line_opened", game, link, seq: seq + 2, last: true }),
    ]
    const large = `https://example.com/${"é".repeat(1_000_000)}`
    const records = [
      ...open("gone", 1, large),
      ...open("back", 4),
      gameChange({ change: "game_closed", game: "gone", seq: 7 }),
      gameChange({ change: "game_closed", game: "back", seq: 8 }),
      ...open("back", 9),
      gameChange({ change: "game_closed", game: "back", seq: 12 }),
      ...open("back", 13),
    ]
    await deliver(sink, batchOf(records))
    await expect.poll(() => bench.latest(), { timeout: 60_000 }).toEqual([
      "game_amended back",
      "game_closed gone",
      "game_opened back",
      "line_opened back",
    ])
    await bench.reader().until(hasGamesOf(records))
  })

  it("keep everything of a run that is the first one", async () => {
    const { bench } = holder
    const sink = await bench.open({ purgeClosedAfter: Duration.millis(100) })
    const [beginning] = recordsOf(1)
    const records = [
      beginning!,
      gameChange({ change: "game_opened", game: "kept", seq: 2 }),
      lineChange({ change: "line_opened", game: "kept", seq: 3, last: true }),
      gameChange({ change: "game_opened", game: "gone", seq: 4 }),
      lineChange({ change: "line_opened", game: "gone", seq: 5, last: true }),
      gameChange({ change: "game_closed", game: "gone", seq: 6, last: true }),
    ]
    await deliver(sink, batchOf(records))
    // The lines of the closed game go after what precedes the beginning.
    await expect.poll(() => bench.latest(), { timeout: 60_000 }).toEqual([
      "game_closed gone",
      "game_opened kept",
      "line_opened kept",
      "undefined undefined",
    ])
  })

  it("keep what follows a closing that is their first message", async () => {
    const { bench } = holder
    const sink = await bench.open({ purgeClosedAfter: Duration.millis(100) })
    const records = [
      gameChange({ change: "game_closed", game: "first", seq: 1 }),
      lineChange({ change: "line_opened", game: "first", seq: 2 }),
      gameChange({ change: "game_opened", game: "gone", seq: 3 }),
      lineChange({ change: "line_opened", game: "gone", seq: 4 }),
      gameChange({ change: "game_closed", game: "gone", seq: 5, last: true }),
    ]
    await deliver(sink, batchOf(records))
    // The game that closed last is cleaned last.
    await expect.poll(() => bench.latest(), { timeout: 60_000 }).not.toContain("line_opened gone")
    expect(await bench.latest()).toEqual(["game_closed first", "game_closed gone", "line_opened first"])
  })

  it("lose what precedes the beginning of a new run", async () => {
    const { bench } = holder
    const sink = await bench.open({ purgeClosedAfter: Duration.millis(100) })
    const old = [gameChange({ change: "game_opened", game: "old", seq: 1, last: true })]
    await deliver(sink, batchOf(old))
    const records = recordsOf(1)
    await deliver(sink, batchOf(records))
    await expect.poll(() => bench.latest(), { timeout: 60_000 }).not.toContain("game_opened old")
    await bench.reader().until(hasGamesOf(records))
  })

  it("are refused where they are not as needed, with what to change", async () => {
    const { bench } = holder
    await addStream(bench, { name: "odds_latest", subjects: ["elsewhere.>"], max_msgs_per_subject: 5, max_age: 1e12 })
    const failure = await bench.refusal({})
    expect(failure.rest).toBe("disable")
    expect(failure.cause).toBeInstanceOf(NatsError)
    expect(failure.message).toBe(
      "Cannot deliver (disable): Cannot use the stream odds_latest: it needs source: odds_log, messages per subject: 1, " +
        "limit of age: none. Change it with `nats stream edit`, remove it, or use another name.",
    )
  })

  it("are not made where that is not wanted", async () => {
    const failure = await holder.bench.refusal({ create: false })
    expect(failure.cause).toMatchObject({ reason: "no-stream" })
    expect(failure.message).toContain("The stream odds_log does not exist")
  })

  it("are used as they are where only their limits differ, and the difference is reported", async () => {
    const { bench } = holder
    await bench.open()
    const events: Array<unknown> = []
    await bench.open({ maxAge: Duration.hours(1), maxBytes: 5_000_000, onEvent: (event) => events.push(event) })
    expect(events).toEqual([{
      _tag: "StreamDiffers",
      stream: "odds_log",
      message: "The stream odds_log keeps records for 172800 s, not 3600 s, has a limit of -1 bytes, not 5000000. " +
        "Change it with `nats stream edit`, or change the options.",
    }])
  })

  it("have the names and settings of the options", async () => {
    const { bench } = holder
    const records = recordsOf(1)
    const sink = await bench.open({
      logStream: "all",
      latestStream: "last",
      maxAge: Duration.hours(1),
      maxBytes: 50_000_000,
      storage: "memory",
      duplicateWindow: Duration.seconds(30),
      latestPerSubject: 2,
    })
    await deliver(sink, batchOf(records))
    await bench.reader({ latestStream: "last" }).until(hasGamesOf(records))
    const connection = await connect({ servers: bench.server.url })
    const { streams } = await jetstreamManager(connection)
    const nanos = 1_000_000_000
    expect((await streams.info("all")).config).toMatchObject({
      max_age: 3_600 * nanos,
      max_bytes: 50_000_000,
      storage: "memory",
      duplicate_window: 30 * nanos,
    })
    expect((await streams.info("last")).config).toMatchObject({ max_msgs_per_subject: 2, storage: "memory" })
    await connection.close()
  })

  it("need encryption to other machines", async () => {
    const failure = await holder.bench.refusal({ servers: "nats://10.0.0.1:4222" })
    expect(failure.rest).toBe("disable")
    expect(failure.message).toContain("nats:// to 10.0.0.1 can be read on the way: use tls://")
  })

  it("are not reached unencrypted where the address says tls://", async () => {
    const { server } = holder.bench
    const failure = await holder.bench.refusal({ servers: server.url.replace("nats:", "tls:") })
    expect(failure.cause).toMatchObject({ reason: "unreachable" })
    expect(failure.message).toContain("does not support 'tls'")
  })
})

describe.skipIf(!hasNats())("a server with users", () => {
  const holder = useBench("authorization { user: feed, password: right-4711 }")

  it("takes the right password, and its refusal shows none", async () => {
    const { bench } = holder
    const sink = await bench.open({ auth: { user: "feed", password: Redacted.make("right-4711") } })
    const records = recordsOf(1)
    await deliver(sink, batchOf(records))
    const failure = await bench.refusal({ auth: { user: "feed", password: Redacted.make("wrong-4711") } })
    expect(failure.cause).toMatchObject({ reason: "refused" })
    expect(failure.message).toContain("refuses the connection")
    expect(failure.message).not.toContain("4711")
  })
})

const folder = temporaryFolder()
const certFile = join(folder, "cert.pem")
const keyFile = join(folder, "key.pem")
writeFileSync(certFile, cert)
writeFileSync(keyFile, key)

describe.skipIf(!hasNats())("a server with TLS", () => {
  const holder = useBench(`tls { cert_file: "${certFile}", key_file: "${keyFile}" }`)

  it("is trusted with the certificates of the options alone", async () => {
    const { bench } = holder
    const servers = `tls://127.0.0.1:${bench.server.port}`
    const sink = await bench.open({ servers, tls: { ca: cert } })
    await deliver(sink, batchOf(recordsOf(1)))
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0")
    const failure = await bench.refusal({ servers })
    vi.unstubAllEnvs()
    expect(failure.message).toMatch(/self-signed|certificate/)
  })
})
