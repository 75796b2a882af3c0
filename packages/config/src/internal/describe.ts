/** A checked pipeline as plain data, and its inside, which printing the pipeline does not show. */
import { coalescedBounds, defaultBatch, defaultBounds } from "@boltodds/lane"
import { formatMillis } from "@boltodds/text"
import * as Duration from "effect/Duration"
import type { LaneSettings } from "../LaneDefaults.ts"
import type { CheckedPipeline, RunSettings } from "../CheckedPipeline.ts"
import type { CheckedOptions } from "./checkOptions.ts"
import { blockTimeoutOf } from "./checkLane.ts"
import type { CheckedLane, CheckedParts, CheckedSink } from "./Checked.ts"
import { given } from "./documentSchemas.ts"

/** What is shown of options: `shown` hides, `plain` is for comparing only. */
export type DescribedSide = "shown" | "plain"

/** Plain data. */
export interface Plain {
  readonly [key: string]: unknown
}

/** The whole document. */
export const describePipeline = (
  parts: CheckedParts,
  run: RunSettings,
  plugins: unknown,
  side: DescribedSide,
): Plain => {
  const sole = isSole(parts)
  return {
    version: 1,
    ...plugins === undefined ? {} : { plugins },
    source: { [parts.source.plugin.name]: parts.source.options[side] },
    ...parts.lease === undefined ? {} : { lease: { [parts.lease.plugin.name]: parts.lease.options[side] } },
    sinks: Object.fromEntries(parts.sinks.map((sink) => [sink.name, describeSink(sink, sole, side)])),
    run: describeRun(run),
  }
}

/** Whether there is one route only. */
export const isSole = ({ sinks }: CheckedParts): boolean => sinks.filter(({ isStandby }) => !isStandby).length === 1

const describeRun = ({ count, report, resume, ...run }: RunSettings): Plain => ({
  ...given("count", count),
  ...given("for", text(run.for)),
  drain_within: text(run.drainWithin) ?? "10s",
  ...given("resume", resume),
  report,
})

/** One sink. */
export const describeSink = (sink: CheckedSink, isSole: boolean, side: DescribedSide): Plain => {
  const { emit, control, meta, where, whereShown, processors, lane, required, fallback, isStandby } = sink
  const type = { [sink.sink.plugin.name]: sink.sink.options[side] }
  if (isStandby) return { ...type, ...given("fallback", fallback) }
  const condition = side === "shown" ? whereShown : where
  return {
    ...type,
    emit: hasOptions(emit.options.plain) ? named(emit.plugin.name, emit.options, side) : emit.plugin.name,
    ...control ? {} : { control },
    ...meta ? { meta } : {},
    ...condition === undefined ? {} : { where: condition },
    ...processors.length === 0 ? {} : { processors: processors.map((it) => named(it.plugin.name, it.options, side)) },
    lane: describeLane(lane, isSole, side),
    required,
    ...given("fallback", fallback),
  }
}

/** Whether anything is said beside the name. */
const hasOptions = (options: unknown): boolean =>
  typeof options === "object" && options !== null && Object.keys(options).length > 0

const named = (name: string, options: CheckedOptions<unknown>, side: DescribedSide): Plain => ({
  [name]: options[side],
})

const describeLane = ({ settings, store }: CheckedLane, isSole: boolean, side: DescribedSide): Plain => {
  // A store of its own knows what it may hold.
  const usual = store !== undefined ? undefined : settings.overflow === "coalesce" ? coalescedBounds : defaultBounds
  const bounds = { ...usual, ...settings.bounds }
  return {
    overflow: settings.overflow,
    ...given("block_timeout", text(blockTimeoutOf(settings, isSole))),
    store: store === undefined ? "memory" : named(store.plugin.name, store.options, side),
    ...given("max_age", text(settings.maxAge)),
    ...given("max_records", bounds.records),
    ...given("max_bytes", bounds.bytes),
    batch: { ...defaultBatch, ...settings.batch, ...given("linger", text(settings.linger)) },
    ...given("retry", durations(settings.retry)),
    ...given("breaker", durations(settings.breaker)),
    ...given("parallel", settings.parallel),
  }
}

/** Settings with their durations as text; an endless number cannot be written, and is the default. */
const durations = (settings: LaneSettings["retry"] | LaneSettings["breaker"]): Plain | undefined => {
  if (settings === undefined) return undefined
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
      if (value === Infinity) return []
      return [[key, typeof value === "number" ? value : text(value as Duration.Duration)]]
    }),
  )
}

const text = (duration: Duration.Duration | undefined): string | undefined =>
  duration === undefined ? undefined : formatMillis(Duration.toMillis(duration))

/** The inside of a pipeline. */
export interface Inside {
  readonly parts: CheckedParts
  readonly plain: Plain
}

const insides = new WeakMap<CheckedPipeline, Inside>()

/** Keeps the inside of a pipeline. */
export const remember = (pipeline: CheckedPipeline, inside: Inside): void => void insides.set(pipeline, inside)

/** The inside of a pipeline. Throws for one that was not loaded here. */
export const insideOf = (pipeline: CheckedPipeline): Inside => {
  const inside = insides.get(pipeline)
  if (inside === undefined) throw new TypeError("Cannot look into this pipeline: it does not come from loadPipeline")
  return inside
}
