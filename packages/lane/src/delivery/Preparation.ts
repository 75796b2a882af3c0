/** What becomes of a piece of a batch before it is written. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import type { Intake } from "../input/Intake.ts"
import type { LaneOptions } from "../LaneOptions.ts"
import { isRestoring, startOf } from "../reader/streamControls.ts"
import { middleOf, WorkingSize } from "./WorkingSize.ts"

/** A part of a batch that is written at once. */
export interface Piece<A> {
  readonly envelopes: ReadonlyArray<Envelope<A>>
  /** From 1. Default 1. */
  readonly attempt?: number
  /** It is of a resnapshot. */
  readonly isResnapshot?: boolean
  /** When the resnapshot was made, by the wall clock. Default: when the piece is tried. */
  readonly madeAt?: Millis | undefined
  /** Reports went ahead of it. Where they were lost they are not repeated at once: a sink may lose everything. */
  readonly followsReports?: boolean
}

/** The piece to write now, or those to try instead. */
type Prepared<A> = Piece<A> | Array<Piece<A>>

/** Prepares pieces: reports of losses go ahead, and what is too old, withheld or too large leaves them. */
export class Preparation<A> {
  readonly #intake: Intake<A>
  readonly #maxAge: number
  readonly #sendsResnapshots: boolean
  /** How much the destination takes at once. */
  readonly size = new WorkingSize()
  /** What is being written: with `parallel` more than one batch. */
  readonly inFlight = new Set<ReadonlyArray<Envelope<A>>>()

  constructor(intake: Intake<A>, { maxAge, resnapshot }: LaneOptions<A>) {
    this.#intake = intake
    this.#maxAge = maxAge === undefined ? Infinity : Duration.toMillis(maxAge)
    this.#sendsResnapshots = resnapshot !== undefined
  }

  /** What is to be written of a piece; an empty array where all of it has been entered. */
  prepare(piece: Piece<A>): Prepared<A> {
    return piece.isResnapshot === true ? this.#resnapshot(piece) : this.#batch(piece)
  }

  /** These become batches of their own, for the store too. */
  apart(parts: ReadonlyArray<ReadonlyArray<Envelope<A>>>): Array<ReadonlyArray<Envelope<A>>> {
    const filled = parts.filter(({ length }) => length > 0)
    // The last first: each becomes the batch that follows the one it was cut from.
    for (const part of filled.slice(1).toReversed()) this.#intake.store.split?.(part)
    return filled
  }

  #batch(piece: Piece<A>): Prepared<A> {
    const { counters, counters: { mode, reader } } = this.#intake
    const { attempt = 1 } = piece
    const young = this.#withoutOld(piece.envelopes)
    if (reader.lacksGames) {
      const isTried = mode === "fixed" && attempt > 1 && young.length === piece.envelopes.length
      if (!this.#canMark(young, isTried)) reader.loseEverything()
    }
    const envelopes = this.#withoutWithheld(young, attempt)
    if (envelopes.length === 0) return []
    const now = this.#intake.now()
    if (this.size.isOver(envelopes, now)) return this.#inHalves(envelopes).map((half) => ({ envelopes: half }))
    const isDue = reader.isReportDue(now)
    if (mode === "fixed" && !reader.isOwn(envelopes[0]!)) {
      return isDue
        ? [{ envelopes: reader.report(now) }, { envelopes, attempt, followsReports: true }]
        : { envelopes, attempt }
    }
    // Reports that failed with a batch are merged with newer ones: or a long outage would make more and more of them.
    return { envelopes: reader.before(isDue ? counters.renewed(envelopes) : envelopes, now), attempt }
  }

  /** After newer losses a resnapshot is history, and one that has grown too old is made anew. */
  #resnapshot({ envelopes, attempt = 1, madeAt = this.#intake.wall() }: Piece<A>): Prepared<A> {
    const { counters, counters: { reader } } = this.#intake
    if (reader.isResnapshotObsolete || this.#intake.wall() - madeAt > this.#maxAge) {
      counters.replaced(envelopes)
      return []
    }
    const now = this.#intake.now()
    if (this.size.isOver(envelopes, now)) {
      return this.#inHalves(envelopes).map((half) => ({ envelopes: half, isResnapshot: true }))
    }
    // What a processor held back precedes it: where some of that was lost, the report precedes both.
    const due = reader.dueReport(now)
    return { envelopes: due.length === 0 ? envelopes : [...due, ...envelopes], attempt, isResnapshot: true, madeAt }
  }

  /** Those that are not too old; the others are entered. */
  #withoutOld(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    if (this.#maxAge === Infinity) return envelopes
    const { counters, losses, store } = this.#intake
    const old = store.older(envelopes, this.#intake.wall() - this.#maxAge)
    if (old.length === 0) return envelopes
    counters.expiredInFlight(old)
    losses.lost(old.length, "expired", this.#intake.now())
    this.#intake.makeRoom()
    const gone = new Set(old)
    return envelopes.filter((envelope) => !gone.has(envelope))
  }

  /**
   * Those that may be sent. After a loss, a control that says that something is good again waits for the resnapshot, which
   * says more; where none can follow, all of them are sent. A fixed batch is the same in all its attempts.
   */
  #withoutWithheld(envelopes: ReadonlyArray<Envelope<A>>, attempt: number): ReadonlyArray<Envelope<A>> {
    const { counters, counters: { mode, reader } } = this.#intake
    if (!this.#sendsResnapshots || !reader.wantsResnapshot) return envelopes
    if (mode === "fixed" && attempt > 1 && reader.lacksEverything) return envelopes
    const isWithheld = reader.lacksEverything ? isRestoring : (envelope: Envelope<A>) => reader.isRestored(envelope)
    const withheld = envelopes.filter(isWithheld)
    if (withheld.length === 0) return envelopes
    counters.withheld(withheld)
    this.#intake.makeRoom()
    return envelopes.filter((envelope) => !isWithheld(envelope))
  }

  /**
   * Whether the reader can be kept from believing what is older than a loss in its game, by a mark on the record. Not where
   * a stream begins; not in a fixed batch, which is sent as it was stored; not in one that was tried, of which nothing may
   * be left out either; and not in what is being written beside this.
   */
  #canMark(envelopes: ReadonlyArray<Envelope<A>>, isTried: boolean): boolean {
    const { counters: { mode, reader } } = this.#intake
    if (startOf(envelopes) !== -1 || (isTried && reader.areOutdated(envelopes))) return false
    if (mode === "fixed" && reader.needMarks(envelopes)) return false
    for (const others of this.inFlight) if (reader.areOutdated(others)) return false
    return true
  }

  /** Two or more envelopes in two batches of about the same size. */
  #inHalves(envelopes: ReadonlyArray<Envelope<A>>): Array<ReadonlyArray<Envelope<A>>> {
    const middle = middleOf(envelopes)
    return this.apart([envelopes.slice(0, middle), envelopes.slice(middle)])
  }
}
