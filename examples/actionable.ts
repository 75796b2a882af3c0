/** Acting only on what may be acted on: a line that is verified, priced, of a complete game, and fresh. */
import { defaultFeedUrl } from "@boltodds/connection"
import { connect } from "@boltodds/connection/node"
import { isLineChange } from "@boltodds/protocol"
import { make, thaw, whyNotActionable } from "@boltodds/state"

const { BOLTODDS_URL: url = defaultFeedUrl } = process.env
const draft = thaw(make({ run: crypto.randomUUID() }))

for await (const event of connect({ url, filters: { markets: ["Moneyline", "Total", "Spread"] } })) {
  const lines = draft.apply([event]).flatMap(({ records }) =>
    records.flatMap((record) => "change" in record && isLineChange(record) ? [record] : [])
  )
  // A first price is not a move, nor is one after a gap: the time of its change is unknown.
  const moves = lines.filter(({ change, cause }) => change !== "line_opened" && cause === "feed")
  if (moves.length === 0) continue
  const state = draft.seal()
  for (const line of moves) {
    // Asked of the state after the whole frame, at the frame's time; `isActionable` is the same without the reason.
    const why = whyNotActionable(state, line, event.at)
    const price = `${line.sportsbook}: ${line.game}: ${line.outcome} ${line.odds}`
    console.log(why === undefined ? `act on ${price}` : `leave ${price}: ${why}`)
  }
}
