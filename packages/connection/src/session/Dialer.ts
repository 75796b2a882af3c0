/** The attempts of a run: read the key, wait for the limiter, dial, run the connection to its end, back off, repeat. */
import type { DisconnectReason, Filters, Frame, Millis } from "@boltodds/protocol"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import type { Key, KeyAtHost, KeyUnavailable } from "../key/Key.ts"
import { KeyGuard } from "../key/KeyGuard.ts"
import type { KeyLeases } from "../key/KeyLeases.ts"
import { scrubOurs, secretOf } from "../key/scrub.ts"
import type { FeedUrl } from "../transport/FeedUrl.ts"
import type { LimiterShape } from "../transport/Limiter.ts"
import type { DialError, LinkClosed, Transport } from "../transport/Transport.ts"
import {
  type BackoffState,
  type ConnectionEnd,
  decideBackoff,
  endOfConnection,
  endOfDial,
  initialBackoff,
} from "./Backoff.ts"
import type { BackoffJournal } from "./BackoffJournal.ts"
import { Connection } from "./Connection.ts"
import type { EventWriter } from "./EventWriter.ts"
import { FrameTap } from "./FrameTap.ts"
import { FeedUnavailable, FrameTooLarge, KeyRefused, type SessionError } from "./SessionError.ts"
import type { Status } from "./Status.ts"
import type { Ticker } from "./Ticker.ts"
import type { WatchLimits } from "./Watch.ts"

/** What a {@link Dialer} dials, and how. */
export interface DialerOptions {
  readonly url: FeedUrl
  readonly key: Key
  readonly transport: Transport
  readonly limiter: LimiterShape
  readonly leases: KeyLeases | undefined
  readonly filters: () => Filters
  readonly maxAttempts: number
  /** How much may wait in a link before it stops reading its socket, in bytes. */
  readonly linkBufferBytes: number
  readonly limits: WatchLimits
  readonly onFrame: ((frame: Frame) => void) | undefined
  readonly onStatus: (status: Status) => void
  /** Called when the server sends the key back; once in a run. */
  readonly onKeyEcho: (() => void) | undefined
}

/** The parts of a run that a dialer works with. */
export interface DialerParts {
  readonly writer: EventWriter
  readonly journal: BackoffJournal
  readonly ticker: Ticker
  /** Called with what `onFrame` throws. */
  readonly onDefect: (defect: unknown) => void
}

const longestDetail = 1000

/** Dials until the run ends or cannot go on. */
export class Dialer {
  readonly #options: DialerOptions
  readonly #parts: DialerParts
  #backoff: BackoffState = initialBackoff
  /** The fruitless attempts of an earlier run: `maxAttempts` counts those of this run. */
  #inherited = 0
  #isResumed = false
  /** Whether the key could be read in this run. */
  #hadKey = false
  #hasEchoed = false

  constructor(options: DialerOptions, parts: DialerParts) {
    this.#options = options
    this.#parts = parts
  }

