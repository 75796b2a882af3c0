/** The input of a lane: its bounds, its overflow policy, its block timeout. */
import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Latch from "effect/Latch"
import { type Envelope, SinkError, type Store, type StoreLimits } from "@boltodds/sink"
import { coalescedBounds, defaultBatch, defaultBounds, type LaneOptions } from "../LaneOptions.ts"
import { memoryStore } from "../stores/memory/memoryStore.ts"
import { type Admission, block, dropOldest, type Overflow } from "./Overflow.ts"
import { LaneCounters } from "../counters/LaneCounters.ts"
import { LossLog } from "../counters/LossLog.ts"
import { BlockTimeout } from "./BlockTimeout.ts"
import { breakerWait, type CircuitBreaker, closedBreaker } from "../delivery/CircuitBreaker.ts"
import type { LaneDelivery } from "../counters/LaneDelivery.ts"
import type { LaneEvent } from "../LaneEvent.ts"

/** Why a lane takes nothing more. */
export type CloseReason = "closed" | "disabled" | "ended"

/** Everything here is synchronous, within the turn of the push: opening a latch may run the fiber that waits for it. */
export class Intake<A> {
  readonly store: Store<A>
  readonly counters: LaneCounters<A>
  readonly losses: LossLog
  readonly blockTimeout: BlockTimeout
  readonly batch: StoreLimits
  readonly onEvent: NonNullable<LaneOptions<A>["onEvent"]>
  /** Open while there may be something to do. */
  readonly work = Latch.makeUnsafe(false)
  /** Open once a batch has lingered long enough. */
  readonly due = Latch.makeUnsafe(false)
  readonly room = Latch.makeUnsafe(true)
  /** When the oldest that wait arrived. */
  waitingSince: number
  closedBy: CloseReason | undefined
  /** Of the destination; the delivery keeps it. */
  breaker: CircuitBreaker = closedBreaker
  #lastError: { readonly text: string; readonly at: number } | undefined
  readonly #bounds: StoreLimits
  readonly #overflow: Overflow<A>
  readonly #clock: Clock.Clock
  readonly #onFailed: (error: SinkError) => void

  /** `onFailed` is called when a policy disables the lane. */
  constructor(options: LaneOptions<A>, clock: Clock.Clock, onFailed: (error: SinkError) => void) {
    this.#clock = clock
    this.#onFailed = onFailed
    this.#overflow = options.overflow ?? block<A>()
    this.#bounds = { ...this.#overflow.name === "coalesce" ? coalescedBounds : defaultBounds, ...options.bounds }
    this.batch = { ...defaultBatch, ...options.batch }
    this.store = options.store ?? this.#overflow.store?.() ?? memoryStore<A>()
    this.counters = new LaneCounters(this.store, options)
    this.onEvent = (event) => {
      this.#note(event)
      options.onEvent?.(event)
    }
    this.losses = new LossLog(this.onEvent)
    this.waitingSince = this.now()
    this.blockTimeout = new BlockTimeout({
      span: this.#overflow.blockTimeout,
      now: () => this.now(),
      onLost: (after) => this.#shedHalf(after),
    })
  }

  /** Monotonic, in milliseconds. */
  now(): number {
    return Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  /** Wall clock, in milliseconds. */
  wall(): number {
    return this.#clock.currentTimeMillisUnsafe()
  }

  push(envelopes: ReadonlyArray<Envelope<A>>): boolean {
    if (envelopes.length === 0) return this.closedBy !== undefined || this.room.isOpen()
    const { counters, store } = this
    counters.received(envelopes.length)
    if (this.closedBy !== undefined) {
      counters.dropped(envelopes, this.closedBy)
      return true
    }
    if (store.waiting === 0) this.waitingSince = this.now()
    const { room, dropped, coalesced, failed } = this.#admit(envelopes)
    if (dropped !== undefined) this.lost(dropped, this.#overflow.name)
    if (coalesced !== undefined) counters.coalesced(coalesced)
    if (failed === true) {
      this.#fail()
      return true
    }
    if (!room) {
      this.room.closeUnsafe()
      this.blockTimeout.waits()
    }
    if (!room || this.hasBatch) this.due.openUnsafe()
    this.work.openUnsafe()
    return room
  }

  /** How it gets on with the destination. */
  get delivery(): LaneDelivery {
    const oldest = this.store.oldest?.()
    return {
      oldestMillis: oldest === undefined ? undefined : Math.max(0, this.wall() - oldest),
      failures: this.breaker.failures,
      openMillis: breakerWait(this.breaker, this.now()),
      lastError: this.#lastError?.text,
      lastErrorAt: this.#lastError?.at,
    }
  }

  /** Whether a whole batch waits. */
  get hasBatch(): boolean {
    return this.store.waiting >= this.batch.records || this.store.waitingBytes >= this.batch.bytes
  }

  /** Lost, and no longer in the store. */
  lost(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    this.counters.dropped(envelopes, reason)
    this.losses.lost(envelopes.length, reason, this.now())
  }

  /** Lets the source continue where there is room. */
  makeRoom(): void {
    const { records, bytes } = this.store
    if (records > this.#bounds.records / 2 || bytes > this.#bounds.bytes / 2) return
    this.blockTimeout.goesOn()
    this.room.openUnsafe()
  }

  close(reason: CloseReason): void {
    this.closedBy = reason
    this.blockTimeout.goesOn()
    this.losses.settle(Infinity)
    // The source that this wakes may push at once.
    this.room.openUnsafe()
  }

  #admit(envelopes: ReadonlyArray<Envelope<A>>): Admission<A> {
    const before = this.store.records
    try {
      const policy = this.blockTimeout.isLost ? dropOldest<A>() : this.#overflow
      return policy.admit(this.store, envelopes, this.#bounds, this.wall())
    } catch (cause) {
      // A durable store that cannot commit (a full disk): what it did not take is lost, counted and reported.
      const refused = envelopes.slice(Math.max(0, this.store.records - before))
      this.counters.dropped(refused, "store_failed")
      this.losses.refused(refused.length, cause, this.now())
      return { room: true }
    }
  }

  #fail(): void {
    const { records, bytes } = this.#bounds
    const cause = new Error(`more waits than the lane may hold (${records} records, ${bytes} bytes)`)
    const error = new SinkError({ rest: "disable", cause })
    this.onEvent({ _tag: "Disabled", error, lost: this.store.waiting })
    this.#onFailed(error)
  }

  #shedHalf(after: Duration.Duration): void {
    this.onEvent({ _tag: "BlockTimedOut", after })
    const half = { records: Math.floor(this.#bounds.records / 2), bytes: Math.floor(this.#bounds.bytes / 2) }
    try {
      this.lost(this.store.dropUntil(half), this.#overflow.name)
    } catch (cause) {
      // Nothing was dropped, but the source must not wait without end for a store that cannot be read.
      this.onEvent({ _tag: "StoreFailed", cause, lost: 0 })
    }
    this.room.openUnsafe()
    this.work.openUnsafe()
  }

  /** A reader that closed in peace is no failure. */
  #note(event: LaneEvent): void {
    if (event._tag === "Ended") return
    const cause = "error" in event ? event.error.cause : "cause" in event ? event.cause : undefined
    if (cause === undefined) return
    this.#lastError = { text: cause instanceof Error ? cause.message : String(cause), at: this.wall() }
  }
}
