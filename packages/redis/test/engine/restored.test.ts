/** Readers of a stream that is another one, or goes back, between two looks at it. */
import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
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
  let returned = (): void => {}
  const call = async (command: string, args: ReadonlyArray<string | number>): Promise<Reply> => {
    await gate
    // It does not look at the manifest again until nothing comes.
    now += 1
    return await client.call(command, ...args.map((arg, index) => args[index - 1] === "BLOCK" ? 20 : arg)) as Reply
  }
  const reading = new Reading({
    isUp: true,
    onReturn: (listener) => {
      returned = listener
      return () => {}
    },
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
    reconnect: () => returned(),
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

  it.each([true, false])("has what a new writer wrote over what the server lost (of a log: %s)", async (isLog) => {
    const { bench } = holder
    const before = recordsOf(1)
    const half = Math.floor(before.length / 2)
    const first = await bench.open()
    await deliver(first, batchOf(before.slice(0, half)))
    await withClient(bench.server.url, async (client) => {
      const saved = await Promise.all(
        (await client.keys("*")).map(async (key) => [key, await client.dumpBuffer(key)] as const),
      )
      await deliver(first, batchOf(before.slice(half)))
      const reader = heldReader(client, isLog)
      try {
        await expect.poll(() => reader.book().games).toEqual(fold(emptyBook, before).games)
        reader.hold()
        await client.flushall()
        for (const [key, value] of saved) await client.restore(key, 0, value!)
        // As many as were lost: the positions are the same.
        const all = earlier([...recordsOf(2), ...recordsOf(3)]).slice(0, before.length - half)
        const second = [...all.slice(0, -1), { ...all.at(-1)!, last: true as const }]
        await deliver(await bench.open(), batchOf(second))
        reader.reconnect()
        reader.goOn()
        const wanted = fold(emptyBook, second)
        await expect.poll(() => reader.book().games).toEqual(wanted.games)
        expect(reader.book().lossy).toBe(false)
        if (isLog) expect(ofWriter(reader.given)).toEqual([...before, ...second])
      } finally {
        await reader.stop()
      }
    })
  })

  it("goes on where a new writer took over what it had read", async () => {
    const { bench } = holder
    const [before, after] = [recordsOf(1), recordsOf(2)]
    await deliver(await bench.open(), batchOf(before))
    await withClient(bench.server.url, async (client) => {
      const reader = heldReader(client, true)
      try {
        await expect.poll(() => ofWriter(reader.given).length).toBe(before.length)
        await deliver(await bench.open(), batchOf(after))
        await expect.poll(() => ofWriter(reader.given)).toEqual([...before, ...after])
        await new Promise((resolve) => setTimeout(resolve, 200))
        expect(
          reader.given.filter(({ origin }) => origin !== undefined).map((record) =>
            "control" in record && record.control
          ),
        )
          .not.toContain("dropped")
        expect(ofWriter(reader.given)).toEqual([...before, ...after])
      } finally {
        await reader.stop()
      }
    })
  })
})
