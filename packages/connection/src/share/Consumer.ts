/** A consumer of a shared source: its options, what waits for it, and its end. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"
import { PullQueue } from "../PullQueue.ts"

/** Options of one consumer. */
export interface ConsumerOptions {
  /** @default "unnamed" Its name in `ConsumerCutOff`. */
  readonly name?: string | undefined
  /**
   * What happens when the other consumers wait for this one. `cut`: it fails with `ConsumerCutOff`. `pause`: the source
   * waits for it, and so do all consumers.
   *
   * @default "cut"
   */
  readonly slow?: "cut" | "pause" | undefined
  /** @default 8_388_608 How much may wait for it before the source waits, in bytes. One turn more is possible. */
  readonly bufferBytes?: number | undefined
  /**
   * How long the other consumers may wait for this one before it has caught up, in milliseconds in all. Time counts only
   * while one of them has nothing to do: consumers that are all slow only slow down the source.
   *
   * @default 1000
   */
  readonly cutAfterMillis?: number | undefined
}

const defaults = { name: "unnamed", bufferBytes: 8 * 1024 * 1024, cutAfterMillis: 1000 }

/**
 * A consumer was too slow: the other consumers had waited for it for too long. What waited for it is dropped, and what it
 * has received is not live any more. It may join again, and then starts from the beginning.
 */
export class ConsumerCutOff extends Error {
  readonly _tag = "ConsumerCutOff"
  override readonly name: string = "ConsumerCutOff"
  readonly consumer: string
  /** How much waited for it, in bytes. */
  readonly waitingBytes: number

  constructor(consumer: string, waitingBytes: number, keptMillis: number) {
    super(
      `The consumer \`${consumer}\` was cut off: ${Math.round(waitingBytes / 1024)} KiB waited for it, and the other ` +
        `consumers had waited for ${
          keptMillis / 1000
        } s. What it has received is not live any more. Join again, set a ` +
        'larger bufferBytes, or set slow: "pause" to have the source wait for it',
    )
    this.consumer = consumer
    this.waitingBytes = waitingBytes
  }
}

/** A turn of the source, with its weight. */
interface Turn<A> {
  readonly items: NonEmptyReadonlyArray<A>
  readonly bytes: number
}

type Failure<E> = E | ConsumerCutOff

/** One consumer. Each pull takes one turn of the source. */
export class Consumer<A, E> {
  readonly pull: Pull<NonEmptyReadonlyArray<A>, Failure<E>>
  readonly cutsOff: boolean
  readonly cutAfterMillis: number
  /** How long the others have waited for it since it last was up to date. */
  keptMillis = 0
  readonly #name: string
  readonly #queue: PullQueue<Turn<A>, Failure<E> | Cause.Done>

  /** `onChange` is called when the consumer becomes idle, or is no longer full. */
  constructor(options: ConsumerOptions, onChange: () => void) {
    this.#name = options.name ?? defaults.name
    this.cutsOff = options.slow !== "pause"
    this.cutAfterMillis = options.cutAfterMillis ?? defaults.cutAfterMillis
    this.#queue = new PullQueue({
      weigh: ({ bytes }) => bytes,
      boundBytes: options.bufferBytes ?? defaults.bufferBytes,
      pullBytes: 0,
      onRoom: onChange,
      onIdle: () => {
        this.keptMillis = 0
        onChange()
      },
    })
    this.pull = Effect.map(this.#queue.pull, ([{ items }]) => items)
  }

  /** Whether it has more than its bound, and is not yet down to half of that. */
  get isFull(): boolean {
    return this.#queue.isFull
  }

  /** Whether it has taken all there was, and waits. */
  get isIdle(): boolean {
    return this.#queue.isIdle
  }

  push(items: ReadonlyArray<A>, bytes: number): void {
    if (items.length === 0) return
    this.#queue.push({ items: items as unknown as NonEmptyReadonlyArray<A>, bytes })
    this.#queue.flush()
  }

  /** Ends its stream after what waits. The first end counts. */
  end(how: Effect.Effect<never, Failure<E> | Cause.Done>): void {
    this.#queue.end(how)
    this.#queue.flush()
  }

  /** Ends its stream now, and drops what waits: it is old. */
  cutOff(): void {
    const error = new ConsumerCutOff(this.#name, this.#queue.bytes, this.cutAfterMillis)
    this.#queue.clear()
    this.end(Effect.fail(error))
  }
}
