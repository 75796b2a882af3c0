/** Plug-ins without Effect: options that any Standard Schema reads, sinks and sources in the words of promises. */
import type { FeedEvent, StreamRecord } from "@boltodds/protocol"
import type { Processor } from "@boltodds/pipeline"
import type { Batch, Sink, SinkOutcome } from "@boltodds/sink"
import type { EmitPlugin, PluginBase, PluginContext, ProcessorPlugin, SinkPlugin, SourcePlugin } from "./Plugin.ts"

/**
 * A schema of any library that follows the Standard Schema specification, such as Zod, Valibot or ArkType
 * (https://standardschema.dev).
 */
export interface StandardSchema<Options = unknown> {
  readonly "~standard": {
    readonly version: 1
    /** The name of the library. */
    readonly vendor: string
    /** Checks a value: gives what it comes to, or what is wrong with it. */
    readonly validate: (value: unknown) => StandardResult<Options> | PromiseLike<StandardResult<Options>>
    /** For types only. */
    readonly types?: { readonly input: unknown; readonly output: Options } | undefined
  }
}

/** What a {@link StandardSchema} says of a value. */
export type StandardResult<Options> =
  | { readonly value: Options; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<StandardIssue> }

/** What a {@link StandardSchema} finds wrong, and where. */
export interface StandardIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** What all plug-ins without Effect have. */
export interface PlainBase<Options> extends Pick<PluginBase<Options>, "name" | "about" | "problems" | "warnings"> {
  /**
   * Reads the options. Keys that it does not read are errors, also where the library would ignore them. Default: there
   * are no options.
   */
  readonly config?: StandardSchema<Options> | undefined
  /**
   * The names of options that hold a secret, such as `["token"]`. A configuration may write each as `{ env: NAME }` or
   * `{ file: path }`, and its value is never shown. Default none.
   */
  readonly secrets?: ReadonlyArray<string> | undefined
}

/** What a plug-in without Effect knows when it is opened. */
export interface PlainContext extends PluginContext {
  /** Aborts when the run is over. */
  readonly signal: AbortSignal
}

/** A destination at work. */
export interface PlainSink {
  /** What a delivered batch means, see `Sink` of `@boltodds/sink`. Default `at-most-once`. */
  readonly guarantee?: Sink<unknown>["guarantee"]
  /**
   * Delivers a batch, and returns when that is done. It is not called again before. `signal` aborts when the time to drain
   * is over. What it throws means that all of the batch is tried again, unless it is a {@link DeliveryError}.
   */
  write(batch: Batch<unknown>, signal: AbortSignal): PromiseLike<void> | void
  /** Whether the destination can be reached, without delivering anything. Default: it is not known. */
  check?(): PromiseLike<void> | void
  /** Opens the destination again. Default: nothing. */
  reopen?(): PromiseLike<void> | void
  /** Called once, at the end. Default: nothing. */
  close?(): PromiseLike<void> | void
}

/** A destination, without Effect. */
export interface PlainSinkPlugin<Options = unknown>
  extends PlainBase<Options>, Pick<SinkPlugin, "emits" | "takesLogs" | "needsSameBatches" | "needsControls"> {
  readonly kind: "sink"
  make(
    options: Options,
    context: PlainContext & { readonly emit: string },
  ): PlainSink | PromiseLike<PlainSink>
}

/**
 * Where frames, events or records come from, without Effect. `make` gives them: an async generator is enough. Not asking
 * for the next one is how the pipeline makes a source wait.
 *
 * `gives` says what comes:
 *
 * - `frames` (default): what the feed sends, a text or bytes each. Time passes while nothing comes, so that prices become
 *   stale.
 * - `events`: events of a session, such as those of a recording.
 * - `records`: what another pipeline made. Whole groups, in order; the first is `stream_started`.
 */
export type PlainSourcePlugin<Options = unknown> =
  & PlainBase<Options>
  & Pick<SourcePlugin, "filters">
  & {
    readonly kind: "source"
  }
  & (
    | {
      readonly gives?: "frames"
      make(options: Options, context: PlainContext): Given<string | Uint8Array>
    }
    | {
      readonly gives: "events"
      make(options: Options, context: PlainContext): Given<FeedEvent>
    }
    | {
      readonly gives: "records"
      make(options: Options, context: PlainContext): Given<ReadonlyArray<StreamRecord>>
    }
  )

/** What is iterated, now or in a while. */
export type Given<A> = AsyncIterable<A> | PromiseLike<AsyncIterable<A>>

/** A step between an emit and a lane, without Effect. */
export interface PlainProcessorPlugin<Options = unknown>
  extends PlainBase<Options>, Pick<ProcessorPlugin, "emits" | "keepsForm"> {
  readonly kind: "processor"
  /** Gives a function that makes the processor anew for each run. */
  make(options: Options, context: PluginContext & { readonly emit: string }): () => Processor<never, unknown>
}

/** A form of records, without Effect. */
export interface PlainEmitPlugin<Options = unknown>
  extends PlainBase<Options>, Pick<EmitPlugin, "fields" | "isOpen" | "isLog" | "hasMeta"> {
  readonly kind: "emit"
  /** Makes the emit, a value. It is called when a configuration is checked, and opens nothing. */
  make(options: Options, settings: Parameters<EmitPlugin["make"]>[1]): ReturnType<EmitPlugin["make"]>
}

/** A plug-in without Effect. Options are `unknown` to others than its author; its own schema has checked them. */
export type PlainPlugin = PlainSinkPlugin | PlainSourcePlugin | PlainProcessorPlugin | PlainEmitPlugin

/** What becomes of a batch that a {@link PlainSink} did not deliver whole. */
export interface Undelivered {
  /** What becomes of the rest, see `SinkOutcome` of `@boltodds/sink`. Default `retry`. */
  readonly rest?: SinkOutcome
  /** How many records from the beginning of the batch are delivered. Default 0. */
  readonly delivered?: number
  /** Indexes of records that the destination will never take. Default none. */
  readonly rejected?: ReadonlyArray<number>
  /** With `retry`: not sooner than this. Default: as the lane says. */
  readonly retryAfterMillis?: number
}

/**
 * Thrown by `write` of a {@link PlainSink}: what became of the batch. The message says why, and must not hold a secret.
 *
 * @example
 * ```ts
 * import { DeliveryError } from "@boltodds/config"
 *
 * const failed = new DeliveryError("HTTP 429", { rest: "retry", retryAfterMillis: 5000 })
 * ```
 */
export class DeliveryError extends Error {
  readonly _tag = "DeliveryError"
  readonly undelivered: Undelivered

  constructor(message: string, undelivered: Undelivered = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = "DeliveryError"
    this.undelivered = undelivered
  }
}
