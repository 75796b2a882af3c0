/** Why sessions cannot run side by side as they were asked to. */
import type { Filters } from "@boltodds/protocol"

/**
 * Two sessions would both receive the same games. A game at a sportsbook has one owner, who alone can tell when it is
 * gone or in doubt: what reached two sessions would be believed of one and refused of the other.
 */
export class ShardOverlap extends Error {
  readonly _tag = "ShardOverlap"
  override readonly name: string = "ShardOverlap"
  /** The names of the two sessions. */
  readonly sessions: readonly [string, string]
  /** What both would receive; a kind left out means all of it. */
  readonly common: Filters

  constructor(sessions: readonly [string, string], common: Filters, remark: string) {
    super(`Cannot run sessions \`${sessions[0]}\` and \`${sessions[1]}\` side by side: ${remark}`)
    this.sessions = sessions
    this.common = common
  }
}

/** The sessions asked for cannot be made, whatever they receive. The message says what to change. */
export class ShardsRefused extends Error {
  readonly _tag = "ShardsRefused"
  override readonly name: string = "ShardsRefused"
}
