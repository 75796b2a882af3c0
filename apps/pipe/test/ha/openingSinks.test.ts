/** A process that leads, and a sink whose server cannot be reached yet. */
import { isControl } from "@boltodds/protocol"
import { redisRecords } from "@boltodds/redis"
import { hasNats, NatsServer } from "@boltodds/testing/NatsServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess } from "@boltodds/testing/PipeProcess"
import { hasRedis, RedisServer } from "@boltodds/testing/RedisServer"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it, onTestFinished } from "vitest"

describe.skipIf(!hasNats() || !hasRedis())("a process that leads", () => {
  it("waits for the server of a sink that cannot be reached, and runs once it can", async () => {
    const nats = await NatsServer.start()
    onTestFinished(() => nats.kill())
    const redis = await RedisServer.start()
    onTestFinished(() => redis.kill())
    await redis.kill()
    const folder = new PipelineFolder(
      "source: simulator",
      `lease: { nats: { servers: "${nats.url}", name: odds } }`,
      `sinks: { bus: { redis: { url: "${redis.url}", stream: odds }, emit: changes } }`,
    )
    const pipe = new PipeProcess(["run", folder.file, "--log-format", "human"])
    await pipe.until(({ stderr }) => stderr.includes("; trying again"))
    expect(pipe.stderr).toContain("leader: a sink cannot be written: Cannot connect to Redis at ")
    await redis.start()
    const isFirst = await Effect.runPromise(
      redisRecords({ url: redis.url, stream: "odds" }).pipe(
        Stream.map(([first]) => first !== undefined && isControl(first) && first.control === "stream_started"),
        Stream.runHead,
      ),
    )
    expect(isFirst).toMatchObject({ value: true })
    const { code, stderr } = await pipe.stop("SIGTERM")
    expect(code, stderr).toBe(0)
  })

  it("says that a sink has no book to go on from, where it keeps no latest records", async () => {
    const nats = await NatsServer.start()
    onTestFinished(() => nats.kill())
    const folder = new PipelineFolder(
      "source: simulator",
      `lease: { nats: { servers: "${nats.url}", name: odds } }`,
      `sinks: { bus: { nats: { servers: "${nats.url}", name: odds, latest: false }, emit: changes } }`,
    )
    const pipe = new PipeProcess(["run", folder.file, "--log-format", "human"])
    await pipe.until(({ stderr }) => stderr.includes("the whole book is sent"))
    expect(pipe.stderr).toContain(
      "the book of bus cannot be read, and the whole book is sent: it keeps no latest records (latest: false)",
    )
    // The whole book: a sink that has none to go on from runs all the same.
    await pipe.until(({ stderr }) => stderr.includes("receiving from"))
    expect((await pipe.stop("SIGTERM")).code).toBe(0)
  })
})
