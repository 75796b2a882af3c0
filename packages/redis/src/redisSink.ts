/** The sink: each record once in the log, as acknowledged by the server. */
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { connectRedis, settingsOf } from "./internal/connectRedis.ts"
import { checkManifest } from "./internal/manifest.ts"
import { Publisher } from "./internal/Publisher.ts"
import { redisErrorOf } from "./internal/redisErrorOf.ts"
import { serverFacts } from "./internal/serverFacts.ts"
import { RedisError } from "./RedisError.ts"
import { redisKeys } from "./redisKeys.ts"
import type { RedisConnectionOptions, RedisStreamOptions } from "./RedisOptions.ts"

/** The options of {@link redis}. */
export interface RedisSinkOptions extends RedisConnectionOptions, RedisStreamOptions {
  /** Called for what an operator may want to know. Must not throw. */
  readonly onEvent?: (event: RedisSinkEvent) => void
}

/** What happened beside the delivery. */
export type RedisSinkEvent =
  /** The stream has lost records that the server had acknowledged. The whole book is sent again. */
  | { readonly _tag: "StreamForgot"; readonly stream: string }
  /** The server removes keys when its memory is full: readers that join may lack games. */
  | { readonly _tag: "Evicts"; readonly policy: string }

/**
 * Writes records to the log of a feed in Redis, and to its latest records. Needs Redis 6.2 or newer, or Valkey.
 *
 * Each record is in the log once, in order, as acknowledged by the server. What a server acknowledges it may still lose
 * with its power, unless its `appendfsync` is `always`. A stream has one writer: of two, the one that wrote first is
 * refused, and its lane is disabled. If the stream was lost or removed, it is made anew and the whole book is sent again.
 *
 * Fails with a {@link SinkError} whose cause is a {@link RedisError}.
 *
 * @example
 * ```ts
 * import { redis } from "@boltodds/redis"
 *
 * const sink = redis({ url: "redis://127.0.0.1:6379", stream: "odds" })
 * ```
 */
export const redis = (options: RedisSinkOptions = {}): Effect.Effect<Sink<unknown>, SinkError, Scope> =>
  Effect.mapError(
    Effect.gen(function* () {
      const emit = options.onEvent ?? ignore
      const settings = yield* Effect.try({ try: () => settingsOf(options), catch: sinkErrorOf })
      const keys = redisKeys(settings.stream)
      const link = yield* connectRedis(options)
      const check = attempt(() => checkManifest(link, keys, settings))
      const { evicts } = yield* attempt(() => serverFacts(link))
      if (evicts !== undefined) emit({ _tag: "Evicts", policy: evicts })
      yield* check
      const publisher = new Publisher(link, keys, settings)
      const write = async (batch: Batch<unknown>, signal: AbortSignal): Promise<void> => {
        const { hasForgotten } = await publisher.publish(batch.id, batch.envelopes, signal)
        if (!hasForgotten) return
        emit({ _tag: "StreamForgot", stream: settings.stream })
        const cause = new RedisError("lost", `The stream ${settings.stream} has lost records that were acknowledged.`)
        throw new SinkError({ rest: "retry", cause, isNewReader: true })
      }
      return {
        guarantee: "at-least-once",
        write: (batch) => Effect.tryPromise({ try: (signal) => write(batch, signal), catch: failureOf }),
        check: Effect.mapError(check, failureOf),
      } satisfies Sink<unknown>
    }),
    failureOf,
  )

const ignore = (): void => {}

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, RedisError> =>
  Effect.tryPromise({ try: run, catch: sinkErrorOf })

const sinkErrorOf = (cause: unknown): RedisError => redisErrorOf(cause, "Cannot write to Redis")

const final: ReadonlySet<RedisError["reason"]> = new Set(["fenced", "stream", "options", "server"])

/** Time does not mend invalid options, a second writer, or a key that is not as needed. */
const failureOf = (cause: unknown): SinkError => {
  if (cause instanceof SinkError) return cause
  const error = sinkErrorOf(cause)
  return new SinkError({ rest: final.has(error.reason) ? "disable" : "retry", cause: error })
}
