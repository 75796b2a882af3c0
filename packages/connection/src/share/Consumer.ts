/** One consumer of a shared source: what waits for it. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"
import { ConsumerCutOff } from "./ConsumerCutOff.ts"
import type { ConsumerOptions } from "./ConsumerOptions.ts"

type End<E> = Effect.Effect<never, E | ConsumerCutOff | Cause.Done>

/** A queue bounded by whoever fills it: `isFull` says when to stop. */
export class Consumer<A, E> {
  readonly pull: Pull<NonEmptyReadonlyArray<A>, E | ConsumerCutOff>
  readonly cutsOff: boolean
  readonly patienceMillis: number
  /** How long the others have been kept waiting for it since it last was up to date. */
  keptMillis = 0
  readonly #name: string
  readonly #bound: number
  /** Something that others may wait for has changed. */
  readonly #onChange: () => void
  #turns: Array<{ readonly items: NonEmptyReadonlyArray<A>; readonly bytes: number }> = []
  #bytes = 0
  #full = false
  #end: End<E> | undefined
  #puller: ((turn: Pull<NonEmptyReadonlyArray<A>, E | ConsumerCutOff>) => void) | undefined

  constructor(options: ConsumerOptions, onChange: () => void) {
    this.#name = options.name ?? "unnamed"
    this.#bound = options.bufferBytes ?? 8 * 1024 * 1024
    this.cutsOff = options.slow !== "pause"
    this.patienceMillis = options.patienceMillis ?? 1000
    this.#onChange = onChange
    this.pull = Effect.callback((resume) => {
      const ready = this.#take()
      if (ready !== undefined) return resume(ready)
      this.#puller = resume
      this.keptMillis = 0
      this.#onChange()
      return Effect.sync(() => {
        this.#puller = undefined
      })
    })
  }

  /** Whether it took more than it may hold, and has not yet come down to half of that. */
  get isFull(): boolean {
    return this.#full
  }

  /** Whether it has done all there was, and waits. */
  get isIdle(): boolean {
    return this.#puller !== undefined
  }

  push(items: ReadonlyArray<A>, bytes: number): void {
    if (items.length === 0 || this.#end !== undefined) return
    this.#turns.push({ items: items as unknown as NonEmptyReadonlyArray<A>, bytes })
    this.#bytes += bytes
    if (this.#bytes > this.#bound) this.#full = true
    this.#serve()
  }

  /** Ends its stream behind what waits. The first end counts. */
  end(how: End<E>): void {
    this.#end ??= how
    this.#serve()
  }

  /** Ends its stream now: what waits is old. */
  cutOff(): void {
    const error = new ConsumerCutOff(this.#name, this.#bytes, this.patienceMillis)
    this.#turns = []
    this.#bytes = 0
    this.#full = false
    this.end(Effect.fail(error))
  }

  #serve(): void {
    const resume = this.#puller
    const ready = resume === undefined ? undefined : this.#take()
    if (resume === undefined || ready === undefined) return
    this.#puller = undefined
    resume(ready)
  }

  #take(): Pull<NonEmptyReadonlyArray<A>, E | ConsumerCutOff> | undefined {
    const turn = this.#turns.shift()
    if (turn === undefined) return this.#end
    this.#bytes -= turn.bytes
    if (this.#full && this.#bytes <= this.#bound / 2) {
      this.#full = false
      this.#onChange()
    }
    return Effect.succeed(turn.items)
  }
}
