/** A feed through a real server that is killed, stopped, emptied and contended for. */
import { hasNats } from "@boltodds/testing/NatsServer"
import { patience } from "@boltodds/testing/patience"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import {
  batchOf,
  type BenchReader,
  deliver,
  failureOf,
  hasGamesOf,
  isAnyLive,
  recordsOf,
  textsOfRecords,
  useBench,
} from "../fixtures/NatsBench.ts"

const kills = Number(process.env["NATS_KILLS"] ?? 3)

describe.skipIf(!hasNats())("a feed through NATS", () => {
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
    let late: BenchReader | undefined
    let retries = 0
    for (let kill = 1; kill <= kills; kill++) {
      await deliver(sink, next(100))
      // Larger than what a connection takes at once, so that it is killed in mid-batch.
      const delivery = deliver(sink, next(4_000))
      await new Promise((resolve) => setImmediate(resolve))
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

  it("refuses the older of two writers, which writes nothing any more", async () => {
    const { bench } = holder
    const [a, b, c] = [recordsOf(1), recordsOf(2), recordsOf(3)]
    const first = await bench.open()
    await deliver(first, batchOf(a))
    const second = await bench.open()
    await deliver(second, batchOf(b))
    const failure = await failureOf(first, batchOf(c))
    const again = failure.rest === "retry" ? await failureOf(first, batchOf(c)) : failure
    expect(again.rest).toBe("disable")
    expect(again.cause).toMatchObject({ reason: "fenced" })
    expect(again.message).toContain(
      "Another process writes to odds_log. A log has one writer: stop one of the two, or give one another name.",
    )
    expect(await bench.log()).toEqual(textsOfRecords([...a, ...b]))
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
    expect(forgot).toEqual(["LogForgot"])
    // What follows begins with the whole book: here, another run.
    await deliver(sink, batchOf(after))
    await reader.until(hasGamesOf(after))
    expect(await bench.log()).toEqual(textsOfRecords(after))
  })
})
