/** The contract of plug-ins: sources, emits, processors, sinks and stores as plain objects with checked options. */
import type { Touch } from "./Manifest.ts"
import type { Book, RecordSource, Source } from "@boltodds/protocol"
import type { Coalescing } from "@boltodds/lane"
import type { Emit, Processor, RunOptions } from "@boltodds/pipeline"
import type { Sink, SinkError, Store, StoreLimits } from "@boltodds/sink"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Evaluate } from "./Expression.ts"
import type { LaneDefaults } from "./LaneDefaults.ts"

/** The name of an emit: of one in the registry, or of a module that a configuration names. */
export type EmitName = string

/** How loud a line of the log is. */
export type LogLevel = "debug" | "info" | "warn" | "error"

/** Writes a line to the log of the run. Must not be handed a secret. */
export type Log = (level: LogLevel, message: string, fields?: { readonly [name: string]: unknown }) => void

/** Variables by name, as in `process.env`. */
export interface Environment {
  readonly [name: string]: string | undefined
}

/** What a plug-in knows when it is opened. */
export interface PluginContext {
  /** The name of the sink it works for, or of itself for a source. */
  readonly name: string
  /** The run's ULID. */
  readonly run: string
  /** The folder of the configuration: relative paths in options start there. */
  readonly folder: string
  readonly env: Environment
  readonly log: Log
}

/** What a sink knows besides. */
export interface SinkContext extends PluginContext {
  /** The form of its records. */
  readonly emit: EmitName
  /** What the emit says of its records: for a sink whose readers have filters of their own. */
  readonly records: SinkRecords
  /** Where its destination ends with the book that the run resumes from: what {@link SinkPlugin.book} gave. */
  readonly position?: unknown
}

/** The book that the readers of a sink have. */
export interface SinkBook {
  /** All records that were written, folded. It may be `lossy`. */
  readonly book: Book
  /** The number of the last start that the records name (`term`); 0 if they name none. */
  readonly term: number
  /** Where the destination ends with it: for {@link SinkContext.position}. The sink must write nothing if it ends elsewhere. */
  readonly position: unknown
}

/** What a sink that serves readers must know of its records. */
export interface SinkRecords {
  /** How records merge, see `Emit` of `@boltodds/pipeline`. Absent if they cannot, or if a processor changed their form. */
  readonly coalescing?: Coalescing<never> | undefined
  /** The view of the emit, see there. Absent as `coalescing`. */
  readonly view?: Emit<never>["view"]
  /**
   * Gives a function that compiles a condition of a reader. It throws {@link ConditionError} if the condition is not allowed:
   * it is checked like those of a configuration, and may have no loop and no pattern, because its author is not that of the
   * configuration. Absent if a processor changed the form of the records.
   */
  readonly conditions?: Effect.Effect<(text: string) => (record: unknown) => boolean> | undefined
}

/** A condition of a reader cannot be used. The message says why, and what to do. */
export class ConditionError extends Error {
  readonly _tag = "ConditionError"

  constructor(message: string) {
    super(message)
    this.name = "ConditionError"
  }
}

/** What a processor knows besides. */
export interface ProcessorContext extends PluginContext {
  /** The form of its records. */
  readonly emit: EmitName
  /**
   * What an expression of its options (see {@link Predicate} and {@link Formula}) gives for a record: null where that is not
   * known, which is counted and logged once. The expression was checked when the configuration was.
   */
  readonly evaluate: (expression: string) => Evaluate
  /** The view of the emit, see `Emit` of `@boltodds/pipeline`. */
  readonly view: Emit<never>["view"]
}

/** A source at work. */
export interface OpenSource {
  /** A source of records must be announced: {@link SourcePlugin.gives}. */
  readonly source: Source<unknown> | RecordSource<unknown>
  /** The run and the reducer's options where the source knows them, as a replay does. Default: those of the run. */
  readonly state?: Partial<RunOptions["state"]>
  /** Takes new options while it runs, of which only those in {@link SourcePlugin.live} differ. */
  readonly reload?: (options: unknown) => Effect.Effect<void, unknown>
}

