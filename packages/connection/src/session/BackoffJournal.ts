/** The record of a run's back-off: read from the run before, written for the next one. */
import type { Clock } from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { type BackoffState, type ConnectionEnd, decideBackoff, initialBackoff } from "./Backoff.ts"
import { type BackoffMemory, type BackoffRecord, resumeBackoff } from "./BackoffMemory.ts"
import type { KeyAtHost } from "../key/Key.ts"
import { scrub } from "../key/scrub.ts"

const killed: ConnectionEnd = {
  kind: "failed",
  detail: "a crash or a kill, before it had received data for a minute",
}

/** The back-off of an earlier run. */
export interface InheritedBackoff {
  readonly attempts: BackoffState
  readonly waitMillis: number
  /** The reason, without the key. */
  readonly why: string
}

/** Records each step of a run's back-off. Does nothing without a memory. */
export class BackoffJournal {
  readonly #memory: BackoffMemory | undefined
  readonly #clock: Clock
  /** The current attempt, and the back-off before it. */
  #open: { readonly use: KeyAtHost; readonly before: BackoffState } | undefined

  constructor(memory: BackoffMemory | undefined, clock: Clock) {
    this.#memory = memory
    this.#clock = clock
  }

  /** The back-off of an earlier run, if it still counts. */
  recall(use: KeyAtHost): Effect.Effect<InheritedBackoff | undefined> {
    if (this.#memory === undefined) return Effect.undefined
    return Effect.map(this.#memory.recall(use), (record) => {
      const resumed = record === undefined ? undefined : resumeBackoff(record, this.#clock.currentTimeMillisUnsafe())
      return resumed === undefined
        ? undefined
        : { ...resumed, why: `an earlier run ended with: ${scrub(record!.why, "")}` }
    })
  }

  /** An attempt begins. If the process dies during it, the next run waits as if the attempt had failed. */
  begin(use: KeyAtHost, before: BackoffState): Effect.Effect<void> {
    this.#open = { use, before }
    return this.#keepEnding(use, before, killed, "attempt")
  }

  /** The attempt has ended, and the run waits. */
  wait(attempts: BackoffState, waitMillis: number, why: string): Effect.Effect<void> {
    return this.#close(({ use }) => this.#keep(use, attempts, waitMillis, why, "wait"))
  }

  /** The attempt has ended, and so has the run. The next run waits as this one would have. */
  fail(ending: ConnectionEnd): Effect.Effect<void> {
    return this.#close(({ use, before }) => this.#keepEnding(use, before, ending, "wait"))
  }

  /** Data has come for a minute: earlier attempts do not count any more. */
  get prove(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const open = this.#open
      if (open === undefined || this.#memory === undefined) return Effect.void
      this.#open = { ...open, before: initialBackoff }
      return this.#memory.forget(open.use)
    })
  }

  /** The run was closed: the next run does not wait. */
  get end(): Effect.Effect<void> {
    return this.#close(({ use, before }) =>
      before.step === 0 ? this.#memory?.forget(use) ?? Effect.void : this.#keep(use, before, 0, "", "wait")
    )
  }

  #close(
    then: (open: { readonly use: KeyAtHost; readonly before: BackoffState }) => Effect.Effect<void>,
  ): Effect.Effect<void> {
    return Effect.suspend(() => {
      const open = this.#open
      this.#open = undefined
      return open === undefined ? Effect.void : then(open)
    })
  }

  #keepEnding(
    use: KeyAtHost,
    before: BackoffState,
    ending: ConnectionEnd,
    during: BackoffRecord["during"],
  ): Effect.Effect<void> {
    if (this.#memory === undefined) return Effect.void
    // A refused key waits like any other failure: the next run tries it once.
    const decision = decideBackoff(before, { ...ending, kind: ending.kind === "busy" ? "busy" : "failed" })
    if (decision._tag !== "Wait") return Effect.void
    const { minMillis, maxMillis, attempts } = decision
    const keyRefusals = ending.kind === "key" ? before.keyRefusals + 1 : 0
    return Effect.flatMap(
      Random.nextBetween(minMillis, maxMillis),
      (wait) => this.#keep(use, { ...attempts, keyRefusals }, wait, ending.detail, during),
    )
  }

  #keep(
    use: KeyAtHost,
    { step, fruitless, keyRefusals, everLive }: BackoffState,
    waitMillis: number,
    why: string,
    during: BackoffRecord["during"],
  ): Effect.Effect<void> {
    if (this.#memory === undefined) return Effect.void
    const at = this.#clock.currentTimeMillisUnsafe()
    return this.#memory.keep(use, {
      step,
      fruitless,
      keyRefusals: everLive ? 0 : keyRefusals,
      at,
      until: at + Math.round(waitMillis),
      why,
      during,
    })
  }
}
