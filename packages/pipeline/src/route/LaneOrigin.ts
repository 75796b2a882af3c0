/** The records that a lane makes itself, and their identity. */
import type { Control } from "@boltodds/protocol"
import type { Loss } from "@boltodds/lane"

/** An opening of a lane. */
interface Opening {
  /** Its number in the run. */
  readonly opening: number
  /** The term of the store. */
  readonly term: number | undefined
  /** The run of this process, where the records are of other runs. */
  readonly process: string | undefined
}

/**
 * The origin of the records that one opening of a lane makes: `dropped` controls and resnapshots. `part` counts them over
 * the whole life of the opening, so that no two have the same identity, even with the same `seq`.
 */
export class LaneOrigin {
  /**
   * In memory, the name of the lane and the number of this opening in the run, because a reload may open it again. With a
   * store on disk, the term of the store, which other processes count too: `hook.1`, `hook.term3`.
   *
   * On a source of records the run is that of another process, and lanes of several processes may have one name: then the
   * own run of this process follows, `hook.1/01M8MB8VED4C6JV9TJ0KRBSY68`.
   */
  readonly name: string
  /** The next `part`. */
  next = 1

  constructor(lane: string, { opening, term, process }: Opening) {
    const opened = term === undefined ? `${lane}.${opening}` : `${lane}.term${term}`
    this.name = process === undefined ? opened : `${opened}/${process}`
  }

  /** Reserves this many parts; returns the first. */
  take(count: number): number {
    const first = this.next
    this.next += count
    return first
  }
}

/**
 * The control that reports a loss: `dropped`, or `quarantined` with the reason `dropped` if the loss concerns one game or
 * only information. It replaces the lost records in this lane, so it has the `seq` of the last of them. The lane is its
 * origin and counts its `part`.
 */
export const lossReport = (run: string, lane: string, origin: LaneOrigin, loss: Loss): Control => {
  const { reason, count, game, isInformation } = loss
  const stamp = {
    run: loss.run ?? run,
    seq: loss.lastSeq,
    part: origin.take(1),
    origin: origin.name,
    session: loss.session,
    epoch: loss.epoch,
    at: new Date(loss.at).toISOString(),
    sent_at: null,
    frame: null,
  }
  const lost = { first_seq: loss.firstSeq, last_seq: loss.lastSeq, last: true } as const
  if (game === undefined && isInformation !== true) {
    return { control: "dropped", ...stamp, lane, reason, count, ...lost }
  }
  return {
    control: "quarantined",
    ...stamp,
    reason: "dropped",
    touches: game === undefined ? "nothing" : "game",
    sportsbook: game?.sportsbook ?? null,
    game: game?.game ?? null,
    ...game === undefined ? {} : { universal_game_id: game.universal_game_id },
    outcome: null,
    text: "",
    lane,
    lost: reason,
    count,
    ...lost,
  }
}
