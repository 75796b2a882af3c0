/** Prints line updates as they come, and stops after twenty: the feed with nothing but `for await`. */
import { connect } from "@boltodds/connection/node"

// The key is in BOLTODDS_API_KEY. Without filters: everything the plan allows.
const url = process.env["BOLTODDS_URL"]
const feed = connect(url === undefined ? {} : { url })

let left = 20
for await (const message of feed.messages()) {
  if (message.action !== "line_update") continue
  const { sportsbook, game, outcomes } = message.data
  for (const [outcome, { odds }] of Object.entries(outcomes)) {
    console.log(`${sportsbook}: ${game}: ${outcome} ${odds === null || odds === "" ? "suspended" : odds}`)
  }
  if (--left === 0) break
}
