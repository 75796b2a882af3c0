/** A batch through all its attempts. */
import type { Millis } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type BreakerPolicy, defaultBreaker } from "./BreakerPolicy.ts"
import type { Batch, Envelope, Sink, SinkError } from "@boltodds/sink"
import type { LaneEnd } from "../LaneEnd.ts"
import { defaultRetry, retryDelay, type RetryPolicy } from "./RetryPolicy.ts"
import { batchId } from "./batchId.ts"
import { errorOf } from "./errorOf.ts"
import type { Intake } from "../input/Intake.ts"
import { DeliveryAccounting } from "./DeliveryAccounting.ts"
import { isRestoring } from "../reader/isRestoring.ts"
import { startOf } from "../reader/startOf.ts"
import { middleOf, sizeOf, WorkingSize } from "./WorkingSize.ts"
import { withLossReports } from "../reader/withLossReports.ts"

/** What of the options of a lane concerns its attempts. */
export interface AttemptOptions {
  readonly run?: string | undefined
  readonly retry?: Partial<RetryPolicy> | undefined
  readonly breaker?: Partial<BreakerPolicy> | undefined
  /** In milliseconds of the wall clock. */
  readonly maxAge: number | undefined
  /** Present where everything is told again after a loss. */
  readonly resnapshot?: unknown
}

/** Between two tries to tell of a loss. */
const pause = Duration.seconds(1)

type Delivered = Effect.Effect<LaneEnd | undefined>

/** Tries what is left of a batch once more. */
type Again<A> = (rest: ReadonlyArray<Envelope<A>>, attempt: number) => Delivered

/** Tries batches, enters what becomes of them, and waits between the tries. */
export class DeliveryAttempts<A> {
  readonly #sink: Sink<A>
  readonly #intake: Intake<A>
  readonly #run: string
  readonly #retry: RetryPolicy
  readonly #maxAge: number | undefined
  readonly #sendsResnapshots: boolean
  readonly #outcomes: DeliveryAccounting<A>
  readonly #size = new WorkingSize()
  /** Where what failed is merged with what waits: what is to wait again once the whole batch has been gone through. */
  readonly unfinished: Array<Envelope<A>> = []
  end: LaneEnd | undefined
  /** The destination refused something of the lane's own for its size alone. */
  isRefused = false
  /** What is being written now: more than one batch where parts of one are delivered side by side. */
  readonly #writing = new Set<ReadonlyArray<Envelope<A>>>()
  /** Of the batch that failed last: where what failed is merged with what waits, the next may be the same or not. */
  #failed: { readonly id: string; readonly attempt: number } | undefined

  constructor(sink: Sink<A>, intake: Intake<A>, { run, retry, breaker, maxAge, resnapshot }: AttemptOptions) {
    this.#sink = sink
    this.#intake = intake
    this.#run = run ?? ""
    this.#retry = { ...defaultRetry, ...retry }
    this.#maxAge = maxAge
    this.#sendsResnapshots = resnapshot !== undefined
    this.#outcomes = new DeliveryAccounting(intake, { ...defaultBreaker, ...breaker })
  }

  /** How long nothing may be tried, in milliseconds. */
  get wait(): number {
    return this.#outcomes.wait
  }

