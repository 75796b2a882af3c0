/** A session without Effect: a `for await` loop, and a close. */
import type { FeedEvent, FeedMessage, Frame, GivenFilters, Source } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Key, keyFromEnv, keyOf } from "./key/Key.ts"
import { Limiter, type LimiterShape } from "./transport/Limiter.ts"
import type { SessionError } from "./session/SessionError.ts"
import { makeSession, type Session } from "./session/Session.ts"
import { checkSessionOptions, type SessionOptions } from "./session/SessionOptions.ts"
import type { Status } from "./session/Status.ts"
import type { Transport } from "./transport/Transport.ts"
import { webTransport } from "./transport/webTransport.ts"

/** Options of {@link connect}. */
export interface ConnectOptions extends Omit<SessionOptions, "key" | "transport"> {
  /** The key as text, or a source such as `keyFromFile`. @default the environment variable BOLTODDS_API_KEY */
  readonly key?: string | Key | undefined
  /** @default {@link webTransport}; in `connect` of the `node` entry, `wsTransport` */
  readonly transport?: Transport | undefined
  /** @default one limiter for this process */
  readonly limiter?: LimiterShape | undefined
}

/** A running session. Iterate it once: two loops would each get a part of the events. */
export interface Feed extends AsyncIterable<FeedEvent> {
  /** Every event. The socket is paused while the loop does not ask for the next one. */
  readonly [Symbol.asyncIterator]: () => AsyncIterator<FeedEvent>
  /** Only the frames: for programs that keep no book and need no events about the connection. */
  readonly frames: () => AsyncIterable<Frame>
  /** The messages of the frames, pings and acks included, without those that cannot be read. For a book, see `@boltodds/state`. */
  readonly messages: () => AsyncIterable<FeedMessage>
  /** The session as a source, for `share` or a pipeline. Running it counts as iterating. */
  readonly source: Source<SessionError>
  readonly status: () => Status
  readonly setFilters: (filters: GivenFilters) => Promise<void>
  /** Ends the loop after the events that wait. */
  readonly close: () => Promise<void>
}

/**
 * Connects to the feed. Dials when iteration begins, and connects again whenever that can help. The loop throws the errors
 * of `makeSession`. Throws at once if the URL cannot be used, and a `TypeError` if an option or a filter is unknown or has
 * a wrong type. While there is no connection, `console.warn` reports each cause once, unless `onStatus` or `onWarning` is
 * given.
 */
export const connect = (options: ConnectOptions = {}): Feed => {
  checkSessionOptions(options)
  const { key, transport = webTransport(), limiter, ...rest } = options
  const session: Session = Effect.runSync(makeSession({
    ...rest,
    transport,
    key: key === undefined ? keyFromEnv() : typeof key === "string" ? keyOf(key) : key,
  }))
  const events = limiter === undefined ? session.events : Stream.provideService(session.events, Limiter, limiter)
  const iterate = <A>(stream: Stream.Stream<A, unknown>): AsyncIterable<A> => Stream.toAsyncIterable(stream)
  return {
    [Symbol.asyncIterator]: () => iterate(events)[Symbol.asyncIterator](),
    frames: () => iterate(Stream.filter(events, isFrame)),
    messages: () => iterate(Stream.flattenIterable(Stream.map(Stream.filter(events, isFrame), messagesOf))),
    source: { ...session, events },
    status: () => Effect.runSync(session.status),
    setFilters: (filters) => Effect.runPromise(session.setFilters(filters)),
    close: () => Effect.runPromise(session.close),
  }
}

const isFrame = (event: FeedEvent): event is Frame => event._tag === "Frame"

const messagesOf = (frame: Frame): ReadonlyArray<FeedMessage> =>
  frame.items.flatMap((item) => item._tag === "Message" ? [item.message] : [])
