/** One source for many consumers inside one process. */
import type { FeedEvent, Source } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ConsumerCutOff } from "./ConsumerCutOff.ts"
import type { ConsumerOptions } from "./ConsumerOptions.ts"
import { eventView } from "./eventView.ts"
import { SharedRun } from "./SharedRun.ts"
import type { FeedView } from "./FeedView.ts"

/** Options of {@link share}. */
export interface ShareOptions<A> {
  /**
   * Makes what consumers see, anew for each running of the source.
   *
   * @default {@link eventView}: the events. `bookView` of `@boltodds/pipeline` gives the book's records, the whole book
   * first to those who join later.
   */
  readonly view?: (() => FeedView<A>) | undefined
  /**
   * How long the source is kept when the last consumer has left, in milliseconds; a view goes on meanwhile. `Infinity`:
   * until it is closed.
   *
   * @default 0
   */
  readonly idleMillis?: number | undefined
}

/** A source that many consume. */
export interface Shared<out A, out E> {
  /**
   * All of it from now on, behind what the view tells those who come later. The first consumer has the source begin;
   * when the last has left it ends. Its arrays are those of the source.
   */
  readonly consume: (options?: ConsumerOptions) => Stream.Stream<A, E | ConsumerCutOff>
  /** The same for `for await`, which throws what the stream fails with. */
  readonly loop: (options?: ConsumerOptions) => AsyncIterable<A>
  /** How many consume it now. */
  readonly consumers: Effect.Effect<number>
  /** Ends the source, and with it all consumers, behind what waits for them. The next consumer begins anew. */
  readonly close: Effect.Effect<void>
}

/**
 * Shares a source (a session, several, a replay) among any number of consumers, as long as one of them is there. It
 * runs once: one connection, one decoding of each frame, however many read it.
 *
 * A consumer that is slow holds up nobody for longer than its patience, unless it asks for that; memory is bounded by
 * each consumer's `bufferBytes`. What the source ends or fails with, all end or fail with, and the next begins anew.
 */
export function share<E>(source: Source<E>, options?: { readonly idleMillis?: number }): Shared<FeedEvent, E>
export function share<A, E>(
  source: Source<E>,
  options: ShareOptions<A> & { readonly view: () => FeedView<A> },
): Shared<A, E>
export function share<E>(source: Source<E>, options: ShareOptions<FeedEvent> = {}): Shared<FeedEvent, E> {
  return shareView(source, options.view ?? eventView, options.idleMillis ?? 0)
}

const shareView = <A, E>(source: Source<E>, view: () => FeedView<A>, idleMillis: number): Shared<A, E> => {
  /** Joining waits for a source that is letting go: a key may be good for one connection only. */
  const turnstile = Semaphore.makeUnsafe(1)
  let run: SharedRun<A, E> | undefined

  const join = (consumer: ConsumerOptions) =>
    turnstile.withPermits(1)(Effect.gen(function* () {
      if (run === undefined || run.hasEnded) {
        yield* run?.stop ?? Effect.void
        run = new SharedRun<A, E>(view())
        const joined = { run, consumer: run.join(consumer) }
        yield* run.start(source)
        return joined
      }
      return { run, consumer: run.join(consumer) }
    }))

  /** Lets go of the source, unless someone has joined since. */
  const letGo = (left: SharedRun<A, E>, joins: number): Effect.Effect<void> =>
    turnstile.withPermits(1)(Effect.suspend(() => {
      if (left.joins !== joins) return Effect.void
      if (run === left) run = undefined
      return left.stop
    }))

  const leave = ({ run: left, consumer }: Effect.Success<ReturnType<typeof join>>): Effect.Effect<void> =>
    Effect.suspend(() => {
      left.leave(consumer)
      if (left.size > 0 || idleMillis === Infinity) return Effect.void
      if (idleMillis === 0) return letGo(left, left.joins)
      return Effect.asVoid(Effect.forkDetach(Effect.andThen(Effect.sleep(idleMillis), letGo(left, left.joins))))
    })

  const consume: Shared<A, E>["consume"] = (consumer = {}) =>
    Stream.unwrap(
      Effect.map(
        Effect.acquireRelease(join(consumer), leave),
        (joined) => Stream.fromPull(Effect.succeed(joined.consumer.pull)),
      ),
    )
  return {
    consume,
    loop: (consumer) => Stream.toAsyncIterable(consume(consumer)),
    consumers: Effect.sync(() => run?.size ?? 0),
    close: turnstile.withPermits(1)(Effect.suspend(() => {
      const closing = run
      run = undefined
      return closing?.stop ?? Effect.void
    })),
  }
}
