/** The options of the source in a configuration. */
import { PositiveDuration } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { feedFields, given, type RedisFeedConfig, redisFeedOptions } from "./RedisConfig.ts"
import { mostPartitions, type RedisReaderOptions } from "./RedisOptions.ts"

/** A configuration that was read, its keys as written: {@link redisReaderOptions} makes the options of the reader of it. */
export interface RedisReaderConfig extends RedisFeedConfig {
  readonly from?: "latest" | "log"
  readonly since?: Duration.Duration
  readonly partition?: number
  readonly stale_after?: Duration.Duration
}

const last = mostPartitions - 1

/** The schema of {@link RedisReaderConfig}. */
export const RedisReaderConfig: Schema.Decoder<RedisReaderConfig> = Schema.Struct({
  ...feedFields,
  from: Schema.optionalKey(
    Schema.Literals(["latest", "log"]).annotate({
      description:
        "latest: the whole book, then what changes; a slow reader gets the newest record of each line. log: each record " +
        "from the oldest; a slow reader gets them late. Default latest.",
    }),
  ),
  since: Schema.optionalKey(
    PositiveDuration.annotate({ description: "With from: log, how far back to begin. Default: at the oldest record." }),
  ),
  partition: Schema.optionalKey(
    Schema.Int.check(
      Schema.isBetween({ minimum: 0, maximum: last }, { expected: `a whole number from 0 to ${last}` }),
    ).annotate({
      description: "Only the games of this partition, counted from 0, and all controls. Default: all games.",
    }),
  ),
  stale_after: Schema.optionalKey(
    PositiveDuration.annotate({
      description: "After this time without a record all is stale; a writer sends one every 10s. Default 25s.",
    }),
  ),
})

/** The options of the reader, of those of a configuration. `now`: the time, for `since`. */
export const redisReaderOptions = (config: RedisReaderConfig, now: number): RedisReaderOptions => ({
  ...redisFeedOptions(config),
  ...given({
    from: config.from,
    since: config.since === undefined ? undefined : new Date(now - Duration.toMillis(config.since)),
    partition: config.partition,
    staleAfter: config.stale_after,
  }),
})
