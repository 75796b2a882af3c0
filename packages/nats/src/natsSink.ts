/** The sink: each record once in the log, as acknowledged by the server. */
import { jetstreamManager } from "@nats-io/jetstream"
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { connectNats, timeoutOf } from "./internal/connectNats.ts"
import { LatestCleaner } from "./internal/LatestCleaner.ts"
import { messagesOf, type Outgoing } from "./internal/messages.ts"
import { natsErrorOf } from "./internal/natsErrorOf.ts"
import { Publisher } from "./internal/Publisher.ts"
import { differenceOf, ensureStreams, streamsOf } from "./internal/streams.ts"
import { NatsError } from "./NatsError.ts"
import type { LogPosition, NatsConnectionOptions, NatsStreamOptions } from "./NatsOptions.ts"
import { subjectOf } from "./subject/subjectOf.ts"

/** The options of {@link nats}. */
export interface NatsSinkOptions extends NatsConnectionOptions, NatsStreamOptions {
  /**
   * After this time the lines of a closed game are removed from the latest records; its closing stays. Default 5 minutes.
   */
  readonly purgeClosedAfter?: Duration.Duration
  /**
   * Where the log ends that this sink goes on with, see {@link natsBook}: a process that has written since fences it at its
   * first batch. Default: wherever the log ends at the first batch.
   */
  readonly continues?: LogPosition
  /** Called for what an operator may want to know. Must not throw. */
  readonly onEvent?: (event: NatsSinkEvent) => void
}

/** What happened beside the delivery. */
export type NatsSinkEvent =
  /** The latest records could not be cleaned: they are right, and hold more than needed. It is tried again. */
  | { readonly _tag: "CleaningFailed"; readonly error: Error }
  /** The log has lost records that the server had acknowledged. The whole book is sent again. */
  | { readonly _tag: "LogForgot"; readonly stream: string }
  /** The log exists, and is not as the options say. It is used as it is. */
  | { readonly _tag: "StreamDiffers"; readonly stream: string; readonly message: string }

const defaultPurge = Duration.minutes(5)

/**
 * Writes records to the log of a feed in NATS JetStream, and so to its latest records. Makes the streams that are
 * missing. Needs nats-server 2.9 or newer with JetStream.
 *
 * Each record is in the log once, in order, as acknowledged by the server. What a server acknowledges it may still lose
 * with its power, unless its `sync_interval` is `always`. A log has one writer: of two, the one that wrote first is
 * refused, and its lane is disabled. If the log was lost or removed, it is made anew and the whole book is sent again.
 *
 * Fails with a {@link SinkError} whose cause is a {@link NatsError}.
 *
 * @example
 * ```ts
 * import { nats } from "@boltodds/nats"
 *
 * const sink = nats({ servers: "nats://127.0.0.1:4222", name: "odds" })
 * ```
 */
export const nats = (options: NatsSinkOptions = {}): Effect.Effect<Sink<unknown>, SinkError, Scope> =>
  Effect.mapError(
    Effect.gen(function* () {
      const emit = options.onEvent ?? ignore
      const timeout = timeoutOf(options)
      const streams = yield* Effect.try({ try: () => streamsOf(options), catch: sinkErrorOf })
      const link = yield* connectNats(options)
      const manager = yield* attempt(() => jetstreamManager(link.connection, { timeout }))
      const ensure = attempt(() => ensureStreams(manager, streams))
      const message = differenceOf(yield* ensure, options)
      if (message !== undefined) emit({ _tag: "StreamDiffers", stream: streams.log, message })
      const publisher = new Publisher(link, manager, { streams, timeout, continues: options.continues })
      const cleaner = yield* Effect.acquireRelease(
        Effect.sync(() =>
          new LatestCleaner(manager, streams, {
            afterMillis: Duration.toMillis(options.purgeClosedAfter ?? defaultPurge),
            onError: (error) => emit({ _tag: "CleaningFailed", error }),
          })
        ),
        (opened) => Effect.sync(() => opened.stop()),
      )
      const write = async (batch: Batch<unknown>, signal: AbortSignal): Promise<void> => {
        const messages = outgoingOf(batch, streams.name, link.connection.info?.max_payload ?? defaultPayload)
        const { hasForgotten } = await publisher.publish(batch.id, messages, signal)
        if (hasForgotten) {
          emit({ _tag: "LogForgot", stream: streams.log })
          const cause = new NatsError("stream", `The log ${streams.log} has lost records that were acknowledged.`)
          throw new SinkError({ rest: "retry", cause, isNewReader: true })
        }
        cleaner.look(batch)
      }
      return {
        guarantee: "at-least-once",
        write: (batch) => Effect.tryPromise({ try: (signal) => write(batch, signal), catch: failureOf }),
        check: Effect.asVoid(Effect.mapError(ensure, failureOf)),
      } satisfies Sink<unknown>
    }),
    failureOf,
  )

/** The largest message that a server takes by default, in bytes. */
const defaultPayload = 1024 * 1024

const ignore = (): void => {}

const outgoingOf = (batch: Batch<unknown>, name: string, largest: number): ReadonlyArray<Outgoing> => {
  const messages: Array<Outgoing> = []
  for (const { value, text } of batch.envelopes) messages.push(...messagesOf(subjectOf(name, value), text, largest))
  return messages
}

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, NatsError> =>
  Effect.tryPromise({ try: run, catch: sinkErrorOf })

const sinkErrorOf = (cause: unknown): NatsError => natsErrorOf(cause, "Cannot write to NATS")

const final: ReadonlySet<NatsError["reason"]> = new Set(["fenced", "stream", "options", "no-jetstream"])

/** Time does not mend invalid options, a second writer, or a stream that is not as needed. */
const failureOf = (cause: unknown): SinkError => {
  if (cause instanceof SinkError) return cause
  const error = sinkErrorOf(cause)
  return new SinkError({ rest: final.has(error.reason) ? "disable" : "retry", cause: error })
}
