/** The records that a lane makes itself, and their identity. */
import type { Control } from "@boltodds/protocol"
import type { Loss } from "@boltodds/lane"

/**
 * The origin of the records that one opening of a lane makes: `dropped` controls, and the book sent again. Their `part` is
 * counted over the whole life of the opening, so that no two of them are one, also where they have one `seq`.
 */
export class LaneOrigin {
  /**
   * Of a lane in memory the name and its number among the openings of that name in this run: a reload may open it again.
   * Of one with a store on disk the store's term, which other processes count too: `hook.1`, `hook.term3`.
   */
  readonly name: string
  /** The first part that no record has yet. */
  next = 1

  constructor(lane: string, opening: number, term: number | undefined) {
    this.name = term === undefined ? `${lane}.${opening}` : `${lane}.term${term}`
  }

  /** Takes so many parts, which no other record will have; gives the first. */
  take(count: number): number {
    const first = this.next
    this.next += count
    return first
  }
}

/**
 * `dropped`; `quarantined` with the reason `dropped` where one game is concerned, or nothing that anybody believes. It
 * stands in this lane for the records it is about, and so has the `seq` of the last of them; the lane is its origin, and
 * counts its `part`.
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
