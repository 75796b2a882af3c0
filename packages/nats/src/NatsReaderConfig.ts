/** The options of the source in a configuration. */
import { PositiveDuration } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { feedFields, given, type NatsFeedConfig, natsFeedOptions } from "./NatsConfig.ts"
import type { NatsReaderOptions } from "./NatsOptions.ts"

/** A configuration that was read, its keys as written: {@link natsReaderOptions} makes the options of the reader of it. */
export interface NatsReaderConfig extends NatsFeedConfig {
  readonly from?: "latest" | "log"
  readonly since?: Duration.Duration
  readonly stale_after?: Duration.Duration
}

/** The schema of {@link NatsReaderConfig}. */
export const NatsReaderConfig: Schema.Decoder<NatsReaderConfig> = Schema.Struct({
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
  stale_after: Schema.optionalKey(
    PositiveDuration.annotate({
      description: "After this time without a record all is stale; a writer sends one every 10s. Default 25s.",
    }),
  ),
})

/** The options of the reader, of those of a configuration. `now`: the time, for `since`. */
export const natsReaderOptions = (config: NatsReaderConfig, now: number): NatsReaderOptions => ({
  ...natsFeedOptions(config),
  ...given({
    from: config.from,
    since: config.since === undefined ? undefined : new Date(now - Duration.toMillis(config.since)),
    staleAfter: config.stale_after,
  }),
})
