/** Big moves to a destination of your own: here a list that is printed; a database would do the same. */
import { keyFromEnv, makeSession } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import { changes, filter, isDelivered, route, run } from "@boltodds/pipeline"
import { type Change, isLineChange } from "@boltodds/protocol"
import { sinkFromPromise } from "@boltodds/sink"
import * as Effect from "effect/Effect"

const url = process.env["BOLTODDS_URL"]

/** Called with whole batches, one after another; a rejection has the lane try again. */
const board = sinkFromPromise<Change>({
  write: async ({ envelopes }) => {
    for (const { _tag, value } of envelopes) {
      if (_tag === "Record" && isLineChange(value)) {
        console.log(`${value.sportsbook}: ${value.outcome}: ${value.previous_odds} -> ${value.odds}`)
      } else if (_tag === "Control" && "control" in value) {
        // Controls are never filtered: a gap must reach everybody who believes a price.
        console.log(`[${value.control}]`)
      }
    }
  },
})

const isBigMove = (change: Change): boolean =>
  isLineChange(change) && change.change === "line_moved" && change.odds !== null && change.previous_odds !== null &&
  Math.abs(change.odds - change.previous_odds) >= 5

const program = Effect.gen(function* () {
  const session = yield* makeSession({
    key: keyFromEnv(),
    transport: wsTransport(),
    ...url === undefined ? {} : { url },
  })
  const big = route({
    name: "big moves",
    emit: changes(),
    processor: () => filter(isBigMove),
    sink: Effect.succeed(board),
  })
  return yield* run(session, [big], { state: { run: crypto.randomUUID() }, count: 5 })
})

const report = await Effect.runPromise(program)
console.log(`${report.reason}; ${isDelivered(report) ? "all delivered" : "not all delivered"}`)
