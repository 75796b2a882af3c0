/** The laws of emits, which every emit is tested against. */
import { coalescingStore } from "@boltodds/lane"
import type { FeedEvent } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit } from "../emits/Emit.ts"
import { openEmit } from "../emits/openEmits.ts"
import { makeReducer, type Reducer } from "../hub/Reducer.ts"

/** The emit under test. */
export interface EmitSubject<A> {
  readonly emit: Emit<A>
  /** Lives of a feed: the events of each, in their order. */
  readonly lives: ReadonlyArray<ReadonlyArray<FeedEvent>>
  /** A new reader of its records. Needed for an emit with `snapshot` or `coalescing`. */
  readonly reader?: () => EmitReader<A>
}

/** A reader of the records of an emit, as a user of it would write one. */
export interface EmitReader<A> {
  /** Takes the next envelopes. */
  readonly take: (envelopes: ReadonlyArray<Envelope<A>>) => void
  /** What it believes, as plain data: two readers that believe the same give equal JSON. */
  readonly belief: () => unknown
  /** What it may act on now: a text for each price, with all that must be right about it. */
  readonly live: () => ReadonlyArray<string>
}

/** A law was broken. The message names the law, what was expected and what was found. */
export class EmitLawBroken extends Error {
  override readonly name = "EmitLawBroken"
}

/** One law. `run` throws an {@link EmitLawBroken} if the emit breaks it. A law without a subject in the emit holds. */
export interface EmitLaw {
  readonly name: string
  readonly run: <A>(subject: EmitSubject<A>) => void
}

/**
 * What every emit must do.
 *
 * @example
 * ```ts ignore
 * for (const law of emitLaws) it(law.name, () => law.run({ emit: myEmit(), lives, reader }))
 * ```
 */
export const emitLaws: ReadonlyArray<EmitLaw> = [
  law("gives the same records for the same events, however they are divided into turns", (life) => {
    const whole = texts(life.play(Infinity))
    for (const size of [1, 3, 7]) same(texts(life.play(size)), whole, `in turns of ${size}`)
  }),
  law("gives whole groups", (life) => {
    const { turns } = life.play(5)
    for (const envelopes of turns) expect(envelopes.at(-1)?.last ?? true, "a turn ends within a group")
  }),
  law("gives every record an identity of its own, those of snapshots included", (life) => {
    const { all, emission, reducer } = life.play(5)
    const sent = life.snapshotOf(emission, reducer)
    const ids = [...all, ...sent].map(({ seq, part = 0, origin = "" }) => `${origin} ${seq} ${part}`)
    expect(new Set(ids).size === ids.length, "two records share run, origin, seq and part")
  }),
  law(
    "gives a snapshot that is one group, begins with stream_started and folds to what the stream folds to",
    (life) => {
      life.atPoints(({ all, emission, reducer }) => {
        const sent = life.snapshotOf(emission, reducer)
        if (sent.length === 0) return
        const { value } = sent[0]!
        const isStart = typeof value === "object" && value !== null && "control" in value &&
          value.control === "stream_started"
        expect(isStart, "the first envelope of a snapshot is not stream_started")
        expect(sent.every(({ last }, index) => last === (index === sent.length - 1)), "a snapshot is not one group")
        same(life.fold(sent), life.fold(all), "a snapshot and its stream")
      })
    },
  ),
  law("changes nothing at the reader by sending a snapshot again", (life) => {
    life.atPoints(({ all, emission, reducer }) => {
      const sent = life.snapshotOf(emission, reducer)
      same(life.fold([...all, ...sent, ...sent]), life.fold(all), "a stream with and without snapshots")
    })
  }),
  law("continues from a snapshot where it is opened late", (life) => {
    life.atPoints(({ all, reducer, rest }) => {
      const late = life.open()
      const sent = life.snapshotOf(late, reducer)
      if (sent.length === 0) return
      const { early } = rest()
      same(life.fold([...sent, ...early(late)]), life.fold([...all, ...early()]), "a late reader and an early one")
    })
  }),
  law("loses nothing by coalescing, and shows no price as live that never was", (life) => {
    const { coalescing } = life.emit
    if (coalescing === undefined) return
    const { turns, all } = life.play(1)
    const whole = life.fold(all)
    for (const pace of paces) {
      const store = coalescingStore(coalescing)
      const [fast, slow] = [life.reader(), life.reader()]
      const wasLive = new Set<string>()
      let now = 0
      let given = 0
      const takeSome = (): void => {
        const taken = store.take({ records: pace.records, bytes: Infinity })
        // A batch that fails waits again, merged with what has come since.
        if (pace.fails(now)) return void store.requeue?.(taken)
        store.settle(taken)
        slow.take(taken as ReadonlyArray<Envelope<never>>)
        given += taken.length
        const never = slow.live().find((price) => !wasLive.has(price))
        expect(never === undefined, `a slow reader may act on what was never live: ${never}`)
      }
      for (const envelopes of turns) {
        fast.take(envelopes)
        for (const price of fast.live()) wasLive.add(price)
        store.add(envelopes, now)
        now++
        if (now % pace.turns === 0) takeSome()
      }
      for (let left = 4 * store.waiting + 4; store.waiting > 0 && left > 0; left--, now++) takeSome()
      expect(store.waiting === 0, "what waits is not given")
      expect(given <= all.length, "coalescing gives more than it takes")
      same(slow.belief(), whole, "a slow reader and a fast one")
    }
  }),
  law("has each deadline once, not early, and stamps it with its time", (life) => {
    const fired: Array<number> = []
    const { all } = life.play(4, (at, next, envelopes) => {
      expect(at > (fired.at(-1) ?? -Infinity), `the deadline ${at} comes twice`)
      expect(next >= at, `the deadline ${at} comes at ${next}`)
      for (const envelope of envelopes) expect(envelope.at === at, `an envelope of ${at} is stamped ${envelope.at}`)
      fired.push(at)
    })
    expect(fired.length === 0 || all.length > 0, "deadlines without records")
  }),
]