/** Where options stand, for a plug-in that checks them before anything is opened. */
export interface OptionsPlace {
  /** The name of the sink they belong to; of a source its own. */
  readonly name: string
  /** The emit of that sink; undefined for a source. */
  readonly emit: EmitName | undefined
  /** The folder of the configuration: relative paths in options start there. */
  readonly folder: string
  readonly env: Environment
}

/** A mistake in options, at its place. */
export interface OptionProblem {
  /** Keys and list indexes that lead to it, as written in the file; `[]`: the options as a whole. */
  readonly path: ReadonlyArray<string | number>
  /** What is marked at that path. Default `value`. */
  readonly part?: "key" | "value"
  /** What is wrong: what was expected, and what was found. Must not hold a secret. */
  readonly message: string
  /** What to do, as a sentence without its full stop. */
  readonly remedy: string
}

/**
 * The options of a plug-in as they are written, with variables and secrets filled in. They may hold anything: what the
 * schema refuses is reported already, and so is what could not be read (a variable that is not set, the file of a secret),
 * which is there as `undefined`. A key that is left out is not there at all.
 */
export type WrittenOptions = { readonly [key: string]: unknown }

/** A file that only one part of a pipeline may use. */
export interface Claim {
  /** The option that names it; `[]` where it is not written. */
  readonly path: ReadonlyArray<string | number>
  /**
   * Its absolute path, in pieces: a text as it is, a number of digits, or null for any text of one character or more
   * without a `/`.
   */
  readonly file: ReadonlyArray<string | number | null>
}

/** What all plug-ins have. */
export interface PluginBase<Options> {
  /** How a configuration names it: small letters, digits, `-` and `_`; unique in its kind. */
  readonly name: string
  /** One sentence, for help and editors. */
  readonly about?: string
  /**
   * Reads the options from what YAML gives. Keys it does not name are errors. Where it has `Schema.RedactedFromValue` a
   * configuration may write `{ env: NAME }` or `{ file: path }`, and the value is never shown.
   */
  readonly config: Schema.Decoder<Options>
  /**
   * Mistakes that `config` cannot report, or not at their place: what does not fit together, what depends on the emit. It is
   * asked even where the schema refuses something, so that all mistakes are reported at once. Opens nothing. Default none.
   */
  problems?(written: WrittenOptions, place: OptionsPlace): ReadonlyArray<OptionProblem>
  /** Warnings about options without mistakes, in the same form. Default none. */
  warnings?(options: Options, place: OptionsPlace): ReadonlyArray<OptionProblem>
  /**
   * What it contacts, reads, writes or runs, for the manifest of a configuration; files of `claims` need not be said again.
   * Opens nothing. Default: nothing is known.
   */
  touches?(options: Options, place: OptionsPlace): ReadonlyArray<Touch>
  /** The files that it will write: two parts that claim one are a mistake. Default none. */
  claims?(options: Options, place: OptionsPlace): ReadonlyArray<Claim>
}

/** Where feed events come from, or records that another pipeline made. */
export interface SourcePlugin<Options = unknown> extends PluginBase<Options> {
  readonly kind: "source"
  /** `records`: emits that are made of events (`raw`, `messages`) are mistakes beside it. Default `events`. */
  readonly gives?: "events" | "records"
  /** Options that may change without a restart. Default none. */
  readonly live?: ReadonlyArray<string>
  /** Of these options, those that narrow what is received; none of them given is a whole feed. Default: it is no feed. */
  readonly filters?: ReadonlyArray<string>
  make(options: Options, context: PluginContext): Effect.Effect<OpenSource, unknown, Scope.Scope>
  /** Tries the source for `check --connect`: where it is, its key, the names. Must end by itself. Default: not tried. */
  check?(
    options: Options,
    context: PluginContext,
    compared: ReadonlyArray<ComparedNameOfSink>,
  ): Effect.Effect<ReadonlyArray<SourceFinding>, never, Scope.Scope>
}

/** A name that a condition compares a field of the records with. */
export interface ComparedName {
  readonly kind: "sport" | "sportsbook" | "game" | "market"
  readonly name: string
}

