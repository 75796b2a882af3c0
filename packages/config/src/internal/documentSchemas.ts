/** The schemas of those parts of a document that are the same for every registry. */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ByteSize, DurationText, PositiveDuration } from "@boltodds/sink"
import { type LaneSettings, type OverflowName, overflowNames } from "../LaneDefaults.ts"
import type { RunSettings } from "../CheckedPipeline.ts"

const count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number above 0" }))

/** A lane, as written. */
export interface LaneText {
  readonly overflow?: OverflowName
  readonly block_timeout?: Duration.Duration
  readonly store?: unknown
  readonly max_age?: Duration.Duration
  readonly max_records?: number
  readonly max_bytes?: number
  readonly batch?: { readonly records?: number; readonly bytes?: number; readonly linger?: Duration.Duration }
  readonly retry?: { readonly base?: Duration.Duration; readonly cap?: Duration.Duration; readonly attempts?: number }
  readonly breaker?: { readonly failures?: number; readonly cool?: Duration.Duration }
  readonly parallel?: number
}

/** The schema of {@link LaneText}. */
export const LaneText: Schema.Decoder<LaneText> = Schema.Struct({
  overflow: Schema.optionalKey(
    Schema.Literals(overflowNames).annotate({
      description:
        "What happens when the lane is full: block makes the source wait, coalesce keeps the newest of each " +
        "line, drop_oldest and drop_newest lose records and say so, fail disables the sink.",
    }),
  ),
  block_timeout: Schema.optionalKey(PositiveDuration.annotate({
    description: "With block: how long the source waits before the oldest are dropped. Default 5s beside other sinks.",
  })),
  store: Schema.optionalKey(Schema.Unknown),
  max_age: Schema.optionalKey(PositiveDuration.annotate({
    description: "What waits longer is not delivered, but counted as expired. Default: nothing is too old.",
  })),
  max_records: Schema.optionalKey(count.annotate({ description: "What the lane may hold. Default 16384." })),
  max_bytes: Schema.optionalKey(ByteSize.annotate({ description: "What the lane may hold. Default 16MiB." })),
  batch: Schema.optionalKey(Schema.Struct({
    records: Schema.optionalKey(count.annotate({ description: "The largest batch. Default 4096." })),
    bytes: Schema.optionalKey(ByteSize.annotate({ description: "The largest batch. Default 1MiB." })),
    linger: Schema.optionalKey(DurationText.annotate({
      description: "How long a batch that is not full may wait for more. Default: not at all.",
    })),
  })),
  retry: Schema.optionalKey(Schema.Struct({
    base: Schema.optionalKey(DurationText.annotate({ description: "The first step of back-off. Default 200ms." })),
    cap: Schema.optionalKey(DurationText.annotate({ description: "The longest step of back-off. Default 30s." })),
    attempts: Schema.optionalKey(count.annotate({
      description: "Attempts of one batch, after which it counts as dead letters. Default: without end.",
    })),
  })),
  breaker: Schema.optionalKey(Schema.Struct({
    failures: Schema.optionalKey(count.annotate({ description: "Failures in a row that open it. Default 5." })),
    cool: Schema.optionalKey(PositiveDuration.annotate({ description: "How long nothing is tried. Default 30s." })),
  })),
  parallel: Schema.optionalKey(count.annotate({
    description: "Deliveries side by side, records of one game in order. Needs emit changes. Default 1.",
  })),
})

/** What a lane's text means. */
export const settingsOf = (text: LaneText): LaneSettings => {
  const { overflow, block_timeout, max_age, max_records, max_bytes, batch, retry, breaker, parallel } = text
  const bounds = { ...given("records", max_records), ...given("bytes", max_bytes) }
  const { linger, ...limits } = batch ?? {}
  return {
    ...given("overflow", overflow),
    ...given("blockTimeout", block_timeout),
    ...given("maxAge", max_age),
    ...Object.keys(bounds).length === 0 ? {} : { bounds },
    ...Object.keys(limits).length === 0 ? {} : { batch: limits },
    ...given("linger", linger),
    ...given("retry", retry),
    ...given("breaker", breaker),
    ...given("parallel", parallel),
  }
}

/** A field, where there is something to put in it. */
export const given = <K extends string, A>(key: K, value: A | undefined): { readonly [P in K]?: A } =>
  // A computed key widens to string; it is K.
  value === undefined ? {} : { [key]: value } as { readonly [P in K]: A }

/** A run, as written. */
export interface RunText {
  readonly count?: number
  readonly for?: Duration.Duration
  readonly drain_within?: Duration.Duration
  readonly report?: boolean
  readonly resume?: string
}

/** The schema of {@link RunText}. */
export const RunText: Schema.Decoder<RunText> = Schema.Struct({
  count: Schema.optionalKey(count.annotate({ description: "Ends the run after so many data records." })),
  for: Schema.optionalKey(PositiveDuration.annotate({ description: "Ends the run after so long." })),
  drain_within: Schema.optionalKey(DurationText.annotate({
    description: "How long lanes may deliver what they hold at the end. Default 10s.",
  })),
  report: Schema.optionalKey(Schema.Boolean.annotate({ description: "Prints a report at the end. Default false." })),
  resume: Schema.optionalKey(Schema.NonEmptyString.annotate({
    description:
      "A file of changes that an earlier run wrote (plain, .gz, .zst): the run goes on from its book, and the " +
      "sink that writes it gets only what differs. A file that does not exist is a first start.",
  })),
})

/** What a run's text means. */
export const runSettingsOf = (text: RunText): RunSettings => ({
  ...given("count", text.count),
  ...given("for", text.for),
  ...given("drainWithin", text.drain_within),
  report: text.report ?? false,
  ...given("resume", text.resume),
})
