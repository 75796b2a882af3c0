/**
 * A small emit of your own: how long each line was suspended.
 *
 * `plugins: [./plugins/suspensions-emit.ts]` and `emit: suspensions` of a sink.
 */
import { emitPlugin } from "@boltodds/config"
import { controlForm, type Emission, type Emit, Groups } from "@boltodds/pipeline"
import { changeKey, type LineChange } from "@boltodds/protocol"
import type { Form } from "@boltodds/sink"
import * as Schema from "effect/Schema"

/** A suspension that has ended: from the moment when it was received, for so many milliseconds. */
export type Suspension = Pick<LineChange, "sportsbook" | "game" | "outcome"> & {
  readonly suspended_at: string
  readonly millis: number
}

const form: Form<Suspension> = { encode: JSON.stringify }

export const suspensions = (): Emit<Suspension> => ({ name: "suspensions", needs: "book", open })

const open = (): Emission<Suspension> => {
  const since = new Map<string, string>()
  let seq = 0
  return {
    of: (steps) => {
      const groups = new Groups<Suspension>()
      for (const { event, records } of steps) {
        groups.begin(event.session, event.epoch, event.at)
        for (const record of records) {
          if ("control" in record) {
            // What happened in a gap is not known.
            if (record.control === "gap_opened") since.clear()
            groups.control(++seq, false, record, controlForm)
          } else if (record.change === "line_suspended") {
            since.set(changeKey(record), record.at)
          } else if (record.change === "line_resumed") {
            const { sportsbook, game, outcome } = record
            const suspended_at = since.get(changeKey(record))
            since.delete(changeKey(record))
            if (suspended_at === undefined) continue
            const millis = event.at - Date.parse(suspended_at)
            groups.record(++seq, false, { sportsbook, game, outcome, suspended_at, millis }, form)
          }
        }
        groups.end()
      }
      return groups.envelopes
    },
  }
}

export default emitPlugin({
  kind: "emit",
  name: "suspensions",
  about: "How long each line was suspended, when it resumes.",
  config: Schema.Struct({}),
  fields: { sportsbook: "text", game: "text", outcome: "text", suspended_at: "text", millis: "number" },
  make: () => suspensions(),
})
