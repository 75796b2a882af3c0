/** A scripted server behind the transport port, and a reader of a session's events that can be made to stop. */
import {
  DialError,
  keyOf,
  Limiter,
  type LimiterShape,
  type Link,
  LinkClosed,
  makeLimiter,
  makeSession,
  type Session,
  type SessionError,
  type SessionOptions,
  type Status,
  type Transport,
  type UrlRefused,
} from "@boltodds/connection"
import type { FeedEvent } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { TurnBuffer } from "../src/internal/TurnBuffer.ts"

export const ack = '{"action":"socket_connected","plan":"Pro"}'
export const ping = '{"action":"ping"}'
export const data = JSON.stringify([{
  action: "line_update",
  timestamp: "2026-07-16T17:00:00.000000+00:00",
  data: { sport: "MLB", sportsbook: "fanduel", game: "A vs B, 2026-07-16, 01", outcomes: {} },
}])
export const key = "s3cret-key-4711"

/** A pong frame: a header, and the number. */
const pongBytes = 10

/** One accepted connection, from the server's side. */
export class FakeConnection {
  readonly received: Array<string> = []
  readonly pings: Array<number> = []
  readonly buffer: TurnBuffer
  answersPings = true
  receivedBytes = 0
  hungUp = false
  pausedReading = false
  /** Nothing that comes from now on is taken in. */
  closed = false

  /** What has come to the machine while the socket is not read, in its order. */
  readonly #kernel: Array<() => void> = []

  constructor(bufferBytes: number, canPause: boolean = true) {
    this.buffer = new TurnBuffer({
      bufferBytes,
      atEndOfTurn: queueMicrotask,
      onFull: () => {
        if (!canPause) return new LinkClosed("overflow")
        this.pausedReading = true
        return undefined
      },
      onDrained: () => {
        this.pausedReading = false
        while (!this.pausedReading && this.#kernel.length > 0) this.#kernel.shift()!()
      },
    })
  }

  send(...frames: ReadonlyArray<string>): void {
    for (const frame of frames) this.#arrives(frame.length, () => this.buffer.push(frame))
  }

  /** Bytes of a frame that is never finished. */
  drip(bytes: number): void {
    this.#arrives(bytes, () => {})
  }

  pong(number: number): void {
    this.#arrives(pongBytes, () => this.buffer.pong(number))
  }

  close(closed: LinkClosed): void {
    this.#arrives(0, () => {
      this.closed = true
      this.buffer.close(closed)
    })
  }

  #arrives(bytes: number, act: () => void): void {
    const take = () => {
      this.receivedBytes += bytes
      act()
    }
    if (this.pausedReading) this.#kernel.push(take)
    else take()
  }
}

/** What a dial gets: a connection on which this runs, or an error. */
export type Answer = DialError | ((connection: FakeConnection) => void)

export interface FakeFeed {
  readonly transport: Transport
  /** Times of the dials, by the clock. */
  readonly dials: Array<number>
  readonly urls: Array<string>
  readonly connections: Array<FakeConnection>
}

export const acceptWithAck = (connection: FakeConnection): void => connection.send(ack)

export const fakeFeed = (
  answer: (dial: number) => Answer = () => acceptWithAck,
  features: { readonly pings?: boolean } = {},
): FakeFeed => {
  const dials: Array<number> = []
  const urls: Array<string> = []
  const connections: Array<FakeConnection> = []
  const transport: Transport = {
    name: "fake",
    canPause: true,
    seesStatus: true,
    dial: (url, { bufferBytes, onFrame }) =>
      Effect.gen(function* () {
        dials.push(yield* Clock.currentTimeMillis)
        urls.push(Redacted.value(url))
        const given = answer(dials.length)
        if (given instanceof DialError) return yield* Effect.fail(given)
        const connection = new FakeConnection(bufferBytes)
        const push = connection.buffer.push.bind(connection.buffer)
        connection.buffer.push = (raw) => {
          onFrame?.(raw)
          push(raw)
        }
        connections.push(connection)
        yield* Effect.addFinalizer(() => Effect.sync(() => connection.hungUp = true))
        const link: Link = {
          pull: connection.buffer.pull,
          send: (text) => Effect.sync(() => void connection.received.push(text)),
          ping: features.pings === false ? undefined : (number) => {
            connection.pings.push(number)
            if (connection.answersPings) connection.pong(number)
          },
          receivedBytes: () => connection.receivedBytes,
        }
        given(connection)
        return link
      }),
  }
  return { transport, dials, urls, connections }
}

/** A session being read. */
export interface Reading {
  readonly session: Session
  readonly events: Array<FeedEvent>
  readonly statuses: Array<Status>
  /** How the stream ended; undefined while it runs. */
  readonly ended: () => Exit.Exit<void, SessionError> | undefined
  readonly failure: () => SessionError | undefined
  /** Stops pulling after the turn at hand, and goes on. */
  readonly stop: Effect.Effect<unknown>
  readonly go: Effect.Effect<unknown>
}

/** Runs a session against a feed and reads it; time stands at 0 until the test moves it. */
export const read = (
  feed: FakeFeed,
  options: Partial<SessionOptions> & { readonly limiter?: LimiterShape; readonly random?: number } = {},
): Effect.Effect<Reading, UrlRefused, Scope> =>
  Effect.gen(function* () {
    const { limiter, random, ...rest } = options
    const events: Array<FeedEvent> = []
    const statuses: Array<Status> = []
    const gate = yield* Latch.make(true)
    let ended: Exit.Exit<void, SessionError> | undefined
    const session = yield* makeSession({
      key: keyOf(key),
      transport: feed.transport,
      url: "wss://feed.example:1/api",
      onStatus: (status) => statuses.push(status),
      ...rest,
    })
    yield* session.events.pipe(
      Stream.runForEachArray((turn) =>
        Effect.andThen(
          Effect.sync(() => {
            events.push(...turn)
          }),
          gate.await,
        )
      ),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          ended = exit
        })
      ),
      Effect.provideService(Limiter, limiter ?? makeLimiter()),
      Effect.provideService(Random.Random, {
        nextDoubleUnsafe: () => random ?? 0.5,
        nextIntUnsafe: () => 0,
      }),
      Effect.forkScoped,
    )
    yield* settle
    return {
      session,
      events,
      statuses,
      ended: () => ended,
      failure: () => {
        if (ended === undefined || Exit.isSuccess(ended)) return undefined
        return Cause.squash(ended.cause) as SessionError
      },
      stop: gate.close,
      go: Effect.andThen(gate.open, settle),
    }
  })

/** Lets everything that can run without time going by run. */
export const settle: Effect.Effect<void> = Effect.forEach(Array.from({ length: 5 }), () => Effect.yieldNow, {
  discard: true,
})

/** `Connected 1`, `Disconnected 1 silent`, …; Ticks left out. */
export const shape = (events: ReadonlyArray<FeedEvent>): ReadonlyArray<string> =>
  events.filter(({ _tag }) => _tag !== "Tick").map((event) =>
    event._tag === "Disconnected" ? `Disconnected ${event.epoch} ${event.reason.kind}` : `${event._tag} ${event.epoch}`
  )
