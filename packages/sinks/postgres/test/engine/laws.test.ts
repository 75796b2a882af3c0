import { laws } from "@boltodds/lane"
import { postgres } from "@boltodds/sink-postgres"
import { hasPostgres, PostgresServer } from "@boltodds/testing/PostgresServer"
import { RowTexts } from "@boltodds/testing/rowTexts"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, it } from "vitest"
import { rowsOf } from "../fixtures/PostgresBench.ts"

describe.skipIf(!hasPostgres())("the sink keeps the laws of sinks", () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server.end())
  for (const [index, law] of laws.entries()) {
    const schema = `law${index}`
    it(law.name, () => {
      const { user, password } = PostgresServer
      const texts = new RowTexts()
      return law.run({
        sink: texts.notingOpened(postgres({ url: server.url, user, password: Redacted.make(password), schema })),
        received: () => rowsOf(server, schema, texts.table.columns).map((row) => texts.textOf(row)),
      })
    })
  }
})
