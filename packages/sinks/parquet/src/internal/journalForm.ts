/** How records stand in a journal: as they are, with what only their envelopes say. */
import type { LineForm } from "@boltodds/sink-file"

/** Records of these emits do not say where in the stream they belong. */
const unstamped: ReadonlySet<string> = new Set(["messages", "quotes"])

/** The lines of a journal; undefined where the records say all themselves. */
export const journalForm = (emit: string): LineForm | undefined =>
  !unstamped.has(emit) ? undefined : {
    lineOf: (envelope, ownRun) => {
      const { text, seq, part = 0, origin, at, session, epoch } = envelope
      const run = envelope.run ?? ownRun
      const stamp = {
        ...run === undefined ? {} : { run },
        seq,
        part,
        ...origin === undefined ? {} : { origin },
        ...Number.isFinite(at) ? { at: new Date(at).toISOString() } : {},
        session,
        epoch,
      }
      const head = JSON.stringify(stamp).slice(0, -1)
      // A message is kept whole. One with `meta` says all of this itself, and so does a control among quotes.
      if (text.startsWith('{"run":') || text.startsWith('{"control":')) return text
      return emit === "messages" ? `${head},"message":${text}}` : `${head},${text.slice(1)}`
    },
  }
