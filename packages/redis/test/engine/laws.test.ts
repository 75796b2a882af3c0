import { laws } from "@boltodds/lane"
import { redis } from "@boltodds/redis"
import { hasRedis, RedisServer } from "@boltodds/testing/RedisServer"
import { afterAll, beforeAll, describe, it } from "vitest"
import { textsOf } from "../fixtures/logs.ts"

describe.skipIf(!hasRedis())("the sink keeps the laws of sinks", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.kill())
  for (const [index, law] of laws.entries()) {
    const stream = `law${index}`
    it(
      law.name,
      () =>
        law.run({
          sink: redis({ url: server.url, stream, partitions: 3 }),
          received: () => textsOf(server.url, stream),
        }),
    )
  }
})