  /** Makes attempts, and waits between them. Fails where another attempt would not help. */
  get run(): Effect.Effect<never, SessionError> {
    const { queue } = this.#parts.writer
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        yield* this.#backOff(yield* this.#attempt)
        if (queue.full) this.#options.onStatus({ _tag: "AwaitingReader" })
        yield* queue.room
      }
    })
  }

  /** One attempt, from reading the key to the end of the connection. */
  get #attempt(): Effect.Effect<ConnectionEnd, SessionError> {
    const { url, limiter, onStatus } = this.#options
    const { journal, writer: { timeline } } = this.#parts
    return Effect.gen({ self: this }, function* () {
      let key = yield* this.#readKey
      if (!Redacted.isRedacted(key)) return key
      if (!this.#isResumed) yield* this.#resume({ host: url.host, key })
      const attempt = this.#backoff.fruitless + 1
      const asked = timeline.now()
      yield* limiter.take(url.host, "dial", (millis) => {
        const why = "the limit of dials and requests per minute"
        onStatus({ _tag: "BackingOff", until: timeline.now() + millis, why, attempt })
      })
      // The key may have been replaced during the wait.
      if (timeline.now() > asked) key = yield* this.#readKey
      if (!Redacted.isRedacted(key)) return key
      const use: KeyAtHost = { host: url.host, key }
      onStatus({ _tag: "Dialing", attempt })
      yield* journal.begin(use, this.#backoff)
      const address = url.socket(key)
      const secret = secretOf(Redacted.value(address))
      return yield* this.#connect(use, address, secret).pipe(
        Effect.scoped,
        Effect.catch((error) => Effect.succeed(endOfDial(error))),
        // A transport must not show the key. Should one do so, it goes no further.
        Effect.map((ending) => ({ ...ending, detail: scrubOurs(ending.detail, secret, longestDetail) })),
      )
    })
  }

  /** Decides what follows an attempt: waits, or fails. */
  #backOff(ending: ConnectionEnd): Effect.Effect<void, SessionError> {
    const { url: { host }, maxAttempts, onStatus } = this.#options
    const { journal, writer: { timeline } } = this.#parts
    return Effect.gen({ self: this }, function* () {
      const decision = decideBackoff(this.#backoff, ending, maxAttempts + this.#inherited)
      if (decision._tag !== "Wait") yield* journal.fail(ending)
      switch (decision._tag) {
        case "KeyRefused":
          return yield* Effect.fail(new KeyRefused(host, decision.refusals, ending.detail))
        case "GiveUp":
          return yield* Effect.fail(new FeedUnavailable(host, decision.attempts - this.#inherited, ending.detail))
        case "FrameTooLarge":
          return yield* Effect.fail(new FrameTooLarge(host, decision.times, ending.detail))
        case "Wait": {
          this.#backoff = decision.attempts
          const { fruitless } = this.#backoff
          if (fruitless === 0) this.#inherited = 0
          const wait = Math.round(yield* Random.nextBetween(decision.minMillis, decision.maxMillis))
          onStatus({ _tag: "BackingOff", until: timeline.now() + wait, why: ending.detail, attempt: fruitless })
          yield* journal.wait(this.#backoff, wait, ending.detail)
          yield* Effect.sleep(wait)
        }
      }
    })
  }

  /** Continues the back-off of an earlier run. */
  #resume(use: KeyAtHost): Effect.Effect<void> {
    const { journal, writer: { timeline } } = this.#parts
    return Effect.gen({ self: this }, function* () {
      this.#isResumed = true
      const earlier = yield* journal.recall(use)
      if (earlier === undefined) return
      this.#backoff = earlier.attempts
      const { fruitless } = this.#backoff
      this.#inherited = fruitless
      if (earlier.waitMillis === 0) return
      const until = timeline.now() + earlier.waitMillis
      this.#options.onStatus({ _tag: "BackingOff", until, why: earlier.why, attempt: fruitless })
      yield* Effect.sleep(earlier.waitMillis)
    })
  }

  /** The current key. A failed attempt where it cannot be read, but could be before in this run. */
  get #readKey(): Effect.Effect<Redacted.Redacted<string> | ConnectionEnd, KeyUnavailable> {
    return Effect.matchEffect(this.#options.key, {
      onSuccess: (key) => {
        this.#hadKey = true
        return Effect.succeed(key)
      },
      // A key file may be missing for a moment while it is replaced. One that was never there is a mistake.
      onFailure: (failure): Effect.Effect<ConnectionEnd, KeyUnavailable> =>
        this.#hadKey ? Effect.succeed({ kind: "failed", detail: failure.message }) : Effect.fail(failure),
    })
  }

  /** Dials, and runs the connection to its end. */
  #connect(
    use: KeyAtHost,
    address: Redacted.Redacted<string>,
    secret: string,
  ): Effect.Effect<ConnectionEnd, DialError, Scope> {
    const { leases, limits, filters, linkBufferBytes, onFrame, onStatus, transport } = this.#options
    const { writer, ticker } = this.#parts
    const checkClocks = (): Millis => ticker.checkClocks()
    return Effect.gen({ self: this }, function* () {
      if (leases !== undefined) yield* leases.hold(use)
      const epoch = writer.epoch + 1
      const guard = new KeyGuard(secret, () => this.#reportEcho())
      const tap = onFrame === undefined ? undefined : this.#tap(epoch, guard, onFrame)
      const link = yield* transport.dial(address, {
        bufferBytes: linkBufferBytes,
        ...(tap === undefined ? {} : { onFrame: (raw) => tap.arrived(raw) }),
      })
      // A clock that jumped during the dial is no reason to end what opened after it.
      checkClocks()
      const openedAt = writer.timeline.rebase()
      const connection = new Connection({
        epoch,
        link,
        secret,
        guard,
        openedAt,
        limits,
        tap,
        writer,
        filters,
        onStatus,
        checkClocks,
      })
      ticker.connection = connection
      // Runs before the link closes, which may take a while: events of that time are not wanted.
      yield* Effect.addFinalizer(() => Effect.sync(() => connection.end({ kind: "shutdown" })))
      onStatus({ _tag: "AwaitingAck", attempt: this.#backoff.fruitless + 1 })
      const readToItsEnd = connection.read.pipe(Effect.catch((closed) => {
        connection.end(reasonOf(closed, secret))
        return Effect.never
      }))
      const reason = yield* Effect.raceFirst(Deferred.await(connection.over), readToItsEnd)
      ticker.connection = undefined
      const endedAt = writer.timeline.now()
      const { liveAt, lastErrors } = connection.data
      return endOfConnection(reason, {
        upMillis: endedAt - openedAt,
        liveMillis: liveAt === undefined ? undefined : endedAt - liveAt,
      }, lastErrors)
    })
  }

  /** The way of frames to `onFrame`. */
  #tap(epoch: number, guard: KeyGuard, onFrame: (frame: Frame) => void): FrameTap {
    const { writer, ticker, onDefect } = this.#parts
    return new FrameTap({
      make: (at, raw) => writer.makeFrame(epoch, at, guard.clean(raw)),
      // A callback that acts inside the turn must know first that the frame waited, or that the clock jumped.
      now: () => {
        const at = ticker.checkClocks()
        ticker.connection?.reportStop(at)
        return at
      },
      show: (frame) => {
        try {
          onFrame(frame)
        } catch (defect) {
          onDefect(defect)
        }
      },
    })
  }

  #reportEcho(): void {
    if (!this.#hasEchoed) this.#options.onKeyEcho?.()
    this.#hasEchoed = true
  }
}

const reasonOf = ({ kind, code, detail }: LinkClosed, secret: string): DisconnectReason => ({
  kind,
  ...(code === undefined ? {} : { code }),
  ...(detail === undefined ? {} : { detail: scrubOurs(detail, secret) }),
})
