/** Generated lives, group by group. */
import type { Change, Control, FeedEvent } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import { groupsOf } from "../../signals/test/play.ts"
import { worldLife } from "../../signals/test/world.ts"

const firstSeed = Number(process.env["LAW_SEED"] ?? 1)

/** Holds a law for many lives, and names the seed of one that breaks it. */
export const forLives = (law: (life: Life, seed: number) => void, usual = 3): void => {
  const runs = Number(process.env["LAW_RUNS"] ?? usual)
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      law(new Life(worldLife(seed)), seed)
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}

export const run = "01J00000000000000000000000"

/** Plain loops over all of a book take long: without a count they look after every fourth group. */
export const isLookedAt = (group: number): boolean => process.env["LAW_RUNS"] !== undefined || group % 4 === 0

/** The records of a life. */
export class Life {
  readonly #events: ReadonlyArray<FeedEvent>

  constructor(events: ReadonlyArray<FeedEvent>) {
    this.#events = events
  }

  /** Calls `look` with each group, and when it was. */
  play(look: (group: ReadonlyArray<Change | Control>, now: number) => void): void {
    const draft = thaw(make({ run }))
    for (const event of this.#events) {
      for (const group of groupsOf(draft.apply([event]).flatMap(({ records }) => records))) look(group, event.at)
    }
  }
}
