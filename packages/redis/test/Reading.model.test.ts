/**
 * A reader against a model of the server: keys that the script's own arguments change, records that are written, trimmed and
 * lost between any two commands of the reader. `LAW_RUNS=3000 LAW_SEED=1` for more lives.
 */
import { type Book, type Change, type Control, emptyBook, encodeRecord, fold, isLive } from "@boltodds/protocol"
import { partitionOf, redisKeys } from "@boltodds/redis"
import { apply, make } from "@boltodds/state"
import { isDeepStrictEqual } from "node:util"
import { describe, expect, it } from "vitest"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { appendRecord } from "../src/internal/entries.ts"
import type { Reply } from "../src/internal/Link.ts"
import { Reading } from "../src/internal/Reading.ts"

const runs = Number(process.env["LAW_RUNS"] ?? 20)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const keys = redisKeys("odds")
const partitions = 2

type StreamRecord = Change | Control

/** What the scripts do, by their arguments, in the words of this test. */
class ModelServer {
  readonly hashes = new Map<string, Map<string, string>>()
  readonly games = new Set<string>()
  readonly streams = new Map<string, Array<readonly [string, ReadonlyArray<string>]>>()
  readonly positions = new Map<string, number>()
  created = "1"
  whole = true
  millis = 1_000_000

  write(record: StreamRecord): void {
    this.millis += 1
    const args: Array<string> = []
    appendRecord(args, record, encodeRecord(record), keys, { latest: true, partitions })
    const [what, where, ...rest] = args as [string, string, ...Array<string>]
    const text = rest.at(-1)!
    this.#append(keys.log, text)
    for (let index = 0; index < partitions; index++) {
      if (where === "*" || where === String(index)) this.#append(keys.partition(index), text)
    }
    const value = `${this.positions.get(keys.log)} ${text}`
    const [key = "", field = ""] = rest
    switch (what) {
      case "l":
        this.#hash(key).set(field, value)
        this.games.add(key)
        break
      case "x":
        this.#hash(key).delete(field)
        break
      case "o":
        this.hashes.set(key, new Map([["game", value]]))
        this.games.add(key)
        break
      case "c":
        this.hashes.delete(key)
        this.games.delete(key)
        break
      case "k":
        this.#hash(keys.controls).set(key, value)
        break
      case "s":
        this.hashes.clear()
        this.games.clear()
        this.#hash(keys.controls).set(key, value)
        break
      default:
        throw new Error(`what is ${what}?`)
    }
    this.whole = record.last === true
  }

  trim(most: number): void {
    for (const entries of this.streams.values()) entries.splice(0, Math.max(0, entries.length - most))
  }

  /** The answer to a command, at this moment. */
  answer(command: string, args: ReadonlyArray<string | number>): Reply {
    const [key, ...fields] = args.map(String)
    switch (command) {
      case "HMGET":
        return fields.map((field) => this.#manifest(field))
      case "HGETALL":
        return [...this.#hash(key!)].flat()
      case "SMEMBERS":
        return [...this.games]
      case "XREAD": {
        const [stream, cursor] = fields.slice(-2) as [string, string]
        const after = numbersOf(cursor)
        const entries = (this.streams.get(stream) ?? []).filter(([id]) => isAfter(numbersOf(id), after)).slice(0, 50)
        return entries.length === 0 ? null : [[stream, entries]]
      }
      default:
        throw new Error(`no command ${command} is expected`)
    }
  }

  #manifest(field: string): string | null {
    if (field === "version") return "1"
    if (field === "created") return this.created
    if (field === "last") return String(this.positions.get(keys.log) ?? 0)
    if (field === "takes" || field.startsWith("took")) return null
    if (field === "latest") return "yes"
    if (field === "partitions") return String(partitions)
    if (field === "whole") return this.whole ? "yes" : "no"
    const stream = field === "id" ? keys.log : keys.partition(Number(field.slice("partition:".length)))
    return `${this.millis}-${this.positions.get(stream) ?? 0}`
  }

  #append(stream: string, text: string): void {
    const position = (this.positions.get(stream) ?? 0) + 1
    this.positions.set(stream, position)
    const entries = this.streams.get(stream) ?? []
    this.streams.set(stream, [...entries, [`${this.millis}-${position}`, ["record", text]]])
  }

  #hash(key: string): Map<string, string> {
    const found = this.hashes.get(key) ?? new Map<string, string>()
    this.hashes.set(key, found)
    return found
  }
}

type Numbers = readonly [number, number]
const numbersOf = (id: string): Numbers => id.split("-").map(Number) as unknown as Numbers
const isAfter = (one: Numbers, other: Numbers): boolean => one[0] > other[0] || one[0] === other[0] && one[1] > other[1]

