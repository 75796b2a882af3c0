/** Messages in an envelope of their own. */
import type { Envelope } from "@boltodds/sink"
import type { Emit } from "../Emit.ts"

/**
 * The same emit, each line put into `{"run", "seq", "at", "session", "epoch", "message"}`. The message keeps its own
 * bytes; `seq` counts the lines of the run; `at` is when it came, UTC by the session clock.
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
  const { seq, at, session, epoch } = envelope
  const head = `{"run":${run},"seq":${seq},"at":"${new Date(at).toISOString()}","session":${JSON.stringify(session)}`
  const text = `${head},"epoch":${epoch},"message":${envelope.text}}`
  const stamp = { seq, at, session, epoch, last: envelope.last, text }
  return envelope._tag === "Record"
    ? { ...stamp, _tag: "Record", value: envelope.value }
    : { ...stamp, _tag: "Control", value: envelope.value }
}
