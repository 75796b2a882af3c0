/** The view of a kind of signals: the records that meet a condition. */
import type { Processor } from "@boltodds/pipeline"
import { type Envelope, withValue } from "@boltodds/sink"
import { forgetsOf, isForgotten } from "../forgets.ts"

interface Keyed {
  readonly key: string
  readonly sportsbooks: ReadonlyArray<string>
  readonly sessions: ReadonlyArray<string>
}

/** What is special about a kind of signals. */
export interface ViewRules<A> {
  readonly isClosed: (record: A) => boolean
  /** The record as a closing with the reason `filters`. */
  readonly filtered: (record: A) => A
  /** Whether its reader forgets a key of which any sportsbook is in the scope of a control, and not only if all are. */
  readonly forgetsAny: boolean
}

/**
 * Passes on the records that meet a condition. What the reader has and no longer meets it is closed, with the reason
 * `filters`.
 */
export const signalView = <A extends Keyed>(
  holds: (record: A) => boolean,
  { isClosed, filtered, forgetsAny }: ViewRules<A>,
): Processor<A, A> => {
  const known = new Map<string, Pick<A, "sportsbooks" | "sessions">>()
  return {
    push: (envelopes) => {
      const out: Array<Envelope<A>> = []
      for (const envelope of envelopes) {
        if (envelope._tag !== "Record") continue
        const { value } = envelope
        const isKnown = known.has(value.key)
        if (isClosed(value)) {
          known.delete(value.key)
          if (isKnown) out.push(envelope)
        } else if (holds(value)) {
          known.set(value.key, { sportsbooks: value.sportsbooks, sessions: value.sessions })
          out.push(envelope)
        } else if (isKnown) {
          known.delete(value.key)
          out.push(withValue<A>(envelope, filtered(value)))
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
        const isInScope = (name: string, at: number): boolean => isForgotten(forgets, sessions[at]!, name)
        if (forgetsAny ? sportsbooks.some(isInScope) : sportsbooks.every(isInScope)) known.delete(key)
      }
      return none
    },
  }
}

const none: ReadonlyArray<never> = []
