/** A lease in NATS KV: of several processes one leads. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { hostname } from "node:os"
import { connectNats } from "../internal/connectNats.ts"
import { NatsError } from "../NatsError.ts"
import { LeaseClock } from "./LeaseClock.ts"
import {
  holds,
  type LeaseInput,
  type LeaseLoss,
  type LeaseOutput,
  type LeaseSettings,
  makeLease,
  stepLease,
  tickIn,
} from "./LeaseMachine.ts"
import { LeaseStore } from "./LeaseStore.ts"
import { defaults, type LeaseEvent, leaseProblem, type NatsLeaseOptions } from "./NatsLeaseOptions.ts"

/** A lease of this process, held or not. */
export interface Lease {
  /** Returns when this process leads. */
  readonly acquire: Effect.Effect<void>
  /**
   * Whether this process leads at this moment, by its own clock. Ask it before each write: after a stop of the process
   * (a signal, a sleeping machine) what waits is written before anything else happens.
   */
  readonly holds: () => boolean
  /** Returns when this process, which led, leads no longer, with the reason. */
  readonly lost: Effect.Effect<string>
  /** Ends the lead, so that another process can take over at once. Returns after at most 2 s. It is not acquired again. */
  readonly release: Effect.Effect<void>
}

const releaseMillis = 2_000
const againMillis = 1_000

const reasons: { readonly [why in LeaseLoss]: string } = {
  unreachable: "the lease could not be renewed in time",
  stopped: "this process was stopped for longer than its lease",
  taken: "another process holds the lease",
}

/** The times of a lease. Throws a {@link NatsError} for options that are not valid. */
const settingsOf = (options: NatsLeaseOptions): LeaseSettings => {
  const { name, bucket, ttl, renew, onUnreachable = "close" } = options
  const ttlMillis = ttl === undefined ? defaults.ttlMillis : Duration.toMillis(ttl)
  const renewMillis = renew === undefined ? Math.min(defaults.renewMillis, ttlMillis / 5) : Duration.toMillis(renew)
  const problem = leaseProblem({ name, bucket, ttlMillis, renewMillis })
  if (problem !== undefined) throw new NatsError("options", `Cannot make a lease: ${problem}.`)
  return {
    me: `${options.holder ?? `${hostname()}:${process.pid}`}#${crypto.randomUUID().slice(0, 8)}`,
    ttlMillis,
    renewMillis,
    marginMillis: ttlMillis / 5,
    pollMillis: Math.max(50, renewMillis / 4),
    timeoutMillis: renewMillis,
    keep: onUnreachable === "keep",
  }
}

/**
 * Contends for a lease: of all processes with the same server, bucket and name one leads at a time.
 *
 * A leader that cannot renew the lease ends its lead by its own clock, a fifth of `ttl` before another may take over. A
 * process that was stopped cannot do that: it finds out before its next write, if it asks {@link Lease.holds}. So what
 * is written must be fenced as well, as the log of `nats` is. With `onUnreachable: "keep"` two may lead at a time, while
 * one of them cannot reach NATS.
 *
 * Waits for a server that does not answer. Fails with a {@link NatsError} for options that are not valid, for credentials
 * that are refused, and for a bucket that cannot hold a lease. At the end of the scope the lease is released.
 *
 * @example
 * ```ts
 * import { natsLease } from "@boltodds/nats"
 * import * as Effect from "effect/Effect"
 *
 * const leadOnce = (work: Effect.Effect<void>) =>
 *   Effect.scoped(Effect.gen(function* () {
 *     const lease = yield* natsLease({ name: "odds" })
 *     yield* lease.acquire
 *     yield* Effect.raceFirst(work, lease.lost)
 *   }))
 * ```
 */
