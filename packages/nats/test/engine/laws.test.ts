import { laws } from "@boltodds/lane"
import { nats } from "@boltodds/nats"
import { hasNats, NatsServer } from "@boltodds/testing/NatsServer"
import { afterAll, beforeAll, describe, it } from "vitest"
import { textsOf } from "../fixtures/logs.ts"

describe.skipIf(!hasNats())("the sink keeps the laws of sinks", () => {
  let server: NatsServer
  beforeAll(async () => {
    server = await NatsServer.start()
  })
  afterAll(() => server.kill())
  for (const [index, law] of laws.entries()) {
    const name = `law${index}`
    it(
      law.name,
      () => law.run({ sink: nats({ servers: server.url, name }), received: () => textsOf(server.url, name) }),
    )
  }
})