/** A {@link ComparedName} and where it stands. */
export interface ComparedNameOfSink extends ComparedName {
  /** The sink whose condition it is. */
  readonly sink: string
}

/** What trying a source found. */
export interface SourceFinding {
  readonly state: "ok" | "warning" | "failed"
  /** What a failure means: the key is refused, nothing is there, or the configuration has a mistake. */
  readonly cause?: "key" | "unavailable" | "mistake"
  readonly message: string
}

/**
 * What a field of a record holds, for expressions: `text` and `number` may be null; a `flag` is true where it is set, and
 * false otherwise; a `pair` is two numbers or null; `any` may be large, as what the feed sent. A list: the texts that are
 * known today. With `inside` the field is in the object that the record has under that name.
 */
export type FieldKind = "text" | "number" | "flag" | "pair" | "any" | ReadonlyArray<string> | FieldInside

/** A field in an object of the record, see {@link FieldKind}. */
export interface FieldInside {
  readonly kind: "text" | "number" | "flag" | "any"
  readonly inside: string
}

/** Fields of records by their names. */
export interface RecordFields {
  readonly [name: string]: FieldKind
}

/** What the keys of a sink say to its emit. */
export interface EmitSettings {
  /** `control` of the sink: whether controls are sent. */
  readonly control: boolean
  /** `meta` of the sink: whether records are put into an envelope. False for an emit without `hasMeta`. */
  readonly meta: boolean
}

/** A form of records: what `emit` of a sink names. */
export interface EmitPlugin<Options = unknown> extends PluginBase<Options> {
  readonly kind: "emit"
  /** The fields that conditions and other expressions can name. Default: none. */
  readonly fields?: RecordFields
  /** Whether records may have fields beside `fields`, as messages of the feed do. Default false. */
  readonly isOpen?: boolean
  /** Whether the records are a log, of which no condition and no processor may leave out a part. Default false. */
  readonly isLog?: boolean
  /** Whether `meta` of a sink puts its records into an envelope. Default: `meta` is refused. */
  readonly hasMeta?: boolean
  /** Makes the emit, a value. It is called when a configuration is checked, and opens nothing. */
  make(options: Options, settings: EmitSettings): Emit<unknown>
}

/** A step between an emit and a lane. */
export interface ProcessorPlugin<Options = unknown> extends PluginBase<Options> {
  readonly kind: "processor"
  /** The emits whose records it understands. Default: all but logs such as `raw`, which nothing may alter. */
  readonly emits?: ReadonlyArray<EmitName>
  /** Whether what it passes on are still records of the emit: they can be merged, and have its fields. Default false. */
  readonly keepsForm?: boolean
  /** Gives a function that makes the processor anew for each run. */
  make(options: Options, context: ProcessorContext): () => Processor<never, unknown>
}

/** A destination. */
export interface SinkPlugin<Options = unknown> extends PluginBase<Options> {
  readonly kind: "sink"
  /** The emits it takes, the usual one first. Default: all, usually the first of the registry. */
  readonly emits?: ReadonlyArray<EmitName>
  /** Whether it takes emits that are logs, such as `raw`. Default true. */
  readonly takesLogs?: boolean
  /**
   * Whether it recognizes a batch that is sent again by its id. A lane that merges makes another batch at each attempt, so
   * `overflow: coalesce` is refused. Default false.
   */
  readonly needsSameBatches?: boolean
  /** Whether `control: false` is a mistake: its readers would believe prices that are not live. Default false. */
  readonly needsControls?: boolean
  make(options: Options, context: SinkContext): Effect.Effect<Sink<never>, SinkError, Scope.Scope>
  /**
   * Reads the book that its readers have, so that a run can resume from it: undefined where nothing was written yet. Default:
   * it cannot be read.
   */
  book?(options: Options, context: PluginContext): Effect.Effect<SinkBook | undefined, unknown>
  /** How its lane is set up where the configuration does not say. */
  lane?(options: Options, place: LanePlace): LaneDefaults
}

