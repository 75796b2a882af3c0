/** The laws of a sink that a lane feeds: plain values for any test runner. */
import { type Identity, identityOf } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { expect, type Law, law } from "./LawBench.ts"
import { droppedAt, gameResnapshotAt, numberedGroups, quarantinedAt, resnapshotAt } from "./lawRecords.ts"

/**
 * The laws.
 *
 * @example
 * ```ts ignore
 * for (const law of laws) test(`my sink: ${law.name}`, () => law.run(openMySubject()))
 * ```
 */
export const laws: ReadonlyArray<Law> = [
  law("delivers everything, in order, once", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(200)
      const counts = yield* bench.through(groups)
      yield* bench.expectCounts(counts, { in: 500, delivered: 500 })
      return groups.flat().map((envelope) => envelope.text)
    })),
  law("is given whole groups", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(60)
      yield* bench.through(groups, { batch: { records: 4, bytes: 1_000_000 } })
      const ends = new Set(groups.map((group) => group[group.length - 1]!.seq))
      for (const batch of bench.batches) {
        const { seq, last } = batch.envelopes[batch.envelopes.length - 1]!
        yield* expect(last && ends.has(seq), `a batch ends within a group, at seq ${seq}`)
      }
      yield* expect(bench.batches.length > 10, `${bench.batches.length} batches cannot show how they are cut`)
      return groups.flat().map((envelope) => envelope.text)
    })),
  law("gets nothing more once the lane has ended", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(20)
      bench.failWith = (batch) =>
        bench.batches.length === 3 ? { rest: "end", count: batch.envelopes.length } : undefined
      const counts = yield* bench.through(groups, { batch: { records: 1, bytes: 1_000_000 } })
      const sent = groups.slice(0, 3).flat()
      yield* expect(bench.batches.length === 3, `${bench.batches.length} batches were written, not 3`)
      yield* bench.expectCounts(counts, { in: 50, delivered: sent.length, dropped: 50 - sent.length })
      return sent.map((envelope) => envelope.text)
    })),
  law("keeps the counts true, and the order, when deliveries fail in the middle", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(40)
      let turn = 0
      bench.failWith = (batch) => {
        turn += 1
        return turn % 3 === 0 ? undefined : { rest: "retry", count: Math.trunc(batch.envelopes.length / (turn % 3)) }
      }
      const counts = yield* bench.through(groups, {
        batch: { records: 5, bytes: 1_000_000 },
        retry: { base: Duration.zero },
      })
      yield* bench.expectCounts(counts, { in: 100, delivered: 100 })
      yield* expect(counts.retries > 0, "nothing was tried again")
      return groups.flat().map((envelope) => envelope.text)
    })),
  law("loses only what it says it lost", (bench) =>
    Effect.gen(function* () {
      const groups = numberedGroups(20)
      const lost = new Set<string>()
      bench.failWith = (batch) => {
        if (bench.batches.length % 2 === 1) return undefined
        for (const envelope of batch.envelopes) lost.add(envelope.text)
        return { rest: "degrade", count: 0 }
      }
      const counts = yield* bench.through(groups, { batch: { records: 1, bytes: 1_000_000 } })
      yield* bench.expectCounts(counts, { in: 50, delivered: 50 - lost.size, dropped: lost.size })
      return groups.flat().map((envelope) => envelope.text).filter((text) => !lost.has(text))
    })),
  law("delivers a resnapshot whole", (bench) =>
    Effect.gen(function* () {
      const before = numberedGroups(4)
      const again = resnapshotAt(10, 60)
      bench.failWith = () => bench.batches.length === 1 ? { rest: "degrade", count: 0 } : undefined
      const counts = yield* bench.through(before, {
        notice: () => droppedAt(10),
        resnapshot: () => again,
        // In several batches where it can be: a piece at a time must not stand for the whole.
        batch: { records: 4, bytes: 1_000_000 },
      })
      yield* expect(counts.resnapshots === 1, `the counts are ${JSON.stringify(counts)}: no resnapshot was delivered`)
      const arrived = bench.batches.slice(1).flatMap(({ envelopes }) => envelopes.map(({ text }) => text))
      yield* expect(again.every(({ text }) => arrived.includes(text)), "the lane did not write all of the resnapshot")
      return arrived
    }), readOnce),
  law("delivers a resnapshot of one game whole", (bench) =>
    Effect.gen(function* () {
      // Without controls: what is lost names one game.
      const before = numberedGroups(4).slice(1)
      const again = gameResnapshotAt(10, 60)
      bench.failWith = () => bench.batches.length === 1 ? { rest: "degrade", count: 0 } : undefined
      const counts = yield* bench.through(before, {
        notice: () => quarantinedAt(10),
        resnapshot: () => [],
        gameResnapshots: { sessions: () => [{ session: "law", epoch: 1 }], flush: () => [], of: () => again },
        batch: { records: 4, bytes: 1_000_000 },
      })
      yield* expect(
        counts.gameResnapshots === 1 && counts.resnapshots === 0,
        `the counts are ${JSON.stringify(counts)}: the game was not sent again, or everything was`,
      )
      const arrived = bench.batches.slice(1).flatMap(({ envelopes }) => envelopes.map(({ text }) => text))
      yield* expect(again.every(({ text }) => arrived.includes(text)), "the lane did not write all of the game")
      return arrived
    }), readOnce),
  law(
    "changes nothing for its reader by a batch that is written twice, or cut off and written again",
    (bench) =>
      Effect.gen(function* () {
        const groups = numberedGroups(40)
        let failures = 0
        bench.failWith = ({ envelopes, attempt }) => {
          if (attempt > 2) return undefined
          failures += 1
          // What is written, and is not known to be: nothing, a part or all of it.
          return { rest: "retry", count: Math.trunc(envelopes.length * (failures % 3) / 2), isUnknown: true }
        }
        const counts = yield* bench.through(groups, {
          batch: { records: 5, bytes: 1_000_000 },
          retry: { base: Duration.zero },
          breaker: { failures: Infinity },
        })
        yield* bench.expectCounts(counts, { in: 100, delivered: 100 })
        yield* expect(failures > 10, `${failures} failures cannot show what is written twice`)
        return groups.flat().map((envelope) => envelope.text)
      }),
    readOnce,
  ),
  law("opens and closes without having written", () => Effect.succeed([])),
]

/** What a reader keeps that takes one record of each identity and ignores repetitions. */
function readOnce(received: ReadonlyArray<string>): ReadonlyArray<string> {
  const seen = new Set<string>()
  return received.filter((text) => {
    const identity = identityOf(JSON.parse(text) as Identity)
    const isNew = !seen.has(identity)
    seen.add(identity)
    return isNew
  })
}
