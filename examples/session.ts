/** The connection alone, with Effect: the turns of the event loop as they come. */
import { defaultFeedUrl, keyFromEnv, makeSession } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const { BOLTODDS_URL: url = defaultFeedUrl } = process.env
const program = Effect.gen(function* () {
  const session = yield* makeSession({ key: keyFromEnv(), transport: wsTransport(), url })
  yield* Stream.runForEachArray(session.events, (turn) =>
    Effect.sync(() => {
      for (const event of turn) console.log(event.epoch, event._tag)
    }))
})
await Effect.runPromise(program)
