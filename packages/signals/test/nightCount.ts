/** Counts what is found in a night, against its truth. */
import type { Opportunity } from "@boltodds/signals"
import { opportunities } from "@boltodds/signals/emits"
import { make, thaw } from "@boltodds/state"
import { run } from "./laws.ts"
import type { Mistake, Night } from "./night.ts"

/** What was opened in a night. */
export interface NightCount {
  /** Opportunities that were sent. */
  readonly opened: number
  /** Those of which no leg is a mistake that still stood when it was sent. */
  readonly false: number
  /** Mistakes of which an opportunity was sent while they stood. */
  readonly found: ReadonlySet<Mistake>
  readonly records: ReadonlyArray<Opportunity>
}

/** Plays a night through the emit. */
export const countNight = (
  { events, mistakes }: Night,
  options: Parameters<typeof opportunities>[0],
): NightCount => {
  const draft = thaw(make({ run }))
  const emission = opportunities(options).open({ state: { run } })
  const records: Array<Opportunity> = []
  const take = (envelopes: ReadonlyArray<{ readonly value: unknown }>): void => {
    for (const { value } of envelopes) {
      const record = value as Opportunity
      if (record.opportunity !== undefined) records.push(record)
    }
  }
  for (const event of events) {
    for (let due = emission.dueAt!(); due !== undefined && due <= event.at; due = emission.dueAt!()) {
      take(emission.advance!(due))
    }
    for (const step of draft.apply([event])) take(emission.of([step]))
  }
  const found = new Set<Mistake>()
  let wrong = 0
  const opened = records.filter(({ opportunity }) => opportunity === "opened")
  for (const { at, legs } of opened) {
    const now = Date.parse(at)
    const mine = mistakes.filter(({ sportsbook, game, outcome, from, until }) =>
      from <= now && now < until &&
      legs.some((leg) => leg.sportsbook === sportsbook && leg.game === game && leg.outcome === outcome)
    )
    if (mine.length === 0) wrong++
    for (const each of mine) found.add(each)
  }
  return { opened: opened.length, false: wrong, found, records }
}
