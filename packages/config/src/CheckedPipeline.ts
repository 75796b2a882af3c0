/** A configuration in which nothing is wrong. */
import type { Depth, Route } from "@boltodds/pipeline"
import type { LaneEvent } from "@boltodds/lane"
import type { Sink, SinkError } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EmitName, Log, OpenLease, OpenSource, SinkBook, SourceFinding } from "./Plugin.ts"
import type { ManifestEntry } from "./Manifest.ts"
import type { Problem } from "./Problem.ts"

/** What a configuration says of the run as a whole. */
export interface RunSettings {
  /** Data records after which it ends. Default: without end. */
  readonly count?: number
  /** How long it goes on. Default: without end. */
  readonly for?: Duration.Duration
  /** How long lanes may drain. Default 10 s. */
  readonly drainWithin?: Duration.Duration
  /** The file of changes whose book the run goes on from, as written. Default: nothing is known. */
  readonly resume?: string
  /** Whether a report is wanted. */
  readonly report: boolean
}

/** A sink of a pipeline, in short. */
export interface SinkSummary {
  readonly name: string
  /** The name of its plug-in. */
  readonly type: string
  readonly emit: EmitName
  /** How deep the hub looks into the feed for it. */
  readonly needs: Depth
  /** Whether folding what it receives gives the book. */
  readonly isBook: boolean
  readonly required: boolean
  /** The sink that takes over when this one is disabled. */
  readonly fallback?: string
  /** It only takes over for another, and has no route of its own. */
  readonly isStandby: boolean
}

/**
 * Follows the evaluations of an expression: for a watch outside the event loop. Called once for each expression with a
 * loop, a pattern or another part that may take long; `begin` and `end` are called around each evaluation.
 */
export type EvaluationWatch = (of: {
  readonly sink: string
  readonly expression: string
}) => { readonly begin: () => void; readonly end: () => void }

/** What a pipeline is opened with. */
export interface OpenContext {
  /** The run's ULID. */
  readonly run: string
  readonly log: Log
  /**
   * Whether the reader of a sink has the book that the run resumes from; where the book was read from its destination, the
   * `position` of that book. Default: none has.
   */
  readonly resumes?: (
    sink: { readonly name: string; readonly type: string; readonly options: unknown },
  ) => boolean | { readonly position: unknown }
  /** Wraps each sink once it is open, fallbacks too: for a check before each write. Default: as they are. */
  readonly around?: (sink: Sink<never>) => Sink<never>
  /** Called for each event of the lane of a sink. Must not throw. */
  readonly onLaneEvent?: (sink: string, event: LaneEvent) => void
  /** Follows the expressions that may take long. Default: none. */
  readonly evaluations?: EvaluationWatch
  /**
   * Sinks to take the place of those that the configuration names, each in a lane that waits and loses nothing: for tests
   * of a pipeline.
   */
  readonly sinkFor?: (sink: string) => Effect.Effect<Sink<never>, SinkError, Scope.Scope>
}

/** How often an expression had no result so far. */
export interface ExpressionCount {
  readonly sink: string
  readonly expression: string
  /** Records for which a field was null that the result depends on: left out by a condition. */
  readonly unknown: number
  /** Records for which it failed otherwise; the first was logged. */
  readonly failed: number
}

/** A sink from whose destination a run can resume. */
export interface BookOfSink {
  readonly sink: string
  /** Reads the book that its readers have; undefined where nothing was written yet. */
  readonly read: Effect.Effect<SinkBook | undefined, unknown>
}

/** A pipeline ready for `run` of `@boltodds/pipeline`. Nothing is open before these effects are run. */
export interface OpenPipeline {
  readonly source: Effect.Effect<OpenSource, unknown, Scope.Scope>
  /** Undefined where the configuration names no lease. */
  readonly lease?: Effect.Effect<OpenLease, unknown, Scope.Scope>
  readonly routes: ReadonlyArray<Route>
  readonly expressions: () => ReadonlyArray<ExpressionCount>
}

/** What `check --connect` found out about a sink: `unknown` where its type cannot be asked. */
export interface SinkCheck {
  readonly name: string
  readonly type: string
  readonly state: "reached" | "failed" | "unknown"
  readonly error?: SinkError
}

/** A configuration in which nothing is wrong. A value: it can be opened any number of times. */
export interface CheckedPipeline {
  readonly file: string
  /** The name of the source's plug-in. */
  readonly source: string
  /** The name of the lease's plug-in. Absent: one process runs it. */
  readonly lease?: string
  readonly sinks: ReadonlyArray<SinkSummary>
  readonly run: RunSettings
  /** Warnings, with their places. */
  readonly warnings: ReadonlyArray<Problem>
  /**
   * All of it as plain data, defaults filled in, ready to be printed. What came from the environment stands there as
   * written (`${NAME}`), a secret as `***`.
   */
  readonly resolved: unknown
  /** What it contacts, reads, writes and runs. Nothing of it is a secret. */
  readonly manifest: ReadonlyArray<ManifestEntry>
  /** Whether it names plug-in modules: code of its author, which runs in the process. */
  readonly hasPlugins: boolean
  readonly open: (context: OpenContext) => OpenPipeline
  /** The sinks whose readers' book can be read where they write, in the order of the document. */
  readonly books: (context: OpenContext) => ReadonlyArray<BookOfSink>
  /** Tries the source, the names in conditions included; empty where its type cannot be tried. */
  readonly checkSource: (context: OpenContext) => Effect.Effect<ReadonlyArray<SourceFinding>>
  /** Opens each sink, one after another, and asks it whether its destination can be reached. */
  readonly check: (context: OpenContext) => Effect.Effect<ReadonlyArray<SinkCheck>>
}
