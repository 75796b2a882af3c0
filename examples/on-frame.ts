/** Changes of the book inside the turn of the event loop that brought the frame, before any stream or promise has it. */
import { defaultFeedUrl } from "@boltodds/connection"
import { connect } from "@boltodds/connection/node"
import { type Frame, isLineChange, type LineChange } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"

const { BOLTODDS_URL: url = defaultFeedUrl } = process.env
const draft = thaw(make({ run: crypto.randomUUID() }))

const react = ({ sportsbook, game, outcome, previous_odds, odds }: LineChange, frame: Frame): void =>
  console.log(`${sportsbook}: ${game}: ${outcome} ${previous_odds} -> ${odds} in frame of ${frame.raw.length} bytes`)

const feed = connect({
  url,
  filters: { markets: ["Moneyline"] },
  onFrame: (frame) => {
    const [step] = draft.apply([frame])
    // The event that invalidates frames comes later in the stream; the status changes at once.
    if (feed.status()._tag !== "Live") return
    for (const record of step!.records) {
      if ("change" in record && isLineChange(record) && record.change === "line_moved" && record.cause === "feed") {
        react(record, frame)
      }
    }
  },
})

// All but the frames, which the book has already. This loop must go on: not reading is what pauses the socket.
for await (const event of feed) if (event._tag !== "Frame") draft.apply([event])
