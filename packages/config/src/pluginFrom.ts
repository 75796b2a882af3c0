/** From a plug-in without Effect to one with it. */
import { type FeedEvent, makeFrame, type RecordSource, type Source } from "@boltodds/protocol"
import { type Sink, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { standardOptions } from "./internal/standardOptions.ts"
import {
  DeliveryError,
  type PlainContext,
  type PlainPlugin,
  type PlainSink,
  type PlainSinkPlugin,
  type PlainSourcePlugin,
} from "./PlainPlugin.ts"
import type { OpenSource, Plugin, PluginContext, SinkPlugin, SourcePlugin } from "./Plugin.ts"

/**
 * Makes a plug-in for a registry of one that is written without Effect. A plug-in whose `config` is a schema of Effect is
 * returned as it is.
 *
 * @example
 * ```ts
 * import { pluginFrom } from "@boltodds/config"
 *
 * const lines: string[] = []
 * const plugin = pluginFrom({
 *   kind: "sink",
 *   name: "memory-lines",
 *   make: () => ({ write: ({ envelopes }) => void lines.push(...envelopes.map(({ text }) => text)) }),
 * })
 * console.log(plugin.kind)
 * ```
 */
export const pluginFrom: {
  (plugin: PlainPlugin): Plugin
  (plugin: Plugin | PlainPlugin): Plugin
} = (plugin: Plugin | PlainPlugin): Plugin => {
  if (!isPlain(plugin)) return plugin
  const config = standardOptions(plugin.config, plugin.secrets)
  switch (plugin.kind) {
    case "sink":
      return { ...plugin, config, make: (options, context) => openSink(plugin, options, context) } satisfies SinkPlugin
    case "source":
      return {
        ...plugin,
        config,
        gives: plugin.gives === "records" ? "records" : "events",
        make: (options, context) => openSource(plugin, options, context),
      } satisfies SourcePlugin
    default:
      return { ...plugin, config } as Plugin
  }
}

const isPlain = (plugin: Plugin | PlainPlugin): plugin is PlainPlugin => !Schema.isSchema(plugin.config)

/** Aborts when the scope closes. */
const contextIn = <C extends PluginContext>(context: C): Effect.Effect<C & PlainContext, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new AbortController()),
      (controller) => Effect.sync(() => controller.abort(new DOMException("The run is over", "AbortError"))),
    ),
    ({ signal }) => ({ ...context, signal }),
  )

const openSink = <C extends PluginContext & { readonly emit: string }>(
  plugin: PlainSinkPlugin,
  options: unknown,
  context: C,
): Effect.Effect<Sink<unknown>, SinkError, Scope.Scope> =>
  Effect.gen(function* () {
    const plain = yield* contextIn(context)
    const sink = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: async () => plugin.make(options, plain), catch: disabling }),
      // What it says at its end must not hide how the run ended.
      (sink) =>
        Effect.catchCause(
          Effect.promise(async () => sink.close?.()),
          (cause) => Effect.sync(() => plain.log("warn", `${plain.name} did not close: ${textOf(cause)}`)),
        ),
    )
    return {
      guarantee: sink.guarantee ?? "at-most-once",
      write: (batch) =>
        Effect.tryPromise({ try: async (signal) => sink.write(batch, signal), catch: (cause) => failureOf(cause) }),
      ...sink.check === undefined ? {} : { check: asked(() => sink.check!()) },
      ...sink.reopen === undefined ? {} : { reopen: asked(() => sink.reopen!()) },
    }
  })

const textOf = (cause: { readonly reasons: ReadonlyArray<unknown> }): string =>
  cause.reasons.map((reason) => {
    const why = typeof reason === "object" && reason !== null && "defect" in reason ? reason.defect : reason
    return why instanceof Error ? why.message : String(why)
  }).join("; ")

const asked = (ask: () => ReturnType<NonNullable<PlainSink["check"]>>): Effect.Effect<void, SinkError> =>
  Effect.tryPromise({ try: async () => ask(), catch: disabling })

const disabling = (cause: unknown): SinkError => new SinkError({ rest: "disable", cause })

/** By its name and not by its class: a plug-in may have a copy of this package of its own. */
const isDeliveryError = (cause: unknown): cause is DeliveryError =>
  cause instanceof DeliveryError || cause instanceof Error && cause.name === "DeliveryError" && "undelivered" in cause

const failureOf = (cause: unknown): SinkError => {
  if (cause instanceof SinkError) return cause
  if (!isDeliveryError(cause)) return new SinkError({ rest: "retry", cause })
  const { rest = "retry", delivered, rejected, retryAfterMillis } = cause.undelivered
  return new SinkError({
    rest,
    cause,
    ...delivered === undefined ? {} : { delivered },
    ...rejected === undefined ? {} : { rejected },
    ...retryAfterMillis === undefined ? {} : { retryAfter: Duration.millis(retryAfterMillis) },
  })
}

const openSource = (
  plugin: PlainSourcePlugin,
  options: unknown,
  context: PluginContext,
): Effect.Effect<OpenSource, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const plain = yield* contextIn(context)
    const make = plugin.make as (options: unknown, context: PlainContext) => unknown
    const given = yield* Effect.tryPromise({ try: async () => make(options, plain), catch: (cause) => cause })
    const { name } = plain
    if (!isIterable(given)) {
      return yield* Effect.fail(
        new TypeError(`Cannot open the source ${name}: make gives no async iterable. Write an async generator`),
      )
    }
    return { source: sourceOf(plugin.gives, name, given) }
  })

const isIterable = (value: unknown): value is AsyncIterable<never> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value

const sourceOf = (
  gives: PlainSourcePlugin["gives"],
  name: string,
  given: AsyncIterable<never>,
): Source<unknown> | RecordSource<unknown> => {
  const stream = Stream.fromAsyncIterable<never, unknown>(given, (cause) => cause)
  if (gives === "events") return { name, events: stream }
  if (gives === "records") return { name, records: stream, isLive: true }
  return { name, events: framesAsEvents(name, stream) }
}

/** A second, as the ticks of a session. */
const tickMillis = 1000

/** The frames of one connection; time passes between them. */
const framesAsEvents = (
  session: string,
  frames: Stream.Stream<string | Uint8Array, unknown>,
): Stream.Stream<FeedEvent, unknown> =>
  Stream.suspend(() => {
    const started = Date.now() - performance.now()
    let last = 0
    let drift = started
    const now = (): number => last = Math.max(last, Math.round(started + performance.now()))
    const connected: FeedEvent = { _tag: "Connected", session, epoch: 1, at: now(), plan: undefined }
    const ticks = Stream.map(
      Stream.tick(Duration.millis(tickMillis)),
      (): FeedEvent => {
        const at = now()
        const before = drift
        drift = Date.now() - performance.now()
        // What the wall clock has jumped since the last tick.
        return { _tag: "Tick", session, epoch: 1, at, wall: at + drift - before }
      },
    )
    const events = Stream.map(frames, (raw): FeedEvent => makeFrame(session, 1, now(), raw))
    return Stream.concat(Stream.make(connected), Stream.merge(events, ticks, { haltStrategy: "left" }))
  })
