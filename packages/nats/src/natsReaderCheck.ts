/** Whether a feed could be read. */
import { jetstreamManager } from "@nats-io/jetstream"
import * as Effect from "effect/Effect"
import { connectNats, timeoutOf } from "./internal/connectNats.ts"
import { natsErrorOf } from "./internal/natsErrorOf.ts"
import { streamInfo, streamsOf } from "./internal/streams.ts"
import { NatsError } from "./NatsError.ts"
import type { NatsReaderOptions } from "./NatsOptions.ts"

/**
 * Connects once and looks for the stream that `natsRecords` would read with these options. Returns what it found, for
 * people.
 *
 * Fails with a {@link NatsError}; its reason is `no-stream` where there is no such stream yet.
 */
export const natsReaderCheck = (options: NatsReaderOptions): Effect.Effect<string, NatsError> =>
  Effect.scoped(Effect.gen(function* () {
    const { latest, log } = yield* Effect.try({
      try: () => streamsOf({ ...options, latest: true }),
      catch: (cause) => natsErrorOf(cause, "Cannot read a feed"),
    })
    const stream = options.from === "log" ? log : latest!
    const link = yield* connectNats(options)
    const info = yield* Effect.tryPromise({
      try: async () =>
        await streamInfo(
          await jetstreamManager(link.connection, { timeout: timeoutOf(options), checkAPI: false }),
          stream,
        ),
      catch: (cause) => natsErrorOf(cause, `Cannot read ${stream}`),
    })
    if (info === undefined) {
      return yield* Effect.fail(
        new NatsError("no-stream", `The stream ${stream} does not exist yet: a run waits for its writer.`),
      )
    }
    return `NATS has the stream ${stream} with ${info.state.messages} records`
  }))
