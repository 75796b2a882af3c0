/**
 * An emit of your own: the newest price of each line that moved, at intervals.
 *
 * `plugins: [./plugins/ticker-emit.ts]` and `emit: { ticker: { every: 5s } }` of a sink.
 */
import { emitPlugin, PositiveDuration } from "@boltodds/config"
import { controlForm, type Emission, type Emit, Groups } from "@boltodds/pipeline"
import { type Change, changeKey, type Control, gameId, isLineChange, type LineChange } from "@boltodds/protocol"
import type { Form } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** A price; null if the line is suspended or gone. */
export type Price = Pick<LineChange, "sportsbook" | "game" | "outcome" | "odds"> & {
  readonly key: string
  readonly unverified?: true
}

const form: Form<Price> = { encode: JSON.stringify }

export const ticker = (every: number): Emit<Price> => ({
  name: "ticker",
  needs: "book",
  open: () => open(every),
  coalescing: {
    key: ({ key }) => key,
    compose: (_, newer) => newer,
    place: ({ odds }) => odds === null ? "front" : "keep",
    // What is stale counts again with `fresh`.
    invalidated: (price, { control }) => control === "stale" ? price : { ...price, unverified: true },
  },
})

const open = (every: number): Emission<Price> => {
  const known = new Map<string, Price>()
  const moved = new Set<string>()
  const sent = new Map<string, Price>()
  let due: number | undefined
  let seq = 0
  const note = (change: Change): void => {
    const { sportsbook, game } = change
    const id = gameId(sportsbook, game)
    const prices = isLineChange(change)
      ? [{ key: changeKey(change), sportsbook, game, outcome: change.outcome, odds: change.odds, ...trustOf(change) }]
      : change.change !== "game_closed"
      ? []
      : [...known.values()].filter((it) => gameId(it.sportsbook, it.game) === id).map((it) => ({ ...it, odds: null }))
    for (const price of prices) {
      known.set(price.key, price)
      moved.add(price.key)
    }
  }
  const flush = (groups: Groups<Price>): void => {
    for (const key of moved) {
      sent.set(key, known.get(key)!)
      groups.record(++seq, false, known.get(key)!, form)
    }
    moved.clear()
    due = undefined
    groups.end()
  }
  return {
    of: (steps) => {
      const groups = new Groups<Price>()
      for (const { event, records } of steps) {
        groups.begin(event.session, event.epoch, event.at)
        for (const record of records) {
          if (!("control" in record)) note(record)
          else {
            flush(groups)
            groups.control(++seq, true, record, controlForm)
          }
        }
        // At the same times in every run: a reader that joins late receives the same.
        if (moved.size > 0) due ??= (Math.floor(event.at / every) + 1) * every
      }
      return groups.envelopes
    },
    dueAt: () => due,
    advance: (at) => {
      const groups = new Groups<Price>()
      groups.begin("ticker", 0, at)
      flush(groups)
      return groups.envelopes
    },
    control: (control) => controlOf(control),
    snapshot: (records) => {
      const { part = 0, origin, at, session, epoch } = records[0]!
      if (seq === 0) {
        for (const record of records) if (!("control" in record)) note(record)
        for (const key of moved) sent.set(key, known.get(key)!)
        moved.clear()
      }
      // The book knows which prices are unverified now.
      const lines = records.flatMap((record) => "outcome" in record && "odds" in record ? [record] : [])
      const trust = new Map(lines.map((line) => [changeKey(line), trustOf(line)]))
      const groups = new Groups<Price>()
      groups.begin(session, epoch, Date.parse(at))
      groups.part(part, origin)
      groups.control(seq, false, records[0] as Control, controlForm)
      for (const [index, price] of [...sent.values()].entries()) {
        groups.part(part + 1 + index, origin)
        const { unverified: _, ...rest } = price
        groups.record(seq, false, { ...rest, ...trust.get(price.key) }, form)
      }
      groups.end()
      return groups.envelopes
    },
  }
}

/** What is not known to be right is sent as such. */
const trustOf = ({ unverified }: Change): { readonly unverified?: true } =>
  unverified === true ? { unverified: true } : {}

/** The control of a lane, alone in its group. */
const controlOf = (control: Control): ReturnType<NonNullable<Emission<Price>["control"]>> => {
  const groups = new Groups<never>()
  groups.begin(control.session, control.epoch, Date.parse(control.at))
  groups.part(control.part ?? 0, control.origin)
  groups.control(control.seq, true, control, controlForm)
  return groups.envelopes[0]!
}

export default emitPlugin({
  kind: "emit",
  name: "ticker",
  about: "The newest price of each line that moved, at intervals.",
  config: Schema.Struct({ every: Schema.optionalKey(PositiveDuration) }),
  fields: { key: "text", sportsbook: "text", game: "text", outcome: "text", odds: "number", unverified: "flag" },
  make: ({ every = Duration.seconds(1) }) => ticker(Duration.toMillis(every)),
})
