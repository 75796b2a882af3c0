/** Messages in an envelope of their own. */
import type { Envelope } from "@boltodds/sink"
import type { Emit } from "./Emit.ts"

/**
 * The same emit, each line put into `{"run", "seq", "part", "at", "session", "epoch", "message"}`. The message keeps its own
 * bytes; `seq` counts the lines of the run; `part` is 0, except where `origin` (a lane) made the line; `at` is when it came, UTC by the session clock.
 */
export const withMeta = <A>(emit: Emit<A>): Emit<A> => ({
  ...emit,
  open: (context) => {
    const run = JSON.stringify(context.state.run)
    const emission = emit.open(context)
    const { control } = emission
    return {
      of: (steps) => emission.of(steps).map((envelope) => wrap(run, envelope)),
      ...control === undefined ? {} : { control: (value) => wrap(run, control.call(emission, value)) },
    }
  },
})

const wrap = <A>(run: string, envelope: Envelope<A>): Envelope<A> => {
  const { seq, part = 0, origin, at, session, epoch } = envelope
  const made = origin === undefined ? {} : { origin }
  const place = JSON.stringify({ seq, part, ...made, at: new Date(at).toISOString(), session }).slice(1, -1)
  const head = `{"run":${run},${place}`
  const text = `${head},"epoch":${epoch},"message":${envelope.text}}`
  const stamp = { seq, part, ...made, at, session, epoch, last: envelope.last, text }
  return envelope._tag === "Record"
    ? { ...stamp, _tag: "Record", value: envelope.value }
    : { ...stamp, _tag: "Control", value: envelope.value }
}
