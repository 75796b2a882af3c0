/** The hooks between a run and the parts of its pipeline. */
import type { Status } from "@boltodds/connection"
import type { EarlyEnd, PartsHost } from "@boltodds/parts"
import type { Step } from "@boltodds/state"
import type * as Effect from "effect/Effect"
import { Reception } from "./Reception.ts"

/** Collects what the parts register while they open, and what they report of the feed. */
export class RunHooks {
  /** Effects that end the run. */
  readonly ends: Array<Effect.Effect<EarlyEnd>> = []
  /** Functions that see every step. */
  readonly watches: Array<(step: Step) => void> = []
  /** What the feed has sent. */
  reception: Reception = new Reception()
  /** What each session does now, by its name in the log. */
  readonly statuses = new Map<string, string>()

  /** Another run follows, which registers its own. */
  clear(): void {
    this.ends.length = 0
    this.watches.length = 0
    this.statuses.clear()
    this.reception = new Reception()
  }

  /** The hooks, for the parts. */
  get host(): Pick<PartsHost, "onStatus" | "onSteps" | "endsWhen"> {
    return {
      onStatus: (status, feed) => {
        this.statuses.set(feed, textOf(status))
        this.reception.onStatus(status)
      },
      onSteps: (watch) => void this.watches.push(watch),
      endsWhen: (end) => void this.ends.push(end),
    }
  }
}

const textOf = (status: Status): string =>
  "epoch" in status ? `${status._tag}, connection ${status.epoch}` : status._tag
