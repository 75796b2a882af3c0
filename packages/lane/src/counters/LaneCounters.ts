/** The counters of one lane: each envelope is in exactly one column. */
import { type Envelope, envelopeBytes, type Store } from "@boltodds/sink"
import type { Millis } from "@boltodds/protocol"
import type { LaneCounts, LaneStatus } from "./LaneCounts.ts"
import type { LaneOptions } from "../LaneOptions.ts"
import { LaneReader } from "../reader/LaneReader.ts"

/**
 * `fixed`: the store is durable; a batch is sent as it was stored, after a crash too, and reports of losses go by
 * themselves · `merging`: a batch that failed is merged with what waits · `queue`: a batch that failed is tried again as
 * it is, with newer reports at its head.
 */
export type BatchMode = "fixed" | "merging" | "queue"

/** The mode of a store: decided once for each lane. */
export const batchModeOf = <A>({ isDurable, requeue }: Store<A>): BatchMode =>
  isDurable === true ? "fixed" : requeue === undefined ? "queue" : "merging"

/**
 * Counts what a lane does with its store.
 *
 * A store may fail in the middle of anything. What it still holds then is pending, whatever became of it elsewhere: so
 * the columns are moved by what the store says it holds, and add up also where it has thrown.
 */
export class LaneCounters<A> {
  readonly store: Store<A>
  readonly mode: BatchMode
  readonly reader: LaneReader<A>
  #received = 0
  #delivered = 0
  #coalesced = 0
  #replaced = 0
  #dropped = 0
  #expired = 0
  #deadLettered = 0
  #deliveredBytes = 0
  #batches = 0
  readonly #losses = new Map<string, number>()
  retries = 0

  constructor(store: Store<A>, options: Pick<LaneOptions<A>, "run" | "notice" | "gameResnapshots" | "parallel">) {
    const { run, notice, gameResnapshots, parallel } = options
    this.store = store
    this.mode = batchModeOf(store)
    const mark = (isLossy: boolean): void => store.markLossy?.(isLossy)
    // Of what a durable store gave several batches are being written then that cannot be sent otherwise than before.
    const isFixed = this.mode === "fixed" && parallel !== undefined
    this.reader = new LaneReader({ run, notice, sessions: isFixed ? undefined : gameResnapshots?.sessions, mark })
  }

  get counts(): LaneCounts {
    return {
      in: this.#received + this.reader.made,
      restored: this.store.restored,
      delivered: this.#delivered,
      coalesced: this.#coalesced,
      replaced: this.#replaced,
      dropped: this.#dropped,
      expired: this.#expired,
      deadLettered: this.#deadLettered,
      pending: this.store.records + this.reader.inFlight,
      pendingBytes: this.store.bytes + this.reader.bytes,
      deliveredBytes: this.#deliveredBytes,
      batches: this.#batches,
      retries: this.retries,
      resnapshots: this.reader.resnapshots,
      gameResnapshots: this.reader.gameResnapshots,
    }
  }

  get status(): LaneStatus {
    const { store } = this
    return {
      isLossy: this.reader.isIncomplete,
      losses: Object.fromEntries(this.#losses),
      isKept: this.mode === "fixed" && store.isIntact?.() !== false,
    }
  }

  received(count: number): void {
    this.#received += count
  }

  coalesced(count: number): void {
    this.#coalesced += count
  }

  /** Lost, and no longer in the store. */
  dropped(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    this.#dropped += envelopes.length
    this.#lose(envelopes, reason)
  }

  /** Grown too old, and no longer in the store. */
  expired(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#expired += envelopes.length
    this.#lose(envelopes, "expired")
  }

  delivered(envelopes: ReadonlyArray<Envelope<A>>): void {
    if (envelopes.length === 0) return
    const held = this.reader.onDelivered(envelopes)
    this.#batches += 1
    this.#delivered += envelopes.length - held.length
    for (let index = 0; index < envelopes.length; index++) this.#deliveredBytes += envelopeBytes(envelopes[index]!)
    this.#leave(() => this.store.settle(held), (count) => this.#delivered += count)
  }

  /** Taken, and refused for good. */
  deadLettered(envelopes: ReadonlyArray<Envelope<A>>, reason: string, now: Millis): void {
    const { store } = this
    const held = this.reader.onFailed(envelopes)
    this.#deadLettered += envelopes.length - held.length
    this.#lose(held, "dead_letter")
    this.#leave(
      () => store.deadLetter === undefined ? store.settle(held) : store.deadLetter(held, reason, now),
      (count) => this.#deadLettered += count,
    )
  }

  /** Taken, and lost. A report that is lost is made again: its own loss is not reported. */
  lost(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    const held = this.#letGo(envelopes)
    this.#lose(held, reason)
    this.#leave(() => this.store.settle(held), (count) => this.#dropped += count)
  }

  /** Taken, and grown too old while it was tried. */
  expiredInFlight(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#lose(envelopes, "expired")
    this.#leave(() => this.store.settle(envelopes), (count) => this.#expired += count)
  }

  /** Taken, and to be tried again with what waits. The lane's own reports are made anew. */
  requeued(envelopes: ReadonlyArray<Envelope<A>>): void {
    const held = this.#fold(envelopes)
    const { store } = this
    if (held.length > 0) this.#leave(() => store.requeue?.(held), (count) => this.#coalesced += count)
  }

  /** Of a resnapshot, and refused for good. */
  leftOut(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.reader.onLeftOut(envelopes)
    this.#deadLettered += envelopes.length
    this.#losses.set("dead_letter", (this.#losses.get("dead_letter") ?? 0) + envelopes.length)
  }

  /** A resnapshot, or the rest of one, that a newer one replaces. */
  replaced(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.reader.onFailed(envelopes)
    this.#replaced += envelopes.length
  }

  /** Taken, and not to be delivered: the resnapshot that follows says more. */
  withheld(envelopes: ReadonlyArray<Envelope<A>>): void {
    if (envelopes.length === 0) return
    this.#leave(() => this.store.settle(envelopes), (count) => this.#replaced += count)
  }

  /** Returns these without the reports among them, which are merged into newer ones. */
  renewed(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    return this.#fold(envelopes)
  }

  /** Nothing more will be delivered, these neither, which were taken. A durable store keeps them for its next opening. */
  left(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    if (this.mode === "fixed") this.#letGo(envelopes)
    else this.lost(envelopes, reason)
  }

  /** Nothing more will be delivered of what waits: as {@link left}. */
  abandon(reason: string): void {
    if (this.mode !== "fixed") this.dropped(this.store.clear(), reason)
  }

  #lose(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    if (envelopes.length === 0) return
    this.#losses.set(reason, (this.#losses.get(reason) ?? 0) + envelopes.length)
    this.reader.onLoss(envelopes, reason)
  }

  /** Drops what the lane made itself; returns the others. */
  #letGo(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const held = this.reader.onFailed(envelopes)
    this.#dropped += envelopes.length - held.length
    return held
  }

  #fold(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const held = this.reader.onFailed(envelopes)
    this.#coalesced += envelopes.length - held.length
    return held
  }

  /** Enters as many as the store holds fewer afterwards. */
  #leave(act: () => void, enter: (count: number) => void): void {
    const before = this.store.records
    try {
      act()
    } finally {
      enter(before - this.store.records)
    }
  }
}