/** Where a lane stands. */
export interface LanePlace {
  /** The pipeline has no other lane: nobody is held up where this one makes the source wait. */
  readonly isSole: boolean
}

/** Where a lane keeps what waits. */
export interface StorePlugin<Options = unknown> extends PluginBase<Options> {
  readonly kind: "store"
  /** Whether it commits what it is given: at-least-once, across crashes. Default false. */
  readonly durable?: boolean
  make(options: Options, context: PluginContext): Effect.Effect<OpenStore, unknown, Scope.Scope>
}

/** A store at work. */
export interface OpenStore {
  readonly store: Store<never>
  /** What it may hold where the lane does not say. Default: those of a lane in memory. */
  readonly bounds?: Partial<StoreLimits>
}

/** A lease at work: of several processes with the same configuration, one leads. */
export interface OpenLease {
  /** Returns when this process leads. */
  readonly acquire: Effect.Effect<void>
  /** Whether it leads at this moment, by its own clock. Asked before each write. */
  readonly holds: () => boolean
  /** Returns when this process, which led, leads no longer, with the reason. */
  readonly lost: Effect.Effect<string>
}

/** What says which of several processes leads. Named by `lease` of a configuration. */
export interface LeasePlugin<Options = unknown> extends PluginBase<Options> {
  readonly kind: "lease"
  /**
   * Waits for whatever keeps the lease. Fails where waiting does not help. At the end of the scope the lease is released, so
   * that another process can take over at once.
   */
  make(options: Options, context: PluginContext): Effect.Effect<OpenLease, unknown, Scope.Scope>
}

/** Anything that plugs in. Options are `unknown` to who did not write it; its own schema has checked them. */
export type Plugin = SourcePlugin | EmitPlugin | ProcessorPlugin | SinkPlugin | StorePlugin

/** What a configuration can name. */
export interface Registry {
  readonly sources: ReadonlyArray<SourcePlugin>
  /** The usual one first. Default `builtinEmits`. */
  readonly emits?: ReadonlyArray<EmitPlugin>
  readonly processors: ReadonlyArray<ProcessorPlugin>
  readonly sinks: ReadonlyArray<SinkPlugin>
  /** `memory` needs no entry. */
  readonly stores?: ReadonlyArray<StorePlugin>
  /** Default: none. A module that a configuration names cannot add one. */
  readonly leases?: ReadonlyArray<LeasePlugin>
}

/**
 * Gives a sink plug-in its types: the options of `make` are what `config` decodes to.
 *
 * @example
 * ```ts
 * import { sinkPlugin } from "@boltodds/config"
 * import { sinkFromPromise } from "@boltodds/sink"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * export default sinkPlugin({
 *   kind: "sink",
 *   name: "stderr",
 *   config: Schema.Struct({ prefix: Schema.optionalKey(Schema.String) }),
 *   make: ({ prefix = "" }) =>
 *     Effect.succeed(sinkFromPromise({
 *       write: async ({ envelopes }) => {
 *         for (const { text } of envelopes) console.error(prefix + text)
 *       },
 *     })),
 * })
 * ```
 */
export const sinkPlugin = <Options>(plugin: SinkPlugin<Options>): SinkPlugin<Options> => plugin

/** Gives an emit plug-in its types, see {@link sinkPlugin}. */
export const emitPlugin = <Options>(plugin: EmitPlugin<Options>): EmitPlugin<Options> => plugin

/** Gives a processor plug-in its types, see {@link sinkPlugin}. */
export const processorPlugin = <Options>(plugin: ProcessorPlugin<Options>): ProcessorPlugin<Options> => plugin

/** Gives a source plug-in its types, see {@link sinkPlugin}. */
export const sourcePlugin = <Options>(plugin: SourcePlugin<Options>): SourcePlugin<Options> => plugin

/** Gives a lease plug-in its types, see {@link sinkPlugin}. */
export const leasePlugin = <Options>(plugin: LeasePlugin<Options>): LeasePlugin<Options> => plugin

/** Gives a store plug-in its types, see {@link sinkPlugin}. */
export const storePlugin = <Options>(plugin: StorePlugin<Options>): StorePlugin<Options> => plugin