  /** Returns when these are delivered, lost, or unfinished. What must be told of losses goes with them. */
  made(envelopes: ReadonlyArray<Envelope<A>>, attempt = 1): Delivered {
    return this.#when(envelopes, () => {
      const young = this.#fresh(envelopes)
      const { ledger: { notices }, store } = this.#intake
      if (notices.lacksGames) {
        const isTried = store.isDurable === true && attempt > 1 && young.length === envelopes.length
        if (!this.#canMark(young, isTried)) notices.loseEverything()
      }
      const fresh = this.#withhold(young, attempt)
      if (fresh.length === 0) return Effect.undefined
      const now = this.#intake.now()
      if (this.#size.isOver(fresh, now)) return this.#inHalves(fresh, (half) => this.made(half))
      const isDue = notices.isDue(now)
      if (store.isDurable === true && !notices.isOwn(fresh[0]!)) {
        // By themselves, until they have been heard.
        if (isDue) {
          return Effect.flatMap(this.made(notices.take(now)), () => this.#heard(() => this.made(fresh, attempt)))
        }
        return this.#write(fresh, attempt, (rest, next) => this.made(rest, next))
      }
      // Those that failed with a batch are merged with the newer ones: or a long outage would make more and more of them.
      const led = withLossReports(notices, isDue ? this.#intake.ledger.renewed(fresh) : fresh, now)
      return this.#write(led, attempt, (rest, next) => this.made(rest, next))
    })
  }

  /**
   * Tries what was told again at this time. Behind newer losses it would be history, and where it has grown too old it is
   * made anew.
   */
  news(envelopes: ReadonlyArray<Envelope<A>>, since: Millis, attempt = 1): Delivered {
    return this.#when(envelopes, () => {
      const { ledger } = this.#intake
      if (ledger.notices.isNewsObsolete || this.#intake.wall() - since > (this.#maxAge ?? Infinity)) {
        ledger.replaced(envelopes)
        return Effect.undefined
      }
      // A piece that has waited for those before it is not older for that.
      const piece = (part: ReadonlyArray<Envelope<A>>): Delivered => this.news(part, this.#intake.wall())
      if (this.#size.isOver(envelopes, this.#intake.now())) return this.#inHalves(envelopes, piece)
      // What a processor had held back goes out ahead of its beginning: not behind a hole of which nobody has heard.
      const due = ledger.notices.takeDue(this.#intake.now())
      const led = due.length === 0 ? envelopes : [...due, ...envelopes]
      return this.#write(led, attempt, (rest, next) => next === 1 ? piece(rest) : this.news(rest, since, next))
    })
  }

  /**
   * Whether readers can be kept from believing what is older than a loss in its game. Not where a stream begins, which
   * makes them forget what they know of single games; not in what a durable store gave, which is sent as it was made, after
   * a crash too; not in what it gave and was tried before, where nothing may be left out either; and not in what is being
   * written beside this.
   */
  #canMark(envelopes: ReadonlyArray<Envelope<A>>, isTried: boolean): boolean {
    const { ledger: { notices }, store } = this.#intake
    if (startOf(envelopes) !== -1 || (isTried && notices.areOutdated(envelopes))) return false
    if (store.isDurable === true && notices.needMarks(envelopes)) return false
    for (const others of this.#writing) if (notices.areOutdated(others)) return false
    return true
  }

  /** Two or more envelopes, in two batches of about the same size. */
  #inHalves(envelopes: ReadonlyArray<Envelope<A>>, go: (half: ReadonlyArray<Envelope<A>>) => Delivered): Delivered {
    const middle = middleOf(envelopes)
    return this.#apart([envelopes.slice(0, middle), envelopes.slice(middle)], go)
  }

  /** One batch after another. What stands after one that waits again waits too. */
  #apart(
    parts: ReadonlyArray<ReadonlyArray<Envelope<A>>>,
    go: (part: ReadonlyArray<Envelope<A>>) => Delivered,
  ): Delivered {
    const filled = parts.filter(({ length }) => length > 0)
    // The last first: each becomes the batch that follows the one it was cut from.
    for (const part of filled.slice(1).toReversed()) this.#intake.store.split?.(part)
    const each = Effect.forEach(filled, (part) =>
      Effect.suspend(() => {
        if (this.unfinished.length === 0) return go(part)
        for (const envelope of part) this.unfinished.push(envelope)
        return Effect.undefined
      }), { discard: true })
    return Effect.map(each, () => this.end)
  }

  /** Where the news was lost it is not told again at once: a sink may lose everything. */
  #heard(then: () => Delivered): Delivered {
    const isLost = this.#intake.ledger.notices.isDue(this.#intake.now())
    return isLost && this.end === undefined ? Effect.andThen(Effect.sleep(pause), Effect.suspend(then)) : then()
  }

  /** Once something may be tried. */
  #when(envelopes: ReadonlyArray<Envelope<A>>, go: () => Delivered): Delivered {
    return Effect.suspend(() => {
      if (envelopes.length === 0) return Effect.succeed(this.end)
      if (this.end !== undefined) {
        this.#intake.ledger.left(envelopes, reasonOf(this.end._tag))
        return Effect.succeed(this.end)
      }
      const { wait } = this
      return wait > 0 ? Effect.andThen(Effect.sleep(Duration.millis(wait)), this.#when(envelopes, go)) : go()
    })
  }

