/** The connection alone, in a loop: what comes, and from when on it is unverified. */
import { defaultFeedUrl } from "@boltodds/connection"
import { connect } from "@boltodds/connection/node"

const { BOLTODDS_URL: url = defaultFeedUrl } = process.env
for await (const event of connect({ url, filters: { sports: ["MLB"] } })) {
  if (event._tag === "Disconnected") console.log("unverified from here on:", event.reason.kind)
  if (event._tag !== "Frame") continue
  for (const item of event.items) if (item._tag === "Message") console.log(item.message.action)
}
