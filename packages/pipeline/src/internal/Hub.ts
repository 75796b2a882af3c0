/** One turn after another: reduce once, tell once, hand to every route. */
import type { FeedEvent, Millis } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import * as Effect from "effect/Effect"
import type { OpenRoute, Route, RouteContext } from "../Route.ts"
import type { RunOptions } from "../run.ts"
import { deepest, makeReduction, type Reduction } from "./Reduction.ts"
import { SharedEmissions } from "./Shared.ts"
import { Tally } from "./Tally.ts"

/** What happens within a turn is synchronous; only the waiting for a full lane is an effect. */
export class Hub {
  readonly context: RouteContext
  readonly open: Array<OpenRoute> = []
  readonly tally: Tally
  readonly #reduction: Reduction
  readonly #onStep: ((step: Step) => void) | undefined
  readonly #onSated: () => void
  #lastSession = ""
  #lastEpoch = 0
  #stopped = false

  constructor(routes: ReadonlyArray<Route<unknown>>, options: RunOptions, onSated: () => void) {
    this.context = {
      run: options.state.run,
      emissions: new SharedEmissions({ state: options.state }),
      count: options.count ?? Infinity,
    }
    const depth = deepest(routes.map((route) => route.needs))
    this.tally = new Tally(depth)
    this.#reduction = makeReduction(depth, options.state)
    this.#onStep = options.onStep
    this.#onSated = onSated
  }

  add(route: OpenRoute): void {
    this.open.push(route)
  }

  /** Takes a turn, and returns when the source may be pulled again. */
  readonly turn = (events: ReadonlyArray<FeedEvent>): Effect.Effect<void> => {
    const final = events[events.length - 1]
    if (this.#stopped) return Effect.never
    if (final === undefined) return Effect.void
    this.#lastSession = final.session
    this.#lastEpoch = final.epoch
    const full = this.#hand(this.#reduction.apply(events), final.at)
    if (this.open.some((route) => route.isSated())) {
      this.#onSated()
      return Effect.never
    }
    // Lanes get their turn before the source does: what is told is passed on while it is young, and little of it waits.
    if (full.length === 0) return Effect.yieldNow
    return Effect.forEach(full, (route) => route.lane.room, { discard: true })
  }

  /** Ends the run: nothing is known live from here on, and every route hears so. Later turns are not taken. */
  stop(reason: string, now: Millis): void {
    this.#stopped = true
    // The time of the last event, so that a replay ends as the live run did.
    const at = this.tally.lastEventAt ?? now
    const records = this.#reduction.stop(at, reason)
    const event = { _tag: "Tick", session: this.#lastSession, epoch: this.#lastEpoch, at, wall: at } as const
    const steps = records.length === 0 ? [] : [{ event, records }]
    this.tally.countRecords(records)
    for (const route of this.open) route.finish(steps)
    for (const step of steps) this.#onStep?.(step)
  }

  #hand(steps: ReadonlyArray<Step>, now: Millis): ReadonlyArray<OpenRoute> {
    this.tally.count(steps)
    let full: Array<OpenRoute> | undefined
    for (let index = 0; index < this.open.length; index++) {
      const route = this.open[index]!
      if (!route.turn(steps, now)) (full ??= []).push(route)
    }
    if (this.#onStep !== undefined) { for (let index = 0; index < steps.length; index++) this.#onStep(steps[index]!) }
    return full ?? none
  }
}

const none: ReadonlyArray<never> = []
