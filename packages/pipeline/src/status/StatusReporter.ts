/** Makes the status records of a run once a second. */
import type { ProcessFigures, ProcessStatus, StatusRecord } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Hub } from "../hub/Hub.ts"

/** Who takes the status records of a run. */
export interface StatusOptions {
  /** Called with the records of one time, whole: once a second, and when the run begins to stop. Must not throw. */
  readonly take: (records: ReadonlyArray<StatusRecord>) => void
  /** What the process uses; called for each time. Default: not known. */
  readonly process?: (() => ProcessFigures) | undefined
}

const every = Duration.seconds(1)

/** Gives the records of a hub to one that takes them. */
export class StatusReporter {
  readonly #hub: Pick<Hub, "mark" | "status">
  readonly #options: StatusOptions | undefined
  readonly #wall: () => number
  #phase: ProcessStatus["phase"] = "running"

  constructor(hub: Pick<Hub, "mark" | "status">, options: StatusOptions | undefined, wall: () => number) {
    this.#hub = hub
    this.#options = options
    this.#wall = wall
  }

  /** The records of this moment. */
  get now(): ReadonlyArray<StatusRecord> {
    return this.#hub.status({ phase: this.#phase, process: this.#options?.process?.() ?? null, wall: this.#wall() })
  }

  /** Reports each second, without end. */
  get run(): Effect.Effect<void> {
    return Stream.runForEach(
      Stream.tick(every),
      () =>
        Effect.suspend(() => {
          this.#hub.mark()
          return this.#report
        }),
    )
  }

  /** The run takes no more records. */
  get stops(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#phase = "stopping"
      return this.#report
    })
  }

  /** The records of the run must not suffer from it. */
  get #report(): Effect.Effect<void> {
    const take = Effect.sync(() => this.#options?.take(this.now))
    return Effect.catchCause(
      take,
      (cause) => Effect.logError("Cannot make the status of the run: this is a bug", cause),
    )
  }
}