  #write(envelopes: ReadonlyArray<Envelope<A>>, attempt: number, again: Again<A>): Delivered {
    const write = Effect.suspend(() => {
      this.#writing.add(envelopes)
      return this.#sink.write(this.#batchOf(envelopes, attempt))
    })
    return Effect.matchCauseEffect(write, {
      onSuccess: () => {
        this.#writing.delete(envelopes)
        this.#failed = undefined
        this.#outcomes.delivered(envelopes)
        return Effect.undefined
      },
      onFailure: (cause) => {
        this.#writing.delete(envelopes)
        return this.#failedWith(envelopes, attempt, errorOf(cause), again)
      },
    })
  }

  /** Those that are not too old; the others are entered. */
  #fresh(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#maxAge === undefined) return envelopes
    const { ledger, losses, store } = this.#intake
    const old = store.older(envelopes, this.#intake.wall() - this.#maxAge)
    if (old.length === 0) return envelopes
    ledger.outlived(old)
    losses.lost(old.length, "expired", this.#intake.now())
    this.#intake.makeRoom()
    const gone = new Set(old)
    return envelopes.filter((envelope) => !gone.has(envelope))
  }

  /**
   * Those that may be told. After a loss what says that something is good again waits for a resnapshot, which says more
   * (after one of single games, what says so of them); where none can follow, all of it is told. What a durable store gave is the same batch in all its attempts.
   */
  #withhold(envelopes: ReadonlyArray<Envelope<A>>, attempt: number): ReadonlyArray<Envelope<A>> {
    const { ledger, store } = this.#intake
    const { notices } = ledger
    if (!this.#sendsResnapshots || !notices.wantsResnapshot) return envelopes
    if (store.isDurable === true && attempt > 1 && notices.isLossy) return envelopes
    const isWithheld = notices.isLossy ? isRestoring : (envelope: Envelope<A>) => notices.isRestored(envelope)
    const withheld = envelopes.filter(isWithheld)
    if (withheld.length === 0) return envelopes
    ledger.withheld(withheld)
    this.#intake.makeRoom()
    return envelopes.filter((envelope) => !isWithheld(envelope))
  }

  #failedWith(envelopes: ReadonlyArray<Envelope<A>>, attempt: number, error: SinkError, again: Again<A>): Delivered {
    const { ledger, onEvent, store } = this.#intake
    const rest = this.#outcomes.enter(envelopes, error)
    if (error.isNewReader === true) ledger.notices.begin(rest[0] ?? envelopes[envelopes.length - 1]!, "takeover")
    switch (error.rest) {
      case "retry":
        if (rest.length === 0) return Effect.undefined
        if (error.tooLarge !== undefined && error.tooLarge > 0) {
          return this.#tooLarge(rest, error.tooLarge, error, again)
        }
        // Nothing is wrong with the new one.
        if (error.isNewReader === true) {
          return Effect.andThen(
            Effect.yieldNow,
            Effect.suspend(() => again(rest, attempt)),
          )
        }
        return this.#later(rest, attempt, error, again)
      case "degrade":
        if (rest.length === 0) return Effect.undefined
        ledger.lost(rest, "degraded")
        this.#outcomes.trouble({ _tag: "Degraded", error, lost: rest.length })
        this.#outcomes.countFailure(error)
        return Effect.undefined
      case "disable":
      case "end": {
        const _tag = error.rest === "end" ? "Ended" : "Disabled"
        const lost = store.isDurable === true ? 0 : rest.length + store.waiting
        ledger.left(rest, reasonOf(_tag))
        this.end = { _tag, error }
        onEvent({ _tag, error, lost })
        return Effect.succeed(this.end)
      }
    }
  }

  /** The destination refuses the first `count` of these for their size. */
  #tooLarge(
    envelopes: ReadonlyArray<Envelope<A>>,
    count: number,
    error: SinkError,
    again: Again<A>,
  ): Delivered {
    this.#failed = undefined
    const refused = envelopes.slice(0, count)
    const rest = envelopes.slice(count)
    const go = (part: ReadonlyArray<Envelope<A>>): Delivered => again(part, 1)
    const bytes = sizeOf(refused)
    if (refused.length === 1) {
      const isOwn = this.#intake.ledger.notices.isOwn(refused[0]!)
      if (isOwn && refused[0]!._tag === "Record") this.#outcomes.leaveOut(refused, error)
      else this.#outcomes.deadLetter(refused, error)
      if (isOwn) this.isRefused = true
      this.#outcomes.countFailure(error)
      return this.#apart([rest], go)
    }
    this.#size.refuse(bytes, this.#intake.now())
    this.#outcomes.trouble({ _tag: "Halved", error, records: refused.length, bytes })
    const middle = middleOf(refused)
    return this.#apart([refused.slice(0, middle), refused.slice(middle), rest], go)
  }

  #later(rest: ReadonlyArray<Envelope<A>>, attempt: number, error: SinkError, again: Again<A>): Delivered {
    const { ledger, store } = this.#intake
    const merges = store.requeue !== undefined
    // What is merged with what waits is another batch each time; its tries are counted all the same.
    const tries = merges ? (this.#failed?.attempt ?? 0) + 1 : attempt
    this.#outcomes.countFailure(error)
    if (tries >= this.#retry.attempts) {
      this.#failed = undefined
      this.#outcomes.deadLetter(rest, error)
      return Effect.undefined
    }
    if (merges) this.#failed = { id: batchId(this.#run, rest), attempt: tries }
    return Effect.flatMap(retryDelay(this.#retry, tries, error.retryAfter), (delay) => {
      ledger.retries += 1
      this.#outcomes.trouble({ _tag: "Retrying", error, attempt: tries, delay })
      const go = (): Delivered => {
        if (!merges) return again(rest, attempt + 1)
        for (let index = 0; index < rest.length; index++) this.unfinished.push(rest[index]!)
        return Effect.undefined
      }
      return Effect.andThen(Effect.sleep(delay), Effect.suspend(go))
    })
  }

  #batchOf(envelopes: ReadonlyArray<Envelope<A>>, attempt: number): Batch<A> {
    const id = batchId(this.#run, envelopes)
    const { store } = this.#intake
    const superseded = store.superseded?.(envelopes)
    const term = envelopes[0]!.term ?? store.term
    return {
      id,
      run: this.#run,
      ...term === undefined ? {} : { term },
      attempt: this.#failed?.id === id ? this.#failed.attempt + 1 : attempt,
      envelopes: this.#intake.ledger.notices.marked(envelopes),
      ...superseded === undefined ? {} : { superseded },
    }
  }
}

const reasonOf = (tag: LaneEnd["_tag"]): string => tag === "Ended" ? "ended" : "disabled"
