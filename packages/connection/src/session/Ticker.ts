/** The passing of time in a run: checks of the clocks, ticks, and the report that a connection brings no data. */
import type { Filters, Millis } from "@boltodds/protocol"
import type { Clock } from "effect/Clock"
import * as Effect from "effect/Effect"
import { provenMillis } from "./Backoff.ts"
import type { BackoffJournal } from "./BackoffJournal.ts"
import type { Connection } from "./Connection.ts"
import type { NotUnderstood, OutsideFilters } from "./Diagnosis.ts"
import type { EventWriter } from "./EventWriter.ts"
import { clockChecksOf } from "./Timeline.ts"

/** The facts about a connection that brings no data. */
export interface NoDataFacts {
  readonly epoch: number
  readonly at: Millis
  readonly filters: Filters
  readonly plan: string | undefined
  readonly errors: ReadonlyArray<string>
  readonly notUnderstood: NotUnderstood | undefined
  readonly outside: OutsideFilters | undefined
  /** Time spent reading since the filters were sent, in milliseconds. */
  readonly silentMillis: number
  /** Whether this is still the case. */
  readonly holds: () => boolean
}

/** What a {@link Ticker} needs to know of its run. */
export interface TickerOptions {
  readonly clock: Clock
  readonly filters: () => Filters
  /** Called once for each subscription that brings none of the data asked for, after 20 s. */
  readonly onNoData: (facts: NoDataFacts) => Effect.Effect<void>
}

const tickMillis = 1000
/** A tick comes every second. This long after the last check, the process must have stood still. */
const stallMillis = 2000
const noDataMillis = 20_000

/** The clock of one run. It follows `connection`, which the dialer sets. */
export class Ticker {
  /** The connection that is up. */
  connection: Connection | undefined
  readonly #options: TickerOptions
  readonly #writer: EventWriter
  readonly #journal: BackoffJournal
  /** The checks of all sessions on this clock. */
  readonly #allChecks: Set<() => void>
  readonly #ownCheck = (): void => {
    this.checkClocks()
    this.#writer.flush()
  }

  constructor(options: TickerOptions, writer: EventWriter, journal: BackoffJournal) {
    this.#options = options
    this.#writer = writer
    this.#journal = journal
    this.#allChecks = clockChecksOf(options.clock)
  }

  /**
   * Compares the clocks, and returns session time. A jump of the wall clock ends the connection; a time in which nothing
   * ran counts as a pause. Call it before handling anything that happens now.
   */
  checkClocks(): Millis {
    const { at, before, jumpMillis } = this.#writer.timeline.check()
    if (jumpMillis !== undefined) {
      this.#writer.tick(at, at + jumpMillis)
      this.connection?.end({ kind: "clock_jumped", detail: `by ${Math.round(jumpMillis / 1000)} s` })
    } else if (at - before >= stallMillis) {
      this.connection?.stalled(before, at)
      // Before any event leaves: in a stream of several sessions, none may seem to have run in the meantime.
      for (const check of this.#allChecks) if (check !== this.#ownCheck) check()
    }
    return at
  }

  /** Ticks every second, and whenever the connection has something due. */
  get run(): Effect.Effect<never> {
    return Effect.scoped(Effect.gen({ self: this }, function* () {
      this.#allChecks.add(this.#ownCheck)
      yield* Effect.addFinalizer(() => Effect.sync(() => this.#allChecks.delete(this.#ownCheck)))
      const scope = yield* Effect.scope
      const { timeline } = this.#writer
      let nextTick = timeline.now()
      /** The subscription that was last reported to bring no data. */
      let reported: Millis | undefined
      /** The connection whose data has come for long enough. */
      let proven: Connection | undefined
      for (;;) {
        const at = this.checkClocks()
        this.connection?.passTime(at)
        if (at >= nextTick) {
          nextTick = at + tickMillis
          // A `Paused` may still follow with the earlier time at which reading stopped: no tick may precede it.
          if (this.connection?.mayReportPause !== true) this.#writer.tick(at, at)
        }
        this.#writer.flush()
        const { connection } = this
        const liveAt = connection?.data.liveAt
        if (connection !== proven && liveAt !== undefined && at - liveAt >= provenMillis) {
          proven = connection
          yield* this.#journal.prove
        }
        const facts = this.#noData(at)
        if (facts !== undefined && this.connection?.subscribedAt !== reported) {
          reported = this.connection?.subscribedAt
          yield* Effect.forkIn(this.#options.onNoData(facts), scope)
        }
        const due = Math.min(nextTick, this.connection?.dueAt ?? Infinity)
        yield* Effect.sleep(Math.max(1, due - timeline.now()))
      }
    }))
  }

  #noData(at: Millis): NoDataFacts | undefined {
    const { connection } = this
    if (connection === undefined || !connection.data.isMissing) return undefined
    const silentMillis = connection.listenedMillis(at)
    if (silentMillis === undefined || silentMillis < noDataMillis) return undefined
    const { errors, notUnderstood, outside } = connection.data
    return {
      epoch: this.#writer.epoch,
      at,
      filters: this.#options.filters(),
      plan: connection.plan,
      errors: [...errors],
      notUnderstood,
      outside,
      silentMillis,
      holds: () => !connection.isOver && connection.data.isMissing,
    }
  }
}