export const natsLease = (options: NatsLeaseOptions = {}): Effect.Effect<Lease, NatsError, Scope> =>
  Effect.gen(function* () {
    const emit = options.onEvent ?? ignore
    const settings = yield* Effect.try({ try: () => settingsOf(options), catch: (cause) => cause as NatsError })
    const contact = new Contact(emit)
    const patiently = <A, R>(effect: Effect.Effect<A, NatsError, R>): Effect.Effect<A, NatsError, R> =>
      Effect.retry(Effect.tapError(effect, (error) => Effect.sync(() => contact.failed(error))), {
        schedule: Schedule.spaced(againMillis),
        while: ({ reason }) => reason === "unreachable",
      })
    const link = yield* patiently(connectNats(options))
    const store = new LeaseStore(link, {
      bucket: options.bucket ?? defaults.bucket,
      name: options.name ?? defaults.name,
      me: settings.me,
      ttlMillis: settings.ttlMillis,
      timeoutMillis: settings.timeoutMillis,
      create: options.create ?? true,
      storage: options.storage ?? "file",
      replicas: options.replicas ?? 1,
      onUnreachable: (error) => contact.failed(error),
    })
    yield* patiently(Effect.tryPromise({ try: () => store.open(), catch: (cause) => cause as NatsError }))
    const contender = yield* Effect.acquireRelease(
      Effect.sync(() => new Contender(settings, store, contact, emit)),
      (opened) => opened.release,
    )
    return contender
  })

/** Reports the loss of a server once, and its return. */
class Contact {
  readonly #emit: (event: LeaseEvent) => void
  #isLost = false

  constructor(emit: (event: LeaseEvent) => void) {
    this.#emit = emit
  }

  failed(error: NatsError): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#emit({ _tag: "Unreachable", error })
  }

  answered(): void {
    if (!this.#isLost) return
    this.#isLost = false
    this.#emit({ _tag: "Reachable" })
  }
}

/** Gives the machine the time and the answers, and does what it returns. */
class Contender implements Lease {
  readonly #clock = new LeaseClock()
  readonly #store: LeaseStore
  readonly #contact: Contact
  readonly #emit: (event: LeaseEvent) => void
  #state: ReturnType<typeof makeLease>
  #timer: NodeJS.Timeout | undefined
  #acquired = Deferred.makeUnsafe<void>()
  #lost = Deferred.makeUnsafe<string>()
  readonly #released = Deferred.makeUnsafe<void>()

  constructor(settings: LeaseSettings, store: LeaseStore, contact: Contact, emit: (event: LeaseEvent) => void) {
    this.#store = store
    this.#contact = contact
    this.#emit = emit
    this.#state = makeLease(settings, this.#clock.read())
    this.#take({ _tag: "Tick" })
  }

  readonly acquire: Effect.Effect<void> = Effect.suspend(() => Deferred.await(this.#acquired))
  readonly lost: Effect.Effect<string> = Effect.suspend(() => Deferred.await(this.#lost))

  readonly holds = (): boolean => holds(this.#state, this.#clock.read())

  readonly release: Effect.Effect<void> = Effect.suspend(() => {
    this.#take({ _tag: "Release" })
    return Effect.asVoid(Effect.timeoutOption(Deferred.await(this.#released), releaseMillis))
  })

  #take(input: LeaseInput): void {
    const { state, outputs } = stepLease(this.#state, input, this.#clock.read())
    this.#state = state
    clearTimeout(this.#timer)
    if (state.role !== "released") this.#timer = setTimeout(() => this.#take({ _tag: "Tick" }), tickIn(state))
    for (const output of outputs) this.#do(output)
  }

  async #ask({ request, ask }: Extract<LeaseOutput, { readonly _tag: "Ask" }>): Promise<void> {
    const answer = await this.#store.ask(ask)
    if (answer._tag !== "Unreachable") this.#contact.answered()
    this.#take({ _tag: "Answer", request, answer })
  }

  #do(output: LeaseOutput): void {
    switch (output._tag) {
      case "Ask":
        return void this.#ask(output)
      case "Acquired":
        this.#lost = Deferred.makeUnsafe()
        Deferred.doneUnsafe(this.#acquired, Exit.void)
        return
      case "Lost":
        this.#acquired = Deferred.makeUnsafe()
        Deferred.doneUnsafe(this.#lost, Exit.succeed(reasons[output.why]))
        return
      case "HeldBy":
        return this.#emit({ _tag: "HeldBy", holder: output.holder.replace(/#[^#]*$/, "") })
      case "Kept":
        return this.#emit({ _tag: "Kept" })
      case "Released":
        Deferred.doneUnsafe(this.#released, Exit.void)
        return
    }
  }
}

const ignore = (): void => {}