/** How slow a reader is: how many records it takes after how many turns, and which of its batches fail. */
const paces: ReadonlyArray<{
  readonly turns: number
  readonly records: number
  readonly fails: (now: number) => boolean
}> = [
  { turns: 1, records: 1, fails: () => false },
  { turns: 2, records: 3, fails: (now) => now % 3 === 0 },
  { turns: 13, records: 5, fails: (now) => now % 2 === 0 },
  { turns: Infinity, records: 4, fails: () => false },
]

/** An emission in the middle of a life. */
interface Point<A> {
  readonly all: ReadonlyArray<Envelope<A>>
  readonly emission: Emission<A>
  readonly reducer: Reducer
  /** The rest of the life: what an emission makes of it, by default the one at this point. Reduced once. */
  readonly rest: () => { readonly early: (emission?: Emission<A>) => ReadonlyArray<Envelope<A>> }
}

type OnDeadline = (at: number, next: number, envelopes: ReadonlyArray<Envelope<unknown>>) => void

const state = { run: "01J00000000000000000000000" }

/** One life of a feed through the emit. */
class Life<A> {
  readonly emit: Emit<A>
  readonly #subject: EmitSubject<A>
  readonly #events: ReadonlyArray<FeedEvent>

  constructor(subject: EmitSubject<A>, events: ReadonlyArray<FeedEvent>) {
    this.emit = subject.emit
    this.#subject = subject
    this.#events = events
  }

  open(): Emission<A> {
    return openEmit(this.emit, { state })
  }

  reader(): EmitReader<A> {
    const { reader } = this.#subject
    if (reader === undefined) throw new EmitLawBroken(`${this.emit.name} has snapshots, and its subject no reader`)
    return reader()
  }

  /** What a reader believes after these envelopes. */
  fold(envelopes: ReadonlyArray<Envelope<A>>): unknown {
    const reader = this.reader()
    reader.take(envelopes)
    return reader.belief()
  }

