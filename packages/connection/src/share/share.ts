/** One source for many consumers in one process. */
import type { FeedEvent, Source } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { ConsumerCutOff, ConsumerOptions } from "./Consumer.ts"
import { eventView, type FeedView } from "./FeedView.ts"
import { SharedRun } from "./SharedRun.ts"

/** Options of {@link share}. */
export interface ShareOptions<A> {
  /**
   * Makes the view, once for each running of the source.
   *
   * @default {@link eventView}: the events. `bookView` of `@boltodds/pipeline` gives the records of the book; a consumer
   * that joins later gets the whole book first.
   */
  readonly view?: (() => FeedView<A>) | undefined
  /**
   * How long the source runs on after the last consumer has left, in milliseconds. `Infinity`: until it is closed.
   *
   * @default 0
   */
  readonly idleMillis?: number | undefined
}

/** A source with many consumers. */
export interface Shared<out A, out E> {
  /**
   * Everything from now on, after the view's snapshot. The first consumer starts the source, and the source ends when the
   * last one has left. Each array of the stream is one turn of the source.
   */
  readonly consume: (options?: ConsumerOptions) => Stream.Stream<A, E | ConsumerCutOff>
  /** The same for `for await`. The loop throws what the stream fails with. */
  readonly loop: (options?: ConsumerOptions) => AsyncIterable<A>
  /** The current number of consumers. */
  readonly consumers: Effect.Effect<number>
  /** Ends the source, and all consumers after what waits for them. The next consumer starts it again. */
  readonly close: Effect.Effect<void>
}

/**
 * Shares a source (a session, several sessions, a replay) among any number of consumers. The source runs once, with one
 * connection and one decoding of each frame, while there is at least one consumer.
 *
 * A slow consumer holds up the others for `cutAfterMillis` at most, unless it sets `slow: "pause"`. Memory is bounded by
 * the `bufferBytes` of each consumer. All consumers end or fail as the source does. The next consumer starts it again.
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
  /** Joining waits for a source that is being released: a key may allow one connection only. */
  const lock = Semaphore.makeUnsafe(1)
  let run: SharedRun<A, E> | undefined

  const join = (consumer: ConsumerOptions) =>
    lock.withPermits(1)(Effect.gen(function* () {
      if (run === undefined || run.hasEnded) {
        yield* run?.stop ?? Effect.void
        run = new SharedRun<A, E>(view())
        const joined = { run, consumer: run.join(consumer) }
        yield* run.start(source)
        return joined
      }
      return { run, consumer: run.join(consumer) }
    }))

  /** Releases the source, unless a consumer has joined since. */
  const release = (left: SharedRun<A, E>, joins: number): Effect.Effect<void> =>
    lock.withPermits(1)(Effect.suspend(() => {
      if (left.joins !== joins) return Effect.void
      if (run === left) run = undefined
      return left.stop
    }))

  const leave = ({ run: left, consumer }: Effect.Success<ReturnType<typeof join>>): Effect.Effect<void> =>
    Effect.suspend(() => {
      left.leave(consumer)
      if (left.size > 0 || idleMillis === Infinity) return Effect.void
      if (idleMillis === 0) return release(left, left.joins)
      return Effect.asVoid(Effect.forkDetach(Effect.andThen(Effect.sleep(idleMillis), release(left, left.joins))))
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
    close: lock.withPermits(1)(Effect.suspend(() => {
      const closing = run
      run = undefined
      return closing?.stop ?? Effect.void
    })),
  }
}
