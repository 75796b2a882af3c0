/** The session for those who do not use Effect: `for await`, and a close. */
import type { FeedEvent, FeedMessage, Frame, GivenFilters, Source } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { checkSessionOptions } from "./session/checkOptions.ts"
import type { Key } from "./key/Key.ts"
import { keyFromEnv, keyOf } from "./key/Key.ts"
import { Limiter, type LimiterShape } from "./transport/Limiter.ts"
import type { SessionError } from "./session/SessionError.ts"
import { makeSession, type Session, type SessionOptions } from "./session/Session.ts"
import type { Status } from "./session/Status.ts"
import type { Transport } from "./transport/Transport.ts"
import { webTransport } from "./transport/webTransport.ts"

/** Options of {@link connect}. */
export interface ConnectOptions extends Omit<SessionOptions, "key" | "transport"> {
  /** @default the environment variable BOLTODDS_API_KEY. A text, or a source such as `keyFromFile`. */
  readonly key?: string | Key | undefined
  /** @default {@link webTransport}; `connect` of the `node` entry takes the one on `ws`. */
  readonly transport?: Transport | undefined
  /** @default one for this process */
  readonly limiter?: LimiterShape | undefined
}

/** A running session. Iterate it once: what one loop takes, another does not see. */
export interface Feed extends AsyncIterable<FeedEvent> {
  /** Every event, as the loop over the feed itself gives them. Not asking for the next pauses the socket. */
  readonly [Symbol.asyncIterator]: () => AsyncIterator<FeedEvent>
  /** The frames alone: for those who keep no book and want no times of doubt. */
  readonly frames: () => AsyncIterable<Frame>
  /** The messages of the frames, pings and acks included; what cannot be read is left out. Not a book: see `@boltodds/state`. */
  readonly messages: () => AsyncIterable<FeedMessage>
  /** The session as a source: for `share`, a pipeline, or whatever else works on turns. Running it is iterating. */
  readonly source: Source<SessionError>
  readonly status: () => Status
  readonly setFilters: (filters: GivenFilters) => Promise<void>
  /** Ends the loop after what has come in. */
  readonly close: () => Promise<void>
}

/**
 * Connects to the feed. Dials when iteration begins, heals what can be healed, and throws in the loop what cannot: see
 * `makeSession`. Throws at once where the URL cannot be used, and a `TypeError` where an option or a filter is unknown or of
 * a wrong type. While there is no connection it says why with `console.warn`, once for each cause, unless `onStatus` or
 * `onWarning` is given.
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
