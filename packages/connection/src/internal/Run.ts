/** One running of a session: the effectful shell around the watch, the back-off and the clock. */
import { type FeedEvent, type Filters, type Frame, makeFrame, type Millis, subscribeMessage } from "@boltodds/protocol"
import type { DisconnectReason } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import type { Clock } from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { type Attempts, decide, type Ending, endingOfConnection, endingOfDial, noAttempts } from "../Backoff.ts"
import type { FeedUrl } from "../FeedUrl.ts"
import type { Key } from "../Key.ts"
import type { LimiterShape } from "../Limiter.ts"
import { compareClocks, readClocks, rebaseClock, type SessionClock, sessionTime, startClock } from "../SessionClock.ts"
import { FeedUnavailable, KeyRefused, type SessionError } from "../SessionError.ts"
import type { Status } from "../Status.ts"
import type { Link, LinkClosed, Transport, Turn } from "../Transport.ts"
import * as Watch from "../Watch.ts"
import type { EventQueue } from "./EventQueue.ts"
import { isData, serverErrors } from "./judgeFrame.ts"
import { scrub, secretOf, withoutKey } from "./scrub.ts"

/** What a run is made of. */
export interface RunConfig {
  readonly name: string
  readonly url: FeedUrl
  readonly key: Key
  readonly transport: Transport
  readonly limiter: LimiterShape
  readonly clock: Clock
  readonly queue: EventQueue<SessionError>
  readonly filters: () => Filters
  readonly maxAttempts: number
  readonly linkBufferBytes: number
  readonly limits: Watch.WatchLimits
  readonly onFrame: ((frame: Frame) => void) | undefined
  readonly onStatus: (status: Status) => void
  /** Connected, asked, and for a while nothing but pings came. */
  readonly onNoData: (asked: NoData) => Effect.Effect<void>
}

/** The facts when a connection brings no data. */
export interface NoData {
  readonly epoch: number
  readonly at: Millis
  readonly filters: Filters
  readonly plan: string | undefined
  readonly errors: ReadonlyArray<string>
  /** Since the filters were sent, in milliseconds. */
  readonly silentMillis: number
}

/** A run, once started. */
export interface Run {
  /** The filters have changed: tell the server, if there is one. */
  readonly resubscribe: Effect.Effect<void>
  /** Ends the stream: the connection with `shutdown`, then the events. */
  readonly close: Effect.Effect<void>
}

/** A connection, from the moment its link is open. */
interface Connection {
  readonly epoch: number
  readonly link: Link
  readonly secret: string
  readonly openedAt: Millis
  readonly over: Deferred.Deferred<DisconnectReason>
  watch: Watch.Watch
  phase: "awaiting_ack" | "subscribing" | "subscribed" | "over"
  plan: string | undefined
  subscribedAt: Millis | undefined
  liveAt: Millis | undefined
  diagnosed: boolean
  errors: Array<string>
}

const tickMillis = 1000
/** Ticks come every second: this much later than the last look, nothing ran in between. */
const stallMillis = 2000
const noDataMillis = 20_000

