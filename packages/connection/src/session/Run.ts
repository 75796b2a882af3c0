/** One running of a session: dials, waits and dials again, and has time pass. */
import type { DisconnectReason, Filters, Frame, Millis } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import type { Clock } from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import {
  type BackoffState,
  type ConnectionEnd,
  decideBackoff,
  endOfConnection,
  endOfDial,
  initialBackoff,
  provenMillis,
} from "./Backoff.ts"
import type { BackoffMemory } from "./BackoffMemory.ts"
import type { NotUnderstood, OutsideFilters } from "./Diagnosis.ts"
import type { FeedUrl } from "../transport/FeedUrl.ts"
import type { Key, KeyAtHost, KeyUnavailable } from "../key/Key.ts"
import type { KeyLeases } from "../key/KeyLeases.ts"
import type { LimiterShape } from "../transport/Limiter.ts"
import { FeedUnavailable, FrameTooLarge, KeyRefused, type SessionError } from "./SessionError.ts"
import type { Status } from "./Status.ts"
import type { DialError, LinkClosed, Transport } from "../transport/Transport.ts"
import type { WatchLimits } from "./Watch.ts"
import { BackoffJournal } from "./BackoffJournal.ts"
import { Connection } from "./Connection.ts"
import type { EventQueue } from "./EventQueue.ts"
import { KeyGuard } from "../key/KeyGuard.ts"
import { scrubOurs, secretOf } from "../key/scrub.ts"
import { FrameTap } from "./FrameTap.ts"
import { EventWriter } from "./EventWriter.ts"
import { clockChecksOf, Timeline } from "./Timeline.ts"

/** What a run is made of. */
export interface RunConfig {
  readonly name: string
  readonly url: FeedUrl
  readonly key: Key
  readonly transport: Transport
  readonly limiter: LimiterShape
  readonly memory: BackoffMemory | undefined
  readonly leases: KeyLeases | undefined
  readonly clock: Clock
  readonly queue: EventQueue<SessionError>
  readonly filters: () => Filters
  readonly maxAttempts: number
  readonly linkBufferBytes: number
  readonly limits: WatchLimits
  readonly onFrame: ((frame: Frame) => void) | undefined
  readonly onStatus: (status: Status) => void
  /** The server has sent the key back; once in a run. */
  readonly onKeyEcho: (() => void) | undefined
  /** Connected, asked, and for a while nothing came of what was asked for. */
  readonly onNoData: (facts: NoDataFacts) => Effect.Effect<void>
}

/** The facts when a connection brings no data. */
export interface NoDataFacts {
  readonly epoch: number
  readonly at: Millis
  readonly filters: Filters
  readonly plan: string | undefined
  readonly errors: ReadonlyArray<string>
  readonly notUnderstood: NotUnderstood | undefined
  readonly outside: OutsideFilters | undefined
  /** How long we have listened since the filters were sent, in milliseconds. */
  readonly silentMillis: number
  /** Whether it is still so. */
  readonly holds: () => boolean
}

/** A run, once started. */
export interface Run {
  /** The filters have changed: tells the server, if there is one. */
  readonly resubscribe: Effect.Effect<void>
  /** Ends the connection that has brought data, if it is of this epoch, so that another brings a new snapshot. */
  readonly resync: (reason: string, epoch: number | undefined) => Effect.Effect<void>
  /** Ends the stream: the connection with `shutdown`, then the events. */
  readonly close: Effect.Effect<void>
}

const tickMillis = 1000
/** Ticks come every second: this much later than the last look, nothing ran in between. */
const stallMillis = 2000
const noDataMillis = 20_000
const longestDetail = 1000