  snapshotOf(emission: Emission<A>, reducer: Reducer): ReadonlyArray<Envelope<A>> {
    const records = reducer.snapshot?.({ origin: "law.1", part: 1 }) ?? []
    return records.length === 0 ? [] : emission.snapshot?.(records) ?? []
  }

  /** All of it, in turns of this many events. */
  play(size: number, onDeadline?: OnDeadline) {
    let next = -Infinity
    const emission = onDeadline === undefined
      ? this.open()
      : openEmit(watched(this.emit, (at, envelopes) => onDeadline(at, next, envelopes)), { state })
    const reducer = makeReducer(this.emit.needs, state)
    const turns: Array<ReadonlyArray<Envelope<A>>> = []
    for (let from = 0; from < this.#events.length; from += size) {
      const steps = reducer.apply(this.#events.slice(from, from + size))
      if (onDeadline === undefined) turns.push(emission.of(steps))
      else for (const step of steps) turns.push((next = step.event.at, emission.of([step])))
    }
    return { turns, all: turns.flat(), emission, reducer }
  }

  /** The end of the run, at which an emit with deadlines sends what it holds back. */
  #end(reducer: Reducer): ReadonlyArray<Step> {
    const last = this.#events.at(-1)
    if (last === undefined || this.emit.open({ state }).dueAt === undefined) return []
    const { session, epoch, at } = last
    const event = { _tag: "Tick", session, epoch, at, wall: at } as const
    return [{ event, records: reducer.stop(at, "end of the life") }]
  }

  /** Calls this at some points of the life, each in a play of its own. */
  atPoints(body: (point: Point<A>) => void): void {
    if (this.emit.coalescing === undefined && this.open().snapshot === undefined) return
    for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
      const until = Math.floor(this.#events.length * share)
      const emission = this.open()
      const reducer = makeReducer(this.emit.needs, state)
      const all = emission.of(reducer.apply(this.#events.slice(0, until)))
      const rest = (): ReturnType<Point<A>["rest"]> => {
        const steps: ReadonlyArray<Step> = [...reducer.apply(this.#events.slice(until)), ...this.#end(reducer)]
        return { early: (of = emission) => of.of(steps) }
      }
      body({ all, emission, reducer, rest })
    }
  }
}

const watched = <A>(
  emit: Emit<A>,
  onAdvance: (at: number, envelopes: ReadonlyArray<Envelope<A>>) => void,
): Emit<A> => ({
  ...emit,
  open: (context) => {
    const emission = emit.open(context)
    return {
      of: (steps) => emission.of(steps),
      ...emission.dueAt === undefined ? {} : { dueAt: () => emission.dueAt?.() },
      advance: (at) => {
        const envelopes = emission.advance?.(at) ?? []
        onAdvance(at, envelopes)
        return envelopes
      },
    }
  },
})

function law(name: string, body: <A>(life: Life<A>) => void): EmitLaw {
  return {
    name,
    run: (subject) => {
      for (const [index, events] of subject.lives.entries()) {
        try {
          body(new Life(subject, events))
        } catch (cause) {
          const why = cause instanceof Error ? cause.message : String(cause)
          throw new EmitLawBroken(`${subject.emit.name} breaks "${name}" in life ${index}: ${why}`, { cause })
        }
      }
    },
  }
}

const texts = ({ all }: { readonly all: ReadonlyArray<Envelope<unknown>> }): ReadonlyArray<string> =>
  all.map(({ text, last }) => `${text}${last ? " last" : ""}`)

const expect = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new EmitLawBroken(otherwise)
}

const same = (found: unknown, wanted: unknown, what: string): void => {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (a === b) return
  const at = [...a].findIndex((character, index) => character !== b[index])
  const part = (text: string): string => text.slice(Math.max(0, at - 60), at + 60)
  throw new EmitLawBroken(`${what} differ: found …${part(a)}…, expected …${part(b)}…`)
}
