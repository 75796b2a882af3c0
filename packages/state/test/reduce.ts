/** Runs events through the reducer, and holds every run to the laws that are cheap to check. */
import {
  type Book,
  type BookLine,
  type Change,
  type Control,
  emptyBook,
  type FeedEvent,
  fold,
  gameId,
} from "@boltodds/protocol"
import { apply, book, make, type State, type StateOptions, type Step, thaw } from "@boltodds/state"
import { expect } from "vitest"
import type { Script } from "./events.ts"

export type Records = ReadonlyArray<Change | Control>

export interface Reduced {
  readonly state: State
  readonly steps: ReadonlyArray<Step>
  readonly records: Records
  /** What a reader of the records knows. */
  readonly folded: Book
}

export const run = "01J00000000000000000000000"

/** Applies all events at once; the same one by one must give the same records, and the records fold into the book. */
export const reduce = (source: Script | ReadonlyArray<FeedEvent>, options: Partial<StateOptions> = {}): Reduced => {
  const events = "events" in source ? source.events : source
  const { state, steps } = apply(make({ run, ...options }), events)
  const records = steps.flatMap((step) => step.records)
  let single = make({ run, ...options })
  const singly: Array<Change | Control> = []
  for (const event of events) {
    const next = apply(single, [event])
    single = next.state
    singly.push(...next.steps[0]!.records)
  }
  expect(singly, "the same one by one").toEqual(records)
  expect(book(single), "the same book one by one").toEqual(book(state))
  const draft = thaw(make({ run, ...options }))
  expect(events.flatMap((event) => draft.apply([event])[0]!.records), "the same in place").toEqual(records)
  const folded = fold(emptyBook, records)
  expect(folded, "the records fold into the book").toEqual(book(state))
  return { state, steps, records, folded }
}

/** The events of several sessions, by time. */
export const together = (...scripts: ReadonlyArray<Script>): ReadonlyArray<FeedEvent> =>
  scripts.flatMap((script) => script.events).sort((a, b) => a.at - b.at)

/** Records in short, heartbeats and the start left out: what happened, where, and how. */
export const brief = (records: Records): ReadonlyArray<string> =>
  records.flatMap((record) => {
    if ("change" in record) {
      const outcome = "outcome" in record ? ` ${record.outcome} ${record.odds}` : ""
      return [`${record.change} ${record.sportsbook} ${record.game}${outcome} (${record.cause})`]
    }
    switch (record.control) {
      case "heartbeat":
      case "stream_started":
        return []
      case "game_verified":
        return [`game_verified ${record.sportsbook} ${record.game}`]
      case "stale":
        return [`stale ${record.sportsbook ?? record.session} (${record.reason})`]
      case "fresh":
        return [`fresh ${record.sportsbook ?? record.session}`]
      case "quarantined":
        return [`quarantined ${record.touches}`]
      case "feed_notice":
        return [`feed_notice ${record.message}`]
      case "gap_closed":
        return [
          `gap_closed ${record.complete ? "complete" : `${record.unverified} unverified`}, ${record.absent} absent`,
        ]
      default:
        return [record.control]
    }
  })

/** The records since a number of events. */
export const since = (reduced: Reduced, events: number): Records =>
  reduced.steps.slice(events).flatMap((step) => step.records)

/** One line of a book. */
export const lineOf = (known: Book, sportsbook: string, game: string, outcome: string): BookLine | undefined =>
  known.games.get(gameId(sportsbook, game))?.lines.get(outcome)

/** The first record that has all of these fields. */
export const find = (records: Records, fields: Record<string, unknown>): Change | Control | undefined =>
  records.find((record) =>
    Object.entries(fields).every(([field, value]) => (record as unknown as Record<string, unknown>)[field] === value)
  )
