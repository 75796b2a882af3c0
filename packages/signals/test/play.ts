/** A life through an emit, group by group, with its deadlines, beside the folded book. */
import type { Emit } from "@boltodds/pipeline"
import { type Book, type Change, type Control, emptyBook, type FeedEvent, fold } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import { make, thaw } from "@boltodds/state"
import { Draws } from "./brute.ts"
import { run } from "./laws.ts"

/** What is seen after a group, or a deadline. */
export interface Moment<A> {
  readonly envelopes: ReadonlyArray<Envelope<A>>
  readonly book: Book
  /** The book before the group. */
  readonly before: Book
  readonly draws: Draws
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly records: ReadonlyArray<Change | Control>
}

/** Calls `look` after every group of records and after every deadline. */
export const play = <A>(emit: Emit<A>, events: ReadonlyArray<FeedEvent>, look: (moment: Moment<A>) => void): void => {
  const draft = thaw(make({ run }))
  const emission = emit.open({ state: { run } })
  const draws = new Draws()
  let book: Book = emptyBook
  for (const event of events) {
    for (let due = emission.dueAt?.(); due !== undefined && due <= event.at; due = emission.dueAt?.()) {
      look({ envelopes: emission.advance!(due), book, before: book, draws, at: due, records: [] })
    }
    for (const group of groupsOf(draft.apply([event]).flatMap(({ records }) => records))) {
      const before = book
      book = fold(book, group)
      group.forEach((record) => draws.take(record))
      const at = Date.parse(group.at(-1)!.at)
      look({ envelopes: emission.of([{ event, records: group }]), book, before, draws, at, records: group })
    }
  }
}

/** Groups of records, each of which ends with `last`. */
export const groupsOf = (
  records: ReadonlyArray<Change | Control>,
): ReadonlyArray<ReadonlyArray<Change | Control>> => {
  const groups: Array<Array<Change | Control>> = []
  let group: Array<Change | Control> = []
  for (const record of records) {
    group.push(record)
    if (record.last !== true) continue
    groups.push(group)
    group = []
  }
  if (group.length > 0) throw new Error("a step ends within a group")
  return groups
}
