import { postgres, type PostgresSinkOptions } from "@boltodds/sink-postgres"
import { cert, key } from "@boltodds/testing/certificate"
import { hasPostgres, PostgresServer } from "@boltodds/testing/PostgresServer"
import { batchOf, deliver, recordsOf } from "@boltodds/testing/storeBench"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

describe.skipIf(!hasPostgres())("a server with TLS", () => {
  let server: PostgresServer
  const { user } = PostgresServer
  const password = Redacted.make(PostgresServer.password)
  beforeAll(async () => {
    server = await PostgresServer.start(["ssl = on", "log_connections = on"], { "server.crt": cert, "server.key": key })
  })
  afterAll(() => server.end())

  const write = (options: PostgresSinkOptions) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const sink = yield* postgres({ url: server.url, user, password, ...options })
      yield* Effect.promise(() => deliver(sink, batchOf(recordsOf(1))))
      if (sink.check !== undefined) yield* sink.check
    })))
  const refusal = (options: PostgresSinkOptions) =>
    Effect.runPromise(Effect.flip(Effect.scoped(postgres({ url: server.url, user, password, ...options }))))

  it("is written over an encrypted connection if its certificate is trusted, and only then", async () => {
    await write({ tls: { ca: cert } })
    expect(server.log).toMatch(/user=odds database=odds application_name=boltodds SSL enabled/)
    const failure = await refusal({ encrypted: true })
    expect(failure).toMatchObject({ rest: "retry", cause: { reason: "unreachable" } })
    expect(failure.message).toMatch(/self-signed certificate/)
  })

  it("refuses a wrong password and a database that does not exist, and the errors show no password", async () => {
    const wrong = await refusal({ password: Redacted.make("wrong-password-4711") })
    expect(wrong).toMatchObject({ rest: "disable", cause: { reason: "refused" } })
    expect(wrong.message).toContain('password authentication failed for user "odds". Check user, password')
    expect(JSON.stringify(wrong, Object.getOwnPropertyNames(wrong)) + String(wrong.cause)).not.toContain("4711")
    const none = await refusal({ password: Redacted.make("") })
    expect(none).toMatchObject({ rest: "disable", cause: { reason: "refused" } })
    const missing = await refusal({ url: server.url.replace("/odds", "/none") })
    expect(missing).toMatchObject({ rest: "disable", cause: { reason: "missing" } })
    expect(missing.message).toContain('database "none" does not exist. Make the database: createdb.')
  })

  it("is named where it is not there", async () => {
    const failure = await refusal({ url: "postgres://127.0.0.1:1/odds" })
    expect(failure).toMatchObject({ rest: "retry", cause: { reason: "unreachable" } })
    expect(failure.message).toContain("Cannot connect to PostgreSQL at 127.0.0.1:1/odds: connection refused. Start the")
  })
})
