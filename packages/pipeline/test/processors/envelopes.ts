/** Records and controls by hand, through a processor. */
import type { Change, Control, GameChange, LineChange } from "@boltodds/protocol"
import type { Processor } from "@boltodds/pipeline"
import { type Envelope, makeControl, makeRecord } from "@boltodds/sink"
import { gameChange, lineChange } from "@boltodds/testing/changes"
import { changeForm, controlForm } from "../../src/emits/forms.ts"
import { ProcessorRun } from "../../src/route/ProcessorRun.ts"

export const start = Date.UTC(2026, 6, 16)
const run = "01J00000000000000000000000"

type Step = { readonly at?: number; readonly value: Record<string, unknown> }

/** A change or control at so many milliseconds, to be numbered by {@link through}. */
export const line = (fields: Partial<LineChange>, at = 0): Step => ({ at, value: { ...lineChange(), ...fields } })
export const game = (fields: Partial<GameChange>, at = 0): Step => ({ at, value: { ...gameChange(), ...fields } })
export const control = (kind: string, fields: Record<string, unknown> = {}, at = 0): Step => ({
  at,
  value: { control: kind, session: "main", epoch: 1, sent_at: null, frame: null, ...fields },
})

/** Each step as a group of its own, numbered from 1. */
export const envelopesOf = (steps: ReadonlyArray<Step>): ReadonlyArray<Envelope<Change>> =>
  steps.map(({ at = 0, value }, index) => {
    const seq = typeof value["seq"] === "number" && value["seq"] > 1 ? value["seq"] : index + 1
    const stamp = { seq, at: start + at, session: "main", epoch: 1, last: true }
    const record = { ...value, run, seq, at: new Date(start + at).toISOString(), last: true }
    return "control" in value
      ? makeControl(stamp, record as unknown as Control, controlForm)
      : makeRecord<Change>(stamp, record as unknown as Change, changeForm)
  })

/** What comes out, as it is written, by the end of this millisecond. */
export const through = <B>(
  processor: Processor<Change, B>,
  steps: ReadonlyArray<Step>,
  until = 0,
): ReadonlyArray<Record<string, unknown>> =>
  new ProcessorRun(processor).turn(envelopesOf(steps), start + until).map(({ text }) => JSON.parse(text))

/** The fields that say what a change does. */
export const said = (records: ReadonlyArray<Record<string, unknown>>): ReadonlyArray<string> =>
  records.map((it) => {
    const kind = it["change"] ?? it["control"]
    if (!("outcome" in it)) return `${it["seq"]} ${kind}`
    return `${it["seq"]} ${kind} ${it["previous_odds"]} -> ${it["odds"]}${it["unverified"] === true ? "?" : ""}`
  })
