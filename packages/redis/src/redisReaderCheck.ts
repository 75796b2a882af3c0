/** Whether a feed could be read. */
import * as Effect from "effect/Effect"
import { connectRedis, settingsOf } from "./internal/connectRedis.ts"
import { stateOf } from "./internal/manifest.ts"
import { redisErrorOf } from "./internal/redisErrorOf.ts"
import { RedisError } from "./RedisError.ts"
import { redisKeys } from "./redisKeys.ts"
import type { RedisReaderOptions } from "./RedisOptions.ts"

/**
 * Connects once and looks for the stream that `redisRecords` would read with these options. Returns what it found, for
 * people.
 *
 * Fails with a {@link RedisError}; its reason is `no-stream` where there is no such stream yet.
 */
export const redisReaderCheck = (options: RedisReaderOptions): Effect.Effect<string, RedisError> =>
  Effect.scoped(Effect.gen(function* () {
    const { stream } = yield* Effect.try({
      try: () => settingsOf(options.stream === undefined ? {} : { stream: options.stream }),
      catch: (cause) => redisErrorOf(cause, "Cannot read a feed"),
    })
    const link = yield* connectRedis(options)
    const state = yield* Effect.tryPromise({
      try: () => stateOf(link, redisKeys(stream), options.partition),
      catch: (cause) => redisErrorOf(cause, `Cannot read ${stream}`),
    })
    if (state === undefined) {
      return yield* Effect.fail(
        new RedisError("no-stream", `The stream ${stream} does not exist yet: a run waits for its writer.`),
      )
    }
    return `Redis has the stream ${stream}, written up to the position ${state.position}`
  }))