interface LifeCounts {
  groups: number
  joins: number
  dropped: number
}

/** A reader that joins at a random moment, and reads while records are written, trimmed and not answered. */
const live = async (seed: number, counts: LifeCounts): Promise<void> => {
  const random = generator(seed ^ 0x0d15)
  const partition = random() < 0.3 ? Math.floor(random() * partitions) : undefined
  const steps = [seed, seed + 7_000].flatMap((each, index) =>
    apply(make({ run: `01J0000000000000000000000${index + 1}` }), scenario(each).events).steps
  )
  const all = steps.flatMap(({ records }) => records)
  const server = new ModelServer()
  const books: Array<Book> = [emptyBook]
  let written = 0
  const write = (count: number): void => {
    for (let index = 0; index < count && written < all.length; index++) {
      const record = all[written++]!
      server.write(record)
      const isOwn = partition === undefined || "control" in record ||
        partitionOf(record.sportsbook, record.game, partitions) === partition
      books.push(isOwn ? fold(books.at(-1)!, [record]) : books.at(-1)!)
    }
  }
  write(Math.floor(random() * all.length))
  /** How often the reader has found nothing more. */
  let idle = 0
  let now = 0
  const between = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    now += 1
    if (random() < 0.5) write(random() < 0.1 ? 60 : Math.floor(random() * 6))
    if (random() < 0.1) server.trim(Math.floor(random() * 20))
    if (random() < 0.03) throw new Error("Connection is closed.")
  }
  const call = async (command: string, args: ReadonlyArray<string | number>): Promise<Reply> => {
    await between()
    if (command === "SMEMBERS") counts.joins++
    const answer = server.answer(command, args)
    if (command === "XREAD" && answer === null) {
      if (written < all.length) write(3)
      else if (idle++ > 20) {
        // Until the reader has what waits for it.
        await new Promise((resolve) => setTimeout(resolve, 5))
        reading.stop()
      } // The end of a group that does not come is waited for, by the clock.
      else now += 100
    }
    return answer
  }
  const link = {
    isUp: true,
    onReturn: () => () => {},
    untilUp: async () => {},
    call,
    callAll: (commands: ReadonlyArray<ReadonlyArray<string>>) =>
      Promise.all(commands.map(([command, ...args]) => call(command!, args))),
  }
  const reading = new Reading(link, {
    keys,
    origin: "redis:odds",
    isLog: false,
    since: undefined,
    partition,
    staleMillis: 25_000,
    onTrouble: () => {},
    now: () => now,
    waitMillis: 1,
  })
  let folded: Book = emptyBook
  let at = 0
  let isFirst = true
  const isOf = (truth: Book): boolean =>
    isDeepStrictEqual(truth.games, folded.games) &&
    isDeepStrictEqual(truth.staleBooks, folded.staleBooks) &&
    // What is stale since nothing comes is so for the reader alone.
    [...truth.staleSessions].every((session) => folded.staleSessions.has(session)) &&
    [...folded.games].every(([id, game]) =>
      [...game.lines.values()].every((line) => {
        const other = truth.games.get(id)!
        return !isLive(folded, game, line) || isLive(truth, other, other.lines.get(line.outcome)!)
      })
    )
  for await (const group of reading.groups()) {
    counts.groups++
    folded = fold(folded, group)
    if (isFirst) expect(group[0]).toMatchObject({ control: "stream_started" })
    isFirst = false
    if (group.some((record) => "control" in record && record.control === "dropped")) counts.dropped++
    // Where a snapshot follows, the reader believes nothing.
    if (!folded.lossy) {
      // The newest of the moments that it can be of: a reader never goes back, and has no price live that was not.
      let found = written
      while (found > at && !isOf(books[found]!)) found--
      expect(isOf(books[found]!), `a group is the book of no moment after ${at}`).toBe(true)
      at = found
    }
  }
  const final = books.at(-1)!
  expect(folded.lossy).toBe(false)
  expect(folded.games).toEqual(final.games)
  // The last book, and not one of before in which the same prices were live.
  expect(isOf(final), "the last stale, or the last that ended one, is lost").toBe(true)
}

describe("a reader of the latest records of Redis", { timeout: 120_000 + runs * 2_000 }, () => {
  it("has the exact book at the end of each group, never a price that was not live, and the last book at the end", async () => {
    const counts: LifeCounts = { groups: 0, joins: 0, dropped: 0 }
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      try {
        await live(seed, counts)
      } catch (cause) {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
    }
    // Lives without holes would prove little.
    expect(counts.groups).toBeGreaterThan(3 * runs)
    expect(counts.joins).toBeGreaterThan(2 * runs)
    expect(counts.dropped).toBeGreaterThan(runs / 2)
  })
})
