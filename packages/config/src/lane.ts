/** From the settings of a configuration to the options of a lane. */
import { block, coalesce, dropNewest, dropOldest, fail, type LaneOptions, type Overflow } from "@boltodds/lane"
import * as Duration from "effect/Duration"
import type { Emit } from "@boltodds/pipeline"
import type { LaneSettings, OverflowName } from "./LaneDefaults.ts"

/** What a lane of a pipeline is set up with, but for what the route gives it. */
export type RouteLane = Omit<LaneOptions<never>, "name" | "run" | "notice" | "resnapshot">

/** How long a source waits for one lane of several, where nothing else is said. */
export const defaultBlockTimeout: Duration.Duration = Duration.seconds(5)

/**
 * The options of a lane. `isSole`: there is no other lane it could hold up, so one that blocks has no need to lose
 * anything. Settings that are left out are those of {@link LaneOptions}.
 */
export const laneOptions = (settings: LaneSettings, emit: Emit<never>, isSole: boolean): RouteLane => {
  const { overflow = "block", maxAge, linger, retry, breaker, parallel } = settings
  return {
    overflow: overflowOf(overflow, emit, settings.blockTimeout ?? (isSole ? undefined : defaultBlockTimeout)),
    ...settings.bounds === undefined ? {} : { bounds: settings.bounds },
    ...settings.batch === undefined ? {} : { batch: settings.batch },
    ...linger === undefined ? {} : { linger },
    ...maxAge === undefined ? {} : { maxAge },
    ...retry === undefined ? {} : { retry },
    ...breaker === undefined ? {} : { breaker },
    ...parallel === undefined || parallel === 1 || emit.orderKey === undefined
      ? {}
      : { parallel: { over: parallel, key: emit.orderKey.bind(emit) } },
  }
}

const overflowOf = (
  name: OverflowName,
  { name: emit, coalescing }: Emit<never>,
  blockTimeout: Duration.Duration | undefined,
): Overflow<never> => {
  switch (name) {
    case "block":
      return block(blockTimeout === undefined ? {} : { blockTimeout })
    case "coalesce":
      // Checked before.
      if (coalescing === undefined) throw new Error(`Cannot coalesce ${emit}: its records do not say what they replace`)
      return coalesce(coalescing)
    case "drop_oldest":
      return dropOldest()
    case "drop_newest":
      return dropNewest()
    case "fail":
      return fail()
  }
}
