/** The emit `raw`: the event log, in the format of recordings. */
import { encodeEvent, encodeRecordingHeader, type FeedEvent } from "@boltodds/protocol"
import { type Form, makeRecord } from "@boltodds/sink"
import type { Emission, Emit, EmitContext } from "./Emit.ts"

/** A record of the emit {@link raw}: the header of a recording (undefined), then its events. */
export type RawLine = FeedEvent | undefined

/**
 * The complete event log as a recording: a header with the run and the options of the reducer, then every event. A
 * replay gives the same records. It has no controls, because a replay produces them. `seq` counts the events; the
 * header has 0 and does not count as data.
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
