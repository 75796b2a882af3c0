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
  /** What is under way and in no store: notices, with the losses they tell of, and what is told again. */
  readonly #saying = new Map<Envelope<A>, Loss | undefined>()
  /** What was told last. */
  #told: ReadonlyArray<Loss> = []
  #saidAt = -Infinity
  #in = 0
  #delivered = 0
  #coalesced = 0
  #dropped = 0
  #expired = 0
  #deadLettered = 0
  /** Something was lost since the readers were last told everything: they cannot know the whole any more. */
  isLossy = false
  /** How often something was lost. */
  losses = 0
  /** The readers have been told that they do not know the whole: further losses are no hurry. */
  #areReadersAware = false
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
      expired: this.#expired,
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
    this.#owe(envelopes, reason)
  }

  /** Grown too old, and no longer in the store. */
  expired(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#expired += envelopes.length
    this.#owe(envelopes, "expired")
  }

  /** The readers are owed the news of a loss. */
  #owe(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    if (envelopes.length === 0) return
    this.losses += 1
    this.isLossy = true
    if (this.#notice === undefined) return
    const loss = addLoss(this.#unsaid.get(reason), reason, envelopes)
    if (loss !== undefined) this.#unsaid.set(reason, loss)
  }

  /** When the next notice is due by itself: undefined while there is nothing to tell. */
  get noticeDue(): Millis | undefined {
    return this.#unsaid.size === 0 ? undefined : this.#saidAt + noticeMillis
  }

  /**
   * What the readers must hear before anything else: all losses where they believe that they know the whole, since nothing
   * may arrive behind a hole that they have not heard of; otherwise those that are due.
   */
  dueNotices(now: Millis): ReadonlyArray<Envelope<A>> {
    const due = this.noticeDue
    return due === undefined || (this.#areReadersAware && now < due) ? [] : this.takeNotices(now)
  }

  /**
   * What must be told behind a `stream_started` that was waiting: it makes readers forget that they do not know the whole.
   */
  noticesBehindStart(now: Millis): ReadonlyArray<Envelope<A>> {
    if (!this.isLossy) return []
    const told = this.#told
    if (this.#unsaid.size === 0) { for (const loss of told) this.#unsaid.set(loss.reason, loss) }
    return this.takeNotices(now)
  }

  /** Whether this is something that the lane itself says. */
  says(envelope: Envelope<A>): boolean {
    return this.#saying.has(envelope)
  }

  /** Everything, told again: it follows upon the news of all losses so far, and the readers know the whole behind it. */
  takeNews(told: ReadonlyArray<Envelope<A>>, now: Millis): ReadonlyArray<Envelope<A>> {
    const notices = this.takeNotices(now)
    this.isLossy = false
    this.#areReadersAware = false
    this.#in += told.length
    for (const envelope of told) this.#saying.set(envelope, undefined)
    return [...notices, ...told]
  }

  /** The notices of all losses that have not been told: they go ahead of the next batch. */
  takeNotices(now: Millis): ReadonlyArray<Envelope<A>> {
    const notice = this.#notice
    if (notice === undefined) return []
    this.#saidAt = now
    this.#areReadersAware = true
    const notices: Array<Envelope<A>> = []
    for (const loss of this.#unsaid.values()) {
      const envelope = notice(loss)
      this.#saying.set(envelope, loss)
      notices.push(envelope)
    }
    if (notices.length > 0) this.#told = [...this.#unsaid.values()]
    this.#unsaid.clear()
    this.#in += notices.length
    return notices
  }

  delivered(envelopes: ReadonlyArray<Envelope<A>>): void {
    if (envelopes.length === 0) return
    this.#batches += 1
    this.#delivered += envelopes.length
    for (let index = 0; index < envelopes.length; index++) this.#deliveredBytes += bytesOf(envelopes[index]!)
    this.store.settle(this.#unsay(envelopes))
  }

  /** Taken, and refused for good. */
  deadLettered(envelopes: ReadonlyArray<Envelope<A>>, reason: string, now: Millis): void {
    this.#deadLettered += envelopes.length
    const { store } = this
    const held = this.#retell(envelopes)
    if (store.bury === undefined) store.settle(held)
    else store.bury(held, reason, now)
    this.#owe(held, "dead_letter")
  }

  /** Taken, and lost. A notice that is lost is told again: its own loss is no news. */
  lost(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    this.dropped(this.#letGo(envelopes), reason)
  }

  /** Taken, and grown too old while it was tried. */
  outlived(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.expired(this.#letGo(envelopes))
  }

  /** Taken, and to be tried again with what waits. A notice among them is told anew. */
  givenBack(envelopes: ReadonlyArray<Envelope<A>>): void {
    const held = this.#retell(envelopes)
    this.#coalesced += envelopes.length - held.length + (this.store.giveBack?.(held) ?? 0)
  }

  /** Nothing more will be delivered, these neither, which were taken. A durable store keeps them for its next opening. */
  left(envelopes: ReadonlyArray<Envelope<A>>, reason: string): void {
    if (this.store.isDurable === true) this.#dropped += envelopes.length - this.#retell(envelopes).length
    else this.lost(envelopes, reason)
  }

  /** Nothing more will be delivered of what waits: as {@link left}. */
  abandon(reason: string): void {
    if (this.store.isDurable !== true) this.dropped(this.store.clear(), reason)
  }

  #letGo(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const held = this.#retell(envelopes)
    this.#dropped += envelopes.length - held.length
    this.store.settle(held)
    return held
  }

  /** What the lane itself says among these will be said anew; gives the others. */
  #retell(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#saying.size === 0) return envelopes
    for (const envelope of envelopes) {
      if (!this.#saying.has(envelope)) continue
      const loss = this.#saying.get(envelope)
      if (loss !== undefined) this.#unsaid.set(loss.reason, joinLosses(loss, this.#unsaid.get(loss.reason)))
      this.isLossy = true
      this.#areReadersAware = false
    }
    return this.#unsay(envelopes)
  }

  /** Forgets what the lane itself says among these; gives what of it is in the store. */
  #unsay(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    return this.#saying.size === 0 ? envelopes : envelopes.filter((envelope) => !this.#saying.delete(envelope))
  }
}
