/** The control that tells the readers of a lane what it lost. */
import type { Control } from "@boltodds/protocol"
import type { Loss } from "@boltodds/lane"
import type { LaneOrigin } from "./LaneOrigin.ts"

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
