/** The books of one lane: every envelope is in exactly one column. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "../Envelope.ts"
import type { LaneCounts } from "../LaneCounts.ts"
import { addLoss, joinLosses, type Loss } from "../Loss.ts"
import { bytesOf, type Store } from "../Store.ts"

/** Between two `dropped` controls of one lane. */
const noticeMillis = 1_000

type Notice<A> = (loss: Loss) => Envelope<A>

/** Counts what a lane does with its store, and remembers which losses its readers have not heard of. */
export class Ledger<A> {
  readonly store: Store<A>
  readonly #notice: Notice<A> | undefined
  readonly #unsaid = new Map<string, Loss>()
  /** Notices in the batch under way, and the losses they tell of. They are in no store. */
  readonly #saying = new Map<Envelope<A>, Loss>()
  #saidAt = -Infinity
  #in = 0
  #delivered = 0
  #coalesced = 0
  #dropped = 0
  #deadLettered = 0
  #deliveredBytes = 0
  #batches = 0
  retries = 0

  constructor(store: Store<A>, notice: Notice<A> | undefined) {
    this.store = store
    this.#notice = notice
  }

  get counts(): LaneCounts {
    let noticeBytes = 0
    for (const envelope of this.#saying.keys()) noticeBytes += bytesOf(envelope)
    return {
      in: this.#in,
      restored: this.store.restored,
      delivered: this.#delivered,
      coalesced: this.#coalesced,
      dropped: this.#dropped,
      expired: 0,
      deadLettered: this.#deadLettered,
      pending: this.store.records + this.#saying.size,
      pendingBytes: this.store.bytes + noticeBytes,
      deliveredBytes: this.#deliveredBytes,
      batches: this.#batches,
      retries: this.retries,
    }
  }

  received(count: number): void {
    this.#in += count
  }

  coalesced(count: number): void {
    this.#coalesced += count
  }

  /** Lost, and no longer in the store. */
  dropped(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    this.#dropped += envelopes.length
    if (this.#notice === undefined) return
    const loss = addLoss(this.#unsaid.get(reason), reason, envelopes)
    if (loss !== undefined) this.#unsaid.set(reason, loss)
  }

  /** When the next notice is due: undefined while there is nothing to tell. */
  get noticeDue(): Millis | undefined {
    return this.#unsaid.size === 0 ? undefined : this.#saidAt + noticeMillis
  }

  /** The notices of all losses that have not been told: they go ahead of the next batch. */
  takeNotices(now: Millis): ReadonlyArray<Envelope<A>> {
    const notice = this.#notice
    if (notice === undefined) return []
    this.#saidAt = now
    const notices: Array<Envelope<A>> = []
    for (const loss of this.#unsaid.values()) {
      const envelope = notice(loss)
      this.#saying.set(envelope, loss)
      notices.push(envelope)
    }
    this.#unsaid.clear()
    this.#in += notices.length
    return notices
  }

  delivered(envelopes: ReadonlyArray<Envelope<A>>): void {
    if (envelopes.length === 0) return
    this.#batches += 1
    this.#delivered += envelopes.length
    for (let index = 0; index < envelopes.length; index++) this.#deliveredBytes += bytesOf(envelopes[index]!)
    this.#settle(envelopes)
  }

  deadLettered(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#deadLettered += envelopes.length
    this.#settle(envelopes)
  }

  /** Taken, and lost. A notice that is lost is told again: its own loss is no news. */
  lost(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    const retold = envelopes.filter((envelope) => this.#saying.has(envelope)).map((envelope) =>
      this.#saying.get(envelope)!
    )
    const held = this.#settle(envelopes)
    this.#dropped += envelopes.length - held.length
    for (const loss of retold) this.#unsaid.set(loss.reason, joinLosses(loss, this.#unsaid.get(loss.reason)))
    this.dropped(held, reason)
  }

  /** Lets go of what was taken; gives back what of it was in the store. */
  #settle(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#saying.size === 0) {
      this.store.settle(envelopes)
      return envelopes
    }
    const held = envelopes.filter((envelope) => !this.#saying.delete(envelope))
    this.store.settle(held)
    return held
  }
}
