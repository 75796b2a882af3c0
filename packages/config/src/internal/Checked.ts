/** The parts of a checked document, as the rest of the package works with them. */
import type { LaneSettings } from "../LaneDefaults.ts"
import type { Emit } from "@boltodds/pipeline"
import type { EmitPlugin, LeasePlugin, ProcessorPlugin, SinkPlugin, SourcePlugin, StorePlugin } from "../Plugin.ts"
import type { CheckedOptions } from "./checkOptions.ts"

/** A plug-in with options that its schema has accepted. */
export interface Configured<P> {
  readonly plugin: P
  readonly options: CheckedOptions<unknown>
}

/** A lane of a sink. */
export interface CheckedLane {
  readonly settings: LaneSettings
  /** Undefined: in memory. */
  readonly store: Configured<StorePlugin> | undefined
}

/** An emit of a sink. */
export interface CheckedEmit extends Configured<EmitPlugin> {
  /** Made of these options. Processors, lane and sink fit it; types cannot follow that. */
  readonly made: Emit<never>
}

/** A sink. */
export interface CheckedSink {
  readonly name: string
  readonly sink: Configured<SinkPlugin>
  readonly emit: CheckedEmit
  readonly control: boolean
  /** Whether records are put into envelopes. */
  readonly meta: boolean
  readonly where: string | undefined
  /** The condition as it may be shown: with the names of variables in place of their values. */
  readonly whereShown: string | undefined
  readonly processors: ReadonlyArray<Configured<ProcessorPlugin>>
  readonly lane: CheckedLane
  readonly required: boolean
  readonly fallback: string | undefined
  readonly isStandby: boolean
}

/** A whole document. */
export interface CheckedParts {
  readonly source: Configured<SourcePlugin>
  /** Undefined: one process runs it, which always leads. */
  readonly lease: Configured<LeasePlugin> | undefined
  readonly sinks: ReadonlyArray<CheckedSink>
}
