/** The book that a process goes on from, on a real server. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { headers } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { natsBook } from "@boltodds/nats"
import { emptyBook, fold } from "@boltodds/protocol"
import { apply, resume } from "@boltodds/state"
import { hasNats } from "@boltodds/testing/NatsServer"
import { patience } from "@boltodds/testing/patience"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { scenario } from "../../../state/test/scenario.ts"
import { batchOf, deliver, failureOf, recordsOf, textsOfRecords, useBench } from "../fixtures/NatsBench.ts"

describe.skipIf(!hasNats())("the book of a feed in NATS", () => {
  const holder = useBench()
  const read = () => Effect.runPromise(natsBook({ servers: holder.bench.server.url, name: "odds" }))

  it("does not exist before anything was written", async () => {
    expect(await read()).toBeUndefined()
    await holder.bench.open()
    expect(await read()).toBeUndefined()
  })

  it("is that of the readers, over several runs of which each goes on from the one before", async () => {
    const { bench } = holder
    const all = [...recordsOf(1)]
    await deliver(await bench.open(), batchOf(all))
    for (let term = 2; term <= 4; term++) {
      const found = await read()
      expect(found?.book).toEqual(fold(emptyBook, all))
      expect(found?.term).toBe(term === 2 ? 0 : term - 1)
      const state = resume(found!.book, { run: `01J0000000000000000000000${term}`, term })
      const records = apply(state, scenario(term).events).steps.flatMap((step) => step.records)
      await deliver(await bench.open({ continues: found!.position }), batchOf(records))
      all.push(...records)
    }
    expect((await read())?.book).toEqual(fold(emptyBook, all))
  })

  it("fences a process that goes on from it after another process wrote", async () => {
    const { bench } = holder
    const [a, b, c] = [recordsOf(1), recordsOf(2), recordsOf(3)]
    const first = await bench.open()
    await deliver(first, batchOf(a))
    const { position } = (await read())!
    // The process that wrote before was only stopped for a while.
    await deliver(first, batchOf(b))
    const failure = await failureOf(await bench.open({ continues: position }), batchOf(c))
    expect(failure.rest).toBe("disable")
    expect(failure.cause).toMatchObject({ reason: "fenced" })
    expect(await bench.log()).toEqual(textsOfRecords([...a, ...b]))
  })

  it("is refused where the server has lost the oldest of the latest records", async () => {
    const { bench } = holder
    await deliver(await bench.open(), batchOf(recordsOf(1)))
    expect((await read())?.book.games.size).toBeGreaterThan(0)
    const connection = await connect({ servers: bench.server.url })
    await (await jetstreamManager(connection)).streams.purge("odds_latest", { seq: 2 })
    await connection.close()
    await expect(read()).rejects.toThrow("The oldest of the latest records in odds_latest are missing")
  })

  it("is refused where a large record began, replaced the one before it, and was never finished", async () => {
    const { bench } = holder
    await deliver(await bench.open(), batchOf(recordsOf(1)))
    const connection = await connect({ servers: bench.server.url })
    const piece = headers()
    piece.set("Boltodds-Piece", "1/2")
    piece.set("Nats-Msg-Id", "01J0000000000000000000000A/0")
    await jetstream(connection).publish("odds.line.NBA.book.game.outcome", "{", { headers: piece })
    await connection.close()
    await expect(read()).rejects.toThrow("The end of a large record in odds_latest is missing")
  })

  it("is refused where the latest records are those of an earlier log, however far that went", async () => {
    const { bench } = holder
    await deliver(await bench.open(), batchOf(recordsOf(1)))
    await read()
    const connection = await connect({ servers: bench.server.url })
    const { streams } = await jetstreamManager(connection)
    const { config } = await streams.info("odds_log")
    await streams.update("odds_latest", { sources: [] })
    await streams.delete("odds_log")
    await streams.add(config)
    await jetstream(connection).publish("odds.control.x", "{}")
    await connection.close()
    await expect(read()).rejects.toThrow("The latest records in odds_latest do not follow the log")
  }, 30_000 * patience())

  it("is nothing to a log that was made anew: its reader needs everything", async () => {
    const { bench } = holder
    await deliver(await bench.open(), batchOf(recordsOf(1)))
    const { position } = (await read())!
    await bench.server.kill()
    bench.server.forget()
    await bench.server.start()
    const failure = await failureOf(await bench.open({ continues: position }), batchOf(recordsOf(2)))
    expect(failure).toMatchObject({ rest: "retry", isNewReader: true })
  })
})
