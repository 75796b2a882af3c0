/** The emit `raw`: the event log itself, in the recording format. */
import { encodeEvent, encodeRecordingHeader, type FeedEvent } from "@boltodds/protocol"
import { type Form, makeRecord } from "@boltodds/sink"
import type { Emission, Emit, EmitContext } from "./Emit.ts"

/** What the emit {@link raw} tells: the header of a recording (undefined), then its events. */
export type RawLine = FeedEvent | undefined

/**
 * The complete event log as a recording: a header that names the run and the reducer's options, then every event.
 * Replayed, it gives the same records. No controls: they come out of the replay. `seq` counts the events; the header has
 * 0, and is no data.
 */
export const raw = (): Emit<RawLine> => ({ name: "raw", needs: "frames", open })

const open = ({ state }: EmitContext): Emission<RawLine> => {
  const { run, limits, ...options } = state
  const bounds = limits === undefined || Object.keys(limits).length === 0 ? undefined : { ...limits }
  const form: Form<RawLine> = {
    encode: (event) => event === undefined ? encodeRecordingHeader(run, options, bounds) : encodeEvent(event),
  }
  let seq = 0
  return {
    of: (steps) => {
      const envelopes = []
      for (const { event } of steps) {
        const { session, epoch, at } = event
        if (seq === 0) envelopes.push(makeRecord({ seq: 0, session, epoch, at, last: true }, undefined, form))
        envelopes.push(makeRecord({ seq: ++seq, session, epoch, at, last: true }, event, form))
      }
      return envelopes
    },
  }
}
