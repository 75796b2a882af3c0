/** What changes say of each sportsbook beside its book: how many there are, and how late they arrive. */
import { type Change, type LatencyHistogram, type Millis, parseTimestamp } from "@boltodds/protocol"
import { defaultStateLimits } from "@boltodds/state"

/** The changes of one sportsbook of one session so far. */
export interface SportsbookRate {
  readonly session: string
  readonly sportsbook: string
  readonly changes: number
  /** Per second, over the last 10 seconds. */
  readonly perSecond: number
  /** When the last one came. */
  readonly lastAt: Millis
  /** Arrival minus the server's time in the last minute, in milliseconds; null where no update had a time. */
  readonly lagP50: Millis | null
  readonly lagP95: Millis | null
}

/** The upper bounds of the latency histogram, in milliseconds. */
export const latencyBounds: ReadonlyArray<Millis> = [
  0,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1_000,
  2_500,
  5_000,
  10_000,
  30_000,
]

/** At most one update of a sportsbook is looked at in this time. */
const sampleMillis = 500
const windowMillis = 60_000
const mostSamples = windowMillis / sampleMillis
/** Rates are over this many marks, of which there is one a second. */
const mostMarks = 10

class Slot {
  readonly session: string
  readonly sportsbook: string
  changes = 0
  lastAt: Millis = 0
  /** No update is looked at before this. */
  dueAt: Millis = -Infinity
  /** The samples of the last minute, as a ring. */
  readonly times: Array<Millis> = []
  readonly lags: Array<Millis> = []
  next = 0
  /** How many changes there were at each of the last marks, the oldest first. */
  readonly marks: Array<{ readonly at: Millis; readonly changes: number }> = []

  constructor(session: string, sportsbook: string) {
    this.session = session
    this.sportsbook = sportsbook
  }
}

/** Counts changes by sportsbook. The work for each change is a comparison of names and an addition. */
export class SportsbookRates {
  readonly #slots = new Map<string, Map<string, Slot>>()
  readonly #buckets: Array<number> = Array.from({ length: latencyBounds.length + 1 }, () => 0)
  #count = 0
  #sum = 0
  #size = 0
  /** Changes mostly follow one of the same sportsbook. */
  #last: Slot | undefined

  /** Takes a change that came at this time. */
  change(change: Change, at: Millis): void {
    let slot = this.#last
    if (slot === undefined || slot.sportsbook !== change.sportsbook || slot.session !== change.session) {
      slot = this.#slotOf(change.session, change.sportsbook)
      if (slot === undefined) return
      this.#last = slot
    }
    slot.changes++
    slot.lastAt = at
    if (at >= slot.dueAt) this.#sample(slot, change, at)
  }

  /** Marks the time for the rates: call it once a second, with a clock that never goes back. */
  mark(now: Millis): void {
    for (const slots of this.#slots.values()) {
      for (const { marks, changes } of slots.values()) {
        marks.push({ at: now, changes })
        if (marks.length > mostMarks) marks.shift()
      }
    }
  }

  /** The rates, at this time of the session clock, and of the clock of {@link mark}. */
  rates(at: Millis, now: Millis): ReadonlyArray<SportsbookRate> {
    return [...this.#slots.values()].flatMap((slots) =>
      Array.from(slots.values(), (slot): SportsbookRate => {
        const { session, sportsbook, changes, lastAt } = slot
        const lags = slot.lags.filter((_, index) => slot.times[index]! > at - windowMillis).sort((a, b) => a - b)
        return {
          session,
          sportsbook,
          changes,
          perSecond: perSecond(slot, now),
          lastAt,
          lagP50: percentile(lags, 50),
          lagP95: percentile(lags, 95),
        }
      })
    )
  }

  /** All updates that were looked at so far. */
  get latency(): LatencyHistogram {
    return { le: latencyBounds, counts: [...this.#buckets], sum: this.#sum, count: this.#count }
  }

  /** Its slot; undefined beyond the bound: who sends decides which names exist. */
  #slotOf(session: string, sportsbook: string): Slot | undefined {
    let slots = this.#slots.get(session)
    const known = slots?.get(sportsbook)
    if (known !== undefined) return known
    const { sportsbooks, characters } = defaultStateLimits
    if (this.#size >= sportsbooks || sportsbook.length > characters || session.length > characters) return undefined
    this.#size++
    if (slots === undefined) this.#slots.set(session, slots = new Map())
    const slot = new Slot(session, sportsbook)
    slots.set(sportsbook, slot)
    return slot
  }

  /** Only live updates say how late the feed is: those of a snapshot are as old as the last change of their game. */
  #sample(slot: Slot, change: Change, at: Millis): void {
    const { sent_at: sentAt, cause, delayed } = change
    if (sentAt === null || cause !== "feed" || delayed === true || !updates.has(change.change)) return
    const sent = parseTimestamp(sentAt)
    if (sent === null) return
    slot.dueAt = at + sampleMillis
    const lag = at - Math.floor(sent)
    slot.times[slot.next] = at
    slot.lags[slot.next] = lag
    slot.next = (slot.next + 1) % mostSamples
    this.#count++
    this.#sum += lag
    let bucket = latencyBounds.findIndex((bound) => lag <= bound)
    if (bucket === -1) bucket = latencyBounds.length
    this.#buckets[bucket]!++
  }
}

const updates: ReadonlySet<Change["change"]> = new Set(["line_moved", "line_suspended", "line_resumed"])

const perSecond = ({ marks, changes }: Slot, now: Millis): number => {
  const [oldest] = marks
  const passed = oldest === undefined ? 0 : now - oldest.at
  return oldest === undefined || passed <= 0 ? 0 : (changes - oldest.changes) / passed * 1000
}

const percentile = (sorted: ReadonlyArray<Millis>, percent: number): Millis | null =>
  sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)]!
