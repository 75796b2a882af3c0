/** The view of the emit `best`: the records that meet a condition. */
import type { Processor } from "@boltodds/pipeline"
import { type Envelope, withValue } from "@boltodds/sink"
import { forgetsOf, isForgotten } from "../forgets.ts"
import type { Best } from "./Best.ts"
import { ending } from "./BestBoard.ts"

type Known = Pick<Best, "sportsbooks" | "sessions">

/**
 * Passes on the records that meet a condition. A selection that the reader has and that no longer meets it is closed, with
 * the reason `filters`.
 */
export const bestView = (holds: (record: Best) => boolean): Processor<Best, Best> => {
  const known = new Map<string, Known>()
  return {
    push: (envelopes) => {
      const out: Array<Envelope<Best>> = []
      for (const envelope of envelopes) {
        if (envelope._tag !== "Record") continue
        const { value } = envelope
        const isKnown = known.has(value.key)
        if (value.best === "closed") {
          known.delete(value.key)
          if (isKnown) out.push(envelope)
        } else if (holds(value)) {
          known.set(value.key, value)
          out.push(envelope)
        } else if (isKnown) {
          known.delete(value.key)
          const { cause: _, ...rest } = value
          out.push(withValue<Best>(envelope, { ...rest, ...ending(value), reason: "filters" }))
        }
      }
      return out
    },
    dueAt: () => undefined,
    advance: () => none,
    flush: () => none,
    control: (control) => {
      const forgets = "control" in control ? forgetsOf(control) : undefined
      if (forgets === undefined) return none
      for (const [key, { sportsbooks, sessions }] of known) {
        if (sportsbooks.every((name, at) => isForgotten(forgets, sessions[at]!, name))) known.delete(key)
      }
      return none
    },
  }
}

const none: ReadonlyArray<never> = []