/** Starts a session: forks its life and its ticks into the scope. */
export const startRun = (config: RunConfig): Effect.Effect<Run, never, Scope> =>
  Effect.gen(function* () {
    const { name, clock, queue, transport, url, onStatus } = config
    /** Ends the run from outside: cleanly, or with what a caller's own code threw. */
    const shutdown = yield* Deferred.make<void>()

    // Time. Every event passes `stamp`, so `at` never decreases whatever the clocks do.
    let sessionClock: SessionClock = startClock(readClocks(clock))
    let lastAt: Millis = -Infinity
    let lastLook: Millis = sessionTime(sessionClock, readClocks(clock))
    const stamp = (at: Millis): Millis => lastAt = Math.max(lastAt, at)
    const now = (): Millis => sessionTime(sessionClock, readClocks(clock))

    // The connection, while there is one. `epoch` counts those that were accepted.
    let epoch = 0
    let connection: Connection | undefined
    let everLive = false
    let attempt = 1
    /** Frames that `onFrame` has had already, in the order the link will give them. */
    let tapped: Array<Frame> = []
    /** The time of the turn they came in: looked up once for all of them. */
    let tappedAt: Millis | undefined

    const notify = (notices: ReadonlyArray<Watch.Notice>): void => {
      for (const { _tag, at } of notices) {
        queue.push({ _tag, session: name, epoch, at: stamp(at) } as Exclude<FeedEvent, Frame>)
        tellStatus(_tag)
      }
    }

    const tellStatus = (notice: Watch.Notice["_tag"]): void => {
      if (notice === "Silent") onStatus({ _tag: "Stale", epoch, reason: "silent" })
      if (notice === "Paused") onStatus({ _tag: "Stale", epoch, reason: "paused" })
      if (notice === "Heard" && connection !== undefined) tellFlow(connection)
    }

    const tellFlow = (current: Connection): void =>
      onStatus({ _tag: current.liveAt === undefined ? "Syncing" : "Live", epoch, filters: config.filters() })

    /** Ends the connection, at once for the consumer: nothing of it is told after this. */
    const end = (current: Connection, reason: DisconnectReason): void => {
      if (current.phase === "over") return
      const accepted = current.phase !== "awaiting_ack"
      current.phase = "over"
      connection = undefined
      if (accepted) queue.push({ _tag: "Disconnected", session: name, epoch, at: stamp(now()), reason })
      queue.flush()
      Deferred.doneUnsafe(current.over, Effect.succeed(reason))
    }

    const carryOut = (current: Connection, verdict: Watch.Verdict, frames?: Turn["frames"], at: Millis = 0): void => {
      current.watch = verdict.watch
      notify(verdict.before)
      if (frames !== undefined) takeFrames(current, frames, at)
      notify(verdict.after)
      if (verdict.ping !== undefined) current.link.ping?.(verdict.ping)
      if (verdict.end !== undefined) end(current, verdict.end)
    }

    /** Looks at the clocks, before anything else is made of this moment. */
    const look = (): Millis => {
      const reading = readClocks(clock)
      const compared = compareClocks(sessionClock, reading)
      sessionClock = compared.clock
      const at = Math.max(lastAt, sessionTime(sessionClock, reading))
      const current = connection
      if (compared.jumped) {
        queue.push({ _tag: "Tick", session: name, epoch, at: stamp(at), wall: at + Math.round(compared.movedMillis) })
        const seconds = Math.round(compared.movedMillis / 1000)
        if (current !== undefined) end(current, { kind: "clock_jumped", detail: `by ${seconds} s` })
      } else if (current !== undefined && at - lastLook >= stallMillis) {
        carryOut(current, Watch.onStall(current.watch, lastLook, at))
      }
      lastLook = at
      return at
    }

    // Reading. Synchronous from the socket's turn to the consumer's pull.
    const takeFrames = (current: Connection, frames: Turn["frames"], at: Millis): void => {
      const seen = takeTapped(frames.length)
      if (seen === undefined) stamp(at)
      for (let index = 0; index < frames.length; index++) {
        // What came in once data flows is not looked at: this loop runs for every frame of the feed.
        if (current.liveAt !== undefined && seen === undefined) {
          queue.pushFrame(makeFrame(name, epoch, at, frames[index]!))
        } else takeFrame(current, frames[index]!, seen?.[index], at)
      }
    }

    const takeFrame = (current: Connection, raw: string | Uint8Array, seen: Frame | undefined, at: Millis): void => {
      // One that waited behind an event made later gets that one's time.
      const frame = seen !== undefined && seen.at >= lastAt ? seen : makeFrame(
        name,
        current.epoch,
        stamp(at),
        current.liveAt === undefined ? withoutKey(raw, current.secret) : raw,
      )
      if (current.phase === "awaiting_ack") accept(current, frame)
      queue.pushFrame(frame)
      if (current.liveAt === undefined) judge(current, frame)
    }

    /** The frames that `onFrame` had, for as many as a turn brought. */
    const takeTapped = (count: number): ReadonlyArray<Frame> | undefined => {
      tappedAt = undefined
      if (config.onFrame === undefined) return undefined
      if (tapped.length > count) return tapped.splice(0, count)
      const all = tapped
      tapped = []
      return all
    }

    /** The first frame says that the server accepted us, ack or not. */
    const accept = (current: Connection, frame: Frame): void => {
      current.phase = "subscribing"
      epoch = current.epoch
      const first = frame.items[0]
      if (first?._tag === "Message" && first.message.action === "socket_connected") {
        current.plan = first.message.plan ?? undefined
      }
      queue.push({ _tag: "Connected", session: name, epoch, at: frame.at, plan: current.plan })
    }

    /** Until the first data, frames are looked into; they are decoded once, for whoever comes after. */
    const judge = (current: Connection, frame: Frame): void => {
      for (const text of serverErrors(frame)) {
        if (current.errors.length < 10) current.errors.push(scrub(text, current.secret))
      }
      if (!isData(frame)) return
      current.liveAt = frame.at
      everLive = true
      if (current.phase === "subscribed") tellFlow(current)
    }

    const subscribe = (current: Connection): Effect.Effect<void, LinkClosed> =>
      Effect.suspend(() => {
        const filters = config.filters()
        return Effect.map(current.link.send(subscribeMessage(filters)), () => {
          if (current.phase === "over") return
          const at = stamp(now())
          current.phase = "subscribed"
          current.subscribedAt = at
          current.diagnosed = false
          queue.push({ _tag: "Subscribed", session: name, epoch, at, filters })
          tellFlow(current)
          queue.flush()
        })
      })

    const read = (current: Connection): Effect.Effect<never, LinkClosed> => {
      const next: Effect.Effect<never, LinkClosed> = Effect.flatMap(current.link.pull, (turn) => {
        const at = look()
        if (connection !== current) return Effect.never
        carryOut(current, Watch.onTurn(current.watch, at, turn.frames.length, turn.pong), turn.frames, at)
        queue.flush()
        if (current.phase === "subscribing") return Effect.flatMap(subscribe(current), () => next)
        return queue.full ? stop : next
      })
      const stop = Effect.suspend(() => {
        current.watch = Watch.onStop(current.watch, Math.max(lastAt, now()))
        return Effect.flatMap(queue.room, () => {
          const at = look()
          if (connection !== current) return Effect.never
          carryOut(current, Watch.onResume(current.watch, at))
          queue.flush()
          return next
        })
      })
      return next
    }

    // The life of the session.
    const connect = (key: Redacted.Redacted<string>): Effect.Effect<Ending> =>
      Effect.gen(function* () {
        const dialed = epoch + 1
        tapped = []
        const address = url.socket(key)
        const secret = secretOf(Redacted.value(address))
        const { onFrame } = config
        const link = yield* transport.dial(address, {
          bufferBytes: config.linkBufferBytes,
          ...(onFrame === undefined ? {} : {
            onFrame: (raw) => {
              const live = connection?.liveAt !== undefined
              const frame = makeFrame(name, dialed, tappedAt ??= stamp(now()), live ? raw : withoutKey(raw, secret))
              tapped.push(frame)
              try {
                onFrame(frame)
              } catch (defect) {
                Deferred.doneUnsafe(shutdown, Effect.die(defect))
              }
            },
          }),
        })
        sessionClock = rebaseClock(sessionClock, readClocks(clock))
        const openedAt = lastLook = now()
        const current: Connection = {
          epoch: dialed,
          link,
          secret,
          openedAt,
          over: yield* Deferred.make<DisconnectReason>(),
          watch: Watch.openWatch(openedAt, link.ping !== undefined, config.limits),
          phase: "awaiting_ack",
          plan: undefined,
          subscribedAt: undefined,
          liveAt: undefined,
          diagnosed: false,
          errors: [],
        }
        connection = current
        onStatus({ _tag: "AwaitingAck", attempt })
        const readToItsEnd = read(current).pipe(Effect.catch((error) => {
          end(current, reasonOf(error))
          return Effect.never
        }))
        const reason = yield* Effect.raceFirst(Deferred.await(current.over), readToItsEnd)
        const endedAt = now()
        return endingOfConnection(reason, {
          upMillis: endedAt - openedAt,
          liveMillis: current.liveAt === undefined ? undefined : endedAt - current.liveAt,
        }, current.errors)
      }).pipe(Effect.scoped, Effect.catch((error) => Effect.succeed(endingOfDial(error))))

    const attemptOnce: Effect.Effect<Ending, SessionError> = Effect.gen(function* () {
      yield* config.limiter.take(
        url.host,
        "dial",
        (millis) =>
          onStatus({ _tag: "BackingOff", until: now() + millis, why: "the limit of dials per minute", attempt }),
      )
      const key = yield* Effect.result(config.key)
      if (key._tag === "Success") {
        onStatus({ _tag: "Dialing", attempt })
        return yield* connect(key.success)
      }
      // A key file being replaced may be gone for a moment; one that was never there is an error to mend.
      if (!everLive) {
        return yield* Effect.fail(key.failure)
      }
      return { kind: "failed", detail: key.failure.message }
    })

    const life: Effect.Effect<never, SessionError> = Effect.gen(function* () {
      let attempts: Attempts = noAttempts
      for (;;) {
        attempt = attempts.fruitless + 1
        const ending = yield* attemptOnce
        const decision = decide(attempts, ending, config.maxAttempts)
        if (decision._tag === "KeyRefused") {
          return yield* Effect.fail(new KeyRefused(url.host, decision.refusals, ending.detail))
        }
        if (decision._tag === "GiveUp") {
          return yield* Effect.fail(new FeedUnavailable(url.host, decision.attempts, ending.detail))
        }
        attempts = decision.attempts
        const wait = Math.round(yield* Random.nextBetween(decision.minMillis, decision.maxMillis))
        onStatus({ _tag: "BackingOff", until: now() + wait, why: ending.detail, attempt: attempts.fruitless })
        yield* Effect.sleep(wait)
        if (queue.full) {
          onStatus({ _tag: "AwaitingReader", reason: { kind: "slow_reader" } })
        }
        yield* queue.room
      }
    })

    /** Every second, and whenever the watch has something to say. */
    const ticks: Effect.Effect<never> = Effect.gen(function* () {
      const scope = yield* Effect.scope
      let nextTick = now()
      for (;;) {
        const at = look()
        const current = connection
        if (current !== undefined) {
          carryOut(current, Watch.onTime(current.watch, at, current.link.receivedBytes?.()))
          if (noData(current, at)) {
            yield* Effect.forkIn(config.onNoData(factsOf(current, at)), scope)
          }
        }
        if (at >= nextTick) {
          nextTick = at + tickMillis
          // A stop that may yet be told is told with the time it began.
          if (!Watch.mayTellPause(connection?.watch)) {
            queue.push({ _tag: "Tick", session: name, epoch, at: stamp(at), wall: at })
          }
        }
        queue.flush()
        const due = Math.min(nextTick, connection === undefined ? Infinity : Watch.dueAt(connection.watch))
        yield* Effect.sleep(Math.max(1, due - now()))
      }
    }).pipe(Effect.scoped)

    const noData = (current: Connection, at: Millis): boolean => {
      const { subscribedAt, liveAt, diagnosed } = current
      if (diagnosed || liveAt !== undefined || subscribedAt === undefined) {
        return false
      }
      return current.diagnosed = at - subscribedAt >= noDataMillis
    }

    const factsOf = (current: Connection, at: Millis): NoData => ({
      epoch,
      at,
      filters: config.filters(),
      plan: current.plan,
      errors: [...current.errors],
      silentMillis: at - (current.subscribedAt ?? at),
    })

    const ended = Effect.raceFirst(Deferred.await(shutdown), Effect.raceFirst(life, ticks))
    yield* Effect.forkScoped(Effect.onExit(ended, (exit) =>
      Effect.sync(() => {
        if (connection !== undefined) {
          end(connection, { kind: "shutdown" })
        }
        onStatus({ _tag: "Closed" })
        queue.end(exit._tag === "Success" ? Cause.done() : Effect.failCause(exit.cause))
      })))

    return {
      resubscribe: Effect.suspend(() =>
        // A link that is closed says so to its reader too.
        connection?.phase === "subscribed" ? Effect.ignore(subscribe(connection)) : Effect.void
      ),
      close: Effect.asVoid(Deferred.succeed(shutdown, undefined)),
    }
  })

const reasonOf = ({ kind, code, detail }: LinkClosed): DisconnectReason => ({
  kind,
  ...(code === undefined ? {} : { code }),
  ...(detail === undefined ? {} : { detail }),
})
