/** Every record has an identity of its own: what stores key on. */
import { type Change, type Control, emptyBook, fold, identityOf } from "@boltodds/protocol"
import {
  changes,
  conflate,
  type Emit,
  messages,
  type ProcessedRouteOptions,
  quotes,
  raw,
  route,
  run,
  type Running,
} from "@boltodds/pipeline"
import { coalesce } from "@boltodds/lane"
import { type Batch, type Envelope, type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { generator } from "../../state/test/random.ts"
import { scenario } from "../../state/test/scenario.ts"
import { DurableFile } from "./DurableFile.ts"

// More, and from elsewhere: LAW_RUNS=500 LAW_SEED=1 vitest run packages/pipeline/test/identity
const runs = Number(process.env["LAW_RUNS"] ?? 10)
const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

const runId = "01K0000000000000000000000A"

/** What arrived at one sink, in the order of arrival. */
interface Arrivals {
  readonly route: string
  readonly emit: string
  /** Records that merging or marking changes on the way say something else under their identity. */
  readonly isMerged: boolean
  readonly arrived: Array<{ readonly identity: string; readonly text: string }>
}

const identify = ({ run: own }: Batch<unknown>, { run: other, seq, part, origin }: Envelope<unknown>): string =>
  identityOf({ run: other ?? own!, seq, part, origin })

/** One run of all emits into several lanes that lose records, one of which is opened again in the middle. */
const live = (seed: number): Effect.Effect<ReadonlyArray<Arrivals>> =>
  Effect.gen(function* () {
    const random = generator(seed)
    const all: Array<Arrivals> = []
    const losing = <A>(name: string, emit: string, badness: number, isMerged: boolean): Sink<A> => {
      const known = all.find((it) => it.route === name)
      const arrived: Arrivals["arrived"] = known?.arrived ?? []
      if (known === undefined) all.push({ route: name, emit, isMerged, arrived })
      return {
        guarantee: "at-least-once",
        write: (batch) =>
          Effect.suspend(() => {
            if (random() < badness) {
              const rest = random() < 0.5 ? "retry" as const : "degrade" as const
              return Effect.fail(new SinkError({ rest, cause: "as drawn" }))
            }
            for (const envelope of batch.envelopes) {
              arrived.push({ identity: identify(batch, envelope), text: envelope.text })
            }
            return Effect.void
          }),
      }
    }
    const file = new DurableFile()
    const laneOptions = {
      batch: { records: 7, bytes: 1e9 },
      retry: { base: Duration.millis(50), cap: Duration.millis(100) },
    }
    const routeOf = <A>(
      name: string,
      emit: Emit<A>,
      more: Partial<ProcessedRouteOptions<A, A, never>> = {},
      badness = 0.3,
      isMerged = false,
    ) =>
      route<A, A>({
        name,
        emit,
        sink: Effect.succeed(losing<A>(name, emit.name, badness, isMerged)),
        ...more,
        lane: { ...laneOptions, ...more.lane },
      } as ProcessedRouteOptions<A, A, never>)
    const book = changes()
    const reopened = () => routeOf("reopened", book)
    const routes = [
      routeOf("whole", book, {}, 0),
      routeOf("lossy", book),
      routeOf("other", book),
      reopened(),
      routeOf("coalesced", book, { lane: { overflow: coalesce() } }, 0.3, true),
      routeOf("conflated", book, { processor: () => conflate({ every: Duration.millis(300) }) as never }, 0.3, true),
      routeOf("kept", book, { lane: { store: file.open(runId) } }),
      routeOf("messages", messages()),
      routeOf("enveloped", messages({ meta: true })),
      routeOf("quotes", quotes()),
      routeOf("raw", raw(), {}, 0),
    ]
    const turns = scenario(seed).events
    let running: Running | undefined
    const source = {
      name: "law",
      events: Stream.fromIterable(turns.keys()).pipe(
        Stream.rechunk(1),
        Stream.mapEffect((index) =>
          Effect.gen(function* () {
            yield* Effect.sleep(Duration.millis(40))
            if (index === Math.floor(turns.length / 2)) {
              yield* running!.remove("reopened", Duration.zero)
              yield* running!.add(reopened())
            }
            return turns[index]!
          })
        ),
      ),
    }
    const going = yield* Effect.forkChild(
      run(source, routes, { state: { run: runId }, onRunning: (it) => void (running = it) }),
    )
    for (let waited = 0; waited < turns.length * 2; waited++) yield* TestClock.adjust(50)
    yield* TestClock.adjust(20_000)
    yield* Fiber.join(going)
    return all
  }).pipe(Effect.orDie)

/** A lane may mark a record as unverified that is older than a loss in its game. */
const withoutLast = (text: string): object => {
  const { last: _, unverified: __, ...record } = JSON.parse(text)
  return record
}

describe("the identity of a record", () => {
  it.effect(
    "is its own in every emit and lane, and what has the same identity says the same",
    () =>
      Effect.gen(function* () {
        let resent = 0
        for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
          const said = new Map<string, object>()
          for (const { route: name, emit, isMerged, arrived } of yield* live(seed)) {
            const identities = arrived.map(({ identity }) => identity)
            const twice = identities.filter((identity, index) => identities.indexOf(identity) !== index)
            expect(twice, `seed ${seed}, ${name}`).toEqual([])
            resent += identities.filter((identity) => identity.includes("@")).length
            for (const { identity, text } of arrived) {
              if (emit === "changes") expect(identityOf(JSON.parse(text)), `seed ${seed}, ${name}`).toBe(identity)
              if (isMerged) continue
              const key = `${name === "enveloped" ? name : emit} ${identity}`
              const known = said.get(key)
              if (known !== undefined) expect(withoutLast(text), `seed ${seed}, ${key}`).toEqual(known)
              said.set(key, withoutLast(text))
            }
          }
        }
        // Losses were reported, and the book sent again.
        expect(resent).toBeGreaterThan(runs * 100)
      }),
    { timeout: 60_000 + runs * 5_000 },
  )

  it.effect(
    "lets a resnapshot arrive whole through a store that keeps one record an identity",
    () =>
      Effect.gen(function* () {
        let resent = 0
        for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
          for (const { route: name, emit, arrived } of yield* live(seed)) {
            if (emit !== "changes") continue
            const kept = new Map<string, Change | Control>()
            // As a table with a primary key does, into which everything is written twice.
            for (const { identity, text } of [...arrived, ...arrived]) {
              if (!kept.has(identity)) kept.set(identity, JSON.parse(text))
            }
            const records = arrived.map(({ text }): Change | Control => JSON.parse(text))
            expect(fold(emptyBook, kept.values()), `seed ${seed}, ${name}`).toEqual(fold(emptyBook, records))
            const starts = records.filter((record) => "control" in record && record.control === "stream_started")
            resent += Math.max(0, starts.length - 1)
          }
        }
        expect(resent).toBeGreaterThan(runs)
      }),
    { timeout: 60_000 + runs * 5_000 },
  )
})