/** Starts a session: forks its life and its ticks into the scope. */
export const startRun = (config: RunConfig): Effect.Effect<Run, never, Scope> =>
  Effect.gen(function* () {
    const { queue, url, onStatus } = config
    const timeline = new Timeline(config.clock)
    const teller = new EventWriter(config.name, queue, timeline)
    /** Ends the run from outside: cleanly, or with what a caller's own code threw. */
    const shutdown = yield* Deferred.make<void>()
    let connection: Connection | undefined
    let attempts: BackoffState = initialBackoff
    /** Whether there has been a key in this run. */
    let keySeen = false
    const carryover = new BackoffJournal(config.memory, config.clock)
    let recalled = false
    let hasEchoed = false
    const onKeyEcho = (): void => {
      if (!hasEchoed) config.onKeyEcho?.()
      hasEchoed = true
    }
    /** Of the fruitless attempts, those of an earlier run: `maxAttempts` counts this one's. */
    let inherited = 0

    const look = (): Millis => {
      const { at, before, jumpMillis } = timeline.look()
      if (jumpMillis !== undefined) {
        teller.tick(at, at + jumpMillis)
        connection?.end({ kind: "clock_jumped", detail: `by ${Math.round(jumpMillis / 1000)} s` })
      } else if (at - before >= stallMillis) {
        connection?.stalled(before, at)
        // Before anyone hears of it: in a stream of several sessions none may seem to have gone on meanwhile.
        for (const other of clockChecks) if (other !== checkClocks) other()
      }
      return at
    }
    const clockChecks = clockChecksOf(config.clock)
    const checkClocks = (): void => {
      look()
      teller.flush()
    }
    clockChecks.add(checkClocks)
    yield* Effect.addFinalizer(() => Effect.sync(() => clockChecks.delete(checkClocks)))

    const makeTap = (epoch: number, guard: KeyGuard, onFrame: (frame: Frame) => void): FrameTap =>
      new FrameTap(
        (at, raw) => teller.makeFrame(epoch, at, guard.clean(raw)),
        // Who acts inside the turn must know first that it waited, or that the clock jumped.
        () => {
          const at = look()
          connection?.tellStop(at)
          return at
        },
        (frame) => {
          try {
            onFrame(frame)
          } catch (defect) {
            Deferred.doneUnsafe(shutdown, Effect.die(defect))
          }
        },
      )

    const connect = (use: KeyAtHost, address: Redacted.Redacted<string>, secret: string) =>
      Effect.gen(function* (): Effect.fn.Return<ConnectionEnd, DialError, Scope> {
        if (config.leases !== undefined) yield* config.leases.hold(use)
        const epoch = teller.epoch + 1
        const guard = new KeyGuard(secret, onKeyEcho)
        const tap = config.onFrame === undefined ? undefined : makeTap(epoch, guard, config.onFrame)
        const link = yield* config.transport.dial(address, {
          bufferBytes: config.linkBufferBytes,
          ...(tap === undefined ? {} : { onFrame: (raw) => tap.arrived(raw) }),
        })
        // A clock that jumped while we dialed is no reason to end what opened after it.
        look()
        const openedAt = timeline.rebase()
        const { limits, filters } = config
        const current = new Connection({
          epoch,
          link,
          secret,
          guard,
          openedAt,
          limits,
          tap,
          teller,
          filters,
          onStatus,
          look,
        })
        connection = current
        // Before the link is closed, which may take its time: nothing it still brings is for us.
        yield* Effect.addFinalizer(() => Effect.sync(() => current.end({ kind: "shutdown" })))
        onStatus({ _tag: "AwaitingAck", attempt: attempts.fruitless + 1 })
        const readToItsEnd = current.read.pipe(Effect.catch((closed) => {
          current.end(reasonOf(closed, secret))
          return Effect.never
        }))
        const reason = yield* Effect.raceFirst(Deferred.await(current.over), readToItsEnd)
        connection = undefined
        const endedAt = timeline.now()
        return endOfConnection(reason, {
          upMillis: endedAt - openedAt,
          liveMillis: current.liveAt === undefined ? undefined : endedAt - current.liveAt,
        }, current.lastErrors)
      }).pipe(Effect.scoped)

    /** Goes on with the back-off where an earlier run left it. */
    const resume = (use: KeyAtHost): Effect.Effect<void> =>
      Effect.gen(function* () {
        recalled = true
        const left = yield* carryover.recall(use)
        if (left === undefined) return
        attempts = left.attempts
        inherited = attempts.fruitless
        if (left.waitMillis === 0) return
        const until = timeline.now() + left.waitMillis
        onStatus({ _tag: "BackingOff", until, why: left.why, attempt: attempts.fruitless })
        yield* Effect.sleep(left.waitMillis)
      })

    /** The key there is now; an ending where there is none for the moment. */
    const readKey: Effect.Effect<Redacted.Redacted<string> | ConnectionEnd, KeyUnavailable> = Effect.gen(function* () {
      const key = yield* Effect.result(config.key)
      if (key._tag === "Success") {
        keySeen = true
        return key.success
      }
      // A key file being replaced may be gone for a moment; one that was never there is an error to mend.
      if (!keySeen) return yield* Effect.fail(key.failure)
      return { kind: "failed", detail: key.failure.message }
    })

    const attemptOnce: Effect.Effect<ConnectionEnd, SessionError> = Effect.gen(function* () {
      let key = yield* readKey
      if (!Redacted.isRedacted(key)) return key
      if (!recalled) yield* resume({ host: url.host, key })
      const attempt = attempts.fruitless + 1
      const asked = timeline.now()
      yield* config.limiter.take(url.host, "dial", (millis) => {
        onStatus({
          _tag: "BackingOff",
          until: timeline.now() + millis,
          why: "the limit of dials and requests per minute",
          attempt,
        })
      })
      // A key that was replaced meanwhile would be refused.
      if (timeline.now() > asked) key = yield* readKey
      if (!Redacted.isRedacted(key)) return key
      const use: KeyAtHost = { host: url.host, key }
      onStatus({ _tag: "Dialing", attempt })
      yield* carryover.begin(use, attempts)
      const address = url.socket(key)
      const secret = secretOf(Redacted.value(address))
      // Transports must not show the key; should one do it, it goes no further.
      return yield* connect(use, address, secret).pipe(
        Effect.catch((error) => Effect.succeed(endOfDial(error))),
        Effect.map((ending) => ({ ...ending, detail: scrubOurs(ending.detail, secret, longestDetail) })),
      )
    })

    const life: Effect.Effect<never, SessionError> = Effect.gen(function* () {
      for (;;) {
        const ending = yield* attemptOnce
        const decision = decideBackoff(attempts, ending, config.maxAttempts + inherited)
        if (decision._tag !== "Wait") yield* carryover.fail(ending)
        switch (decision._tag) {
          case "KeyRefused":
            return yield* Effect.fail(new KeyRefused(url.host, decision.refusals, ending.detail))
          case "GiveUp":
            return yield* Effect.fail(new FeedUnavailable(url.host, decision.attempts - inherited, ending.detail))
          case "FrameTooLarge":
            return yield* Effect.fail(new FrameTooLarge(url.host, decision.times, ending.detail))
          case "Wait": {
            attempts = decision.attempts
            if (attempts.fruitless === 0) inherited = 0
            const wait = Math.round(yield* Random.nextBetween(decision.minMillis, decision.maxMillis))
            const until = timeline.now() + wait
            onStatus({ _tag: "BackingOff", until, why: ending.detail, attempt: attempts.fruitless })
            yield* carryover.wait(attempts, wait, ending.detail)
            yield* Effect.sleep(wait)
          }
        }
        if (queue.full) onStatus({ _tag: "AwaitingReader" })
        yield* queue.room
      }
    })

    /** Every second, and whenever a connection has something to say. */
    const ticks: Effect.Effect<never> = Effect.gen(function* () {
      const scope = yield* Effect.scope
      let nextTick = timeline.now()
      /** The subscription that was last found to bring nothing. */
      let diagnosed: Millis | undefined
      /** The connection whose data has come for long enough. */
      let proven: Connection | undefined
      for (;;) {
        const at = look()
        connection?.passTime(at)
        if (at >= nextTick) {
          nextTick = at + tickMillis
          // A stop that may yet be told is told with the time it began.
          if (connection?.mayTellPause !== true) teller.tick(at, at)
        }
        teller.flush()
        if (connection?.liveAt !== undefined && connection !== proven && at - connection.liveAt >= provenMillis) {
          proven = connection
          yield* carryover.prove
        }
        const facts = noData(at)
        if (facts !== undefined && connection?.subscribedAt !== diagnosed) {
          diagnosed = connection?.subscribedAt
          yield* Effect.forkIn(config.onNoData(facts), scope)
        }
        const due = Math.min(nextTick, connection?.dueAt ?? Infinity)
        yield* Effect.sleep(Math.max(1, due - timeline.now()))
      }
    }).pipe(Effect.scoped)

    const noData = (at: Millis): NoDataFacts | undefined => {
      const current = connection
      if (current === undefined || !isBarren(current)) return undefined
      const silentMillis = current.listenedMillis(at)
      if (silentMillis === undefined || silentMillis < noDataMillis) return undefined
      return {
        epoch: teller.epoch,
        at,
        filters: config.filters(),
        plan: current.plan,
        errors: [...current.errors],
        notUnderstood: current.notUnderstood,
        outside: current.outside,
        silentMillis,
        holds: () => !current.isOver && isBarren(current),
      }
    }

    const ended = Effect.raceFirst(Deferred.await(shutdown), Effect.raceFirst(life, ticks))
    yield* Effect.forkScoped(Effect.onExit(ended, (exit) =>
      Effect.suspend(() => {
        onStatus({ _tag: "Closed" })
        queue.end(exit._tag === "Success" ? Cause.done() : Effect.failCause(exit.cause))
        // After a defect the process is likely to die, and to be started again.
        return exit._tag === "Success" || Cause.hasInterrupts(exit.cause) ? carryover.end : Effect.void
      })))

    return {
      resubscribe: Effect.suspend(() => connection?.subscribe ?? Effect.void),
      resync: (reason, epoch) =>
        Effect.sync(() => {
          look()
          const current = connection
          if (current?.liveAt === undefined || (epoch !== undefined && epoch !== teller.epoch)) return
          current.resync(reason)
        }),
      close: Effect.asVoid(Deferred.succeed(shutdown, undefined)),
    }
  })

/** No data came, or none that was asked for. */
const isBarren = ({ liveAt, outside }: Connection): boolean => liveAt === undefined || outside !== undefined

const reasonOf = ({ kind, code, detail }: LinkClosed, secret: string): DisconnectReason => ({
  kind,
  ...(code === undefined ? {} : { code }),
  ...(detail === undefined ? {} : { detail: scrubOurs(detail, secret) }),
})
