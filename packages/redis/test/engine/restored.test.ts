/** Readers of a stream that is another one, or goes back, between two looks at it. */
import { emptyBook, fold, type Change, type Control } from "@boltodds/protocol"
import { redisKeys } from "@boltodds/redis"
import { hasRedis } from "@boltodds/testing/RedisServer"
import { batchOf, deliver, recordsOf } from "@boltodds/testing/storeBench"
import type { Redis } from "ioredis"
import { describe, expect, it } from "vitest"
import type { Reply } from "../../src/internal/Link.ts"
import { Reading } from "../../src/internal/Reading.ts"
import { withClient } from "../fixtures/logs.ts"
import { useBench } from "../fixtures/RedisBench.ts"

type StreamRecord = Change | Control

/** A reader that can be held up between two commands. */
const heldReader = (client: Redis, isLog: boolean) => {
  let gate: Promise<void> = Promise.resolve()
  let go = (): void => {}
  let now = 0
  const call = async (command: string, args: ReadonlyArray<string | number>): Promise<Reply> => {
    await gate
    // It does not look at the manifest again until nothing comes.
    now += 1
    return await client.call(command, ...args.map((arg, index) => args[index - 1] === "BLOCK" ? 20 : arg)) as Reply
  }
  const reading = new Reading({
    isUp: true,
    onReturn: () => () => {},
    untilUp: async () => {},
    call,
    callAll: (commands) => Promise.all(commands.map(([command, ...args]) => call(String(command), args))),
  }, {
    keys: redisKeys("odds"),
    origin: "redis:odds",
    isLog,
    since: undefined,
    partition: undefined,
    staleMillis: 1e9,
    onTrouble: () => {},
    now: () => now,
    waitMillis: 5,
  })
  const given: Array<StreamRecord> = []
  const running = (async () => {
    for await (const group of reading.groups()) given.push(...group)
  })()
  return {
    given,
    book: () => fold(emptyBook, given),
    hold: () => void (gate = new Promise((resolve) => go = resolve)),
    goOn: () => go(),
    stop: async () => {
      go()
      reading.stop()
      await running
    },
  }
}

const ofWriter = (given: ReadonlyArray<StreamRecord>) => given.filter(({ origin }) => origin === undefined)

/** The records with times of hours ago. */
const earlier = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<StreamRecord> =>
  records.map((record) => ({ ...record, at: "2026-07-15T00:00:00.000Z" }))

describe.skipIf(!hasRedis())("a reader that was held up", () => {
  const holder = useBench()

  it("of a log begins again where the stream was made anew, with earlier times and more records", async () => {
    const { bench } = holder
    const first = recordsOf(1)
    const second = earlier([...recordsOf(2), ...recordsOf(3)])
    await deliver(await bench.open(), batchOf(first))
    await withClient(bench.server.url, async (client) => {
      const reader = heldReader(client, true)
      try {
        await expect.poll(() => ofWriter(reader.given).length).toBe(first.length)
        reader.hold()
        await client.flushall()
        await deliver(await bench.open(), batchOf(second))
        reader.goOn()
        await expect.poll(() => ofWriter(reader.given)).toEqual([...first, ...second])
      } finally {
        await reader.stop()
      }
    })
  })
})
