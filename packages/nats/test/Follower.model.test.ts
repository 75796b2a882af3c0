/** A reader of the latest records against a model of the stream. `LAW_RUNS=3000 LAW_SEED=1` for more lives. */
import { type Book, type Change, type Control, emptyBook, fold, Follower, isLive, latestKey } from "@boltodds/protocol"
import { apply, make } from "@boltodds/state"
import { describe, expect, it } from "vitest"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"

const runs = Number(process.env["LAW_RUNS"] ?? 60)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)
const staleMillis = 25_000
const clock = "2026-07-16T00:00:00.000Z"

type StreamRecord = Change | Control

/** A stream that keeps the last message of each key. */
class LatestStream {
  readonly all: Array<StreamRecord> = []
  readonly #last = new Map<string, number>()

  add(record: StreamRecord): void {
    this.all.push(record)
    const key = JSON.stringify(latestKey(record))
    this.#last.delete(key)
    this.#last.set(key, this.all.length)
  }

  /** The sequence of the first message after another that is still there. */
  next(after: number): number | undefined {
    return [...this.#last.values()].find((sequence) => sequence > after)
  }
}

interface LifeCounts {
  groups: number
  leftOut: number
}

/** Writes and reads in a random order; joins somewhere, and once again. */
const live = (seed: number, counts: LifeCounts): void => {
  const random = generator(seed ^ 0xf0110)
  const { steps } = apply(make({ run: "01J00000000000000000000001" }), scenario(seed).events)
  const records = steps.flatMap((step) => step.records)
  const stream = new LatestStream()
  const follower = new Follower({ origin: "nats:odds", isLog: false, staleMillis })
  let written = 0
  let now = 0
  let folded: Book = emptyBook
  let cursor = 0
  let isJoined = false
  let receivedAt = 0
  /** Whether a message came that was written after the joining: the writer lives. */
  let isAlive = false
  const join = (): void => {
    follower.join(stream.all.length, now)
    joinedAt = stream.all.length
    asked = undefined
    cursor = 0
    isJoined = true
    isAlive = false
  }
  let joinedAt = 0
  let asked: { readonly sequence: number; answer: number | undefined } | undefined
  const joins = new Set([Math.floor(random() * records.length), Math.floor(random() * records.length)])
  let left = 60
  while (left > 0) {
    if (written === records.length && stream.next(cursor) === undefined) left--
    now += random() < 0.01 ? 30_000 : Math.floor(random() * 100)
    if (written < records.length && random() < 0.2) {
      const many = random() < 0.2 ? 40 : 1
      for (let index = 0; index < many && written < records.length; index++) {
        stream.add(records[written++]!)
        if (joins.has(written)) join()
      }
    }
    if (!isJoined) {
      if (written === records.length) join()
      continue
    }
    // A reader is slow for a while, and then fast enough to reach the end.
    for (let reads = random() < 0.6 ? 1 : 60; reads > 0; reads--) {
      const next = stream.next(cursor)
      if (next === undefined) break
      counts.leftOut += next - cursor - 1
      const arrival = { record: stream.all[next - 1]!, sequence: next }
      follower.take(arrival, now)
      // Some servers deliver a message several times.
      if (random() < 0.05) follower.take(arrival, now)
      cursor = next
      receivedAt = now
      if (cursor > joinedAt) isAlive = true
    }
    // The server is asked, and its answer comes later: records are written and read in between.
    if (asked === undefined && random() < 0.3) asked = { sequence: cursor, answer: undefined }
    else if (asked !== undefined && asked.answer === undefined && random() < 0.5) asked.answer = stream.all.length
    else if (asked?.answer !== undefined && random() < 0.5) {
      follower.reached(asked.sequence, asked.answer)
      asked = undefined
    }
    if (random() < 0.5) continue
    if (now - receivedAt >= staleMillis) isAlive = false
    const group = follower.give(now, clock)
    if (group.length === 0) continue
    counts.groups++
    folded = fold(folded, group)
    const truth = fold(emptyBook, stream.all.slice(0, follower.givenTo))
    // Groups without records of the writer say that all is stale, and change no line.
    if (!group.every((record) => "control" in record && "origin" in record)) {
      expect(folded.games).toEqual(truth.games)
      expect(folded.lossy).toBe(truth.lossy)
      // The end of a group is not waited for without end.
      if (now - receivedAt >= 1_000) expect(follower.givenTo).toBe(cursor)
    }
    for (const game of folded.games.values()) {
      for (const line of game.lines.values()) {
        if (!isLive(folded, game, line)) continue
        expect(isAlive, `${line.outcome} is live, and nothing came`).toBe(true)
        const known = truth.games.get(`${game.sportsbook}\u0000${game.game}`)
        const same = known?.lines.get(line.outcome)
        expect(same !== undefined && isLive(truth, known!, same), `${line.outcome} is live, and was not`).toBe(true)
        expect(line.odds).toBe(same!.odds)
      }
    }
  }
}

describe("a reader of the latest records", { timeout: 120_000 + runs * 1_000 }, () => {
  it("has the exact book at the end of each group, and never a price that was not live", () => {
    const counts: LifeCounts = { groups: 0, leftOut: 0 }
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      try {
        live(seed, counts)
      } catch (cause) {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
    }
    // Lives in which nothing was left out would prove nothing.
    expect(counts.groups).toBeGreaterThan(5 * runs)
    expect(counts.leftOut).toBeGreaterThan(runs)
  })
})
