/** Which events belong to a live connection. */
import type { FeedEvent } from "@boltodds/protocol"
import { defaultStateLimits, type StateOptions } from "@boltodds/state"

interface Known {
  epoch: number
  ended: boolean
}

/**
 * Ignores events of an epoch that has ended or was replaced by a newer one. This is the rule of the reducer, for emits
 * beside it. Sessions beyond the bounds of the reducer are ignored too, because a recording can name any number.
 */
export class Epochs {
  readonly #mostSessions: number
  readonly #longestName: number
  readonly #sessions = new Map<string, Known>()
  #name: string | undefined
  #known: Known | undefined

  constructor({ limits }: StateOptions) {
    this.#mostSessions = limits?.sessions ?? defaultStateLimits.sessions
    this.#longestName = limits?.characters ?? defaultStateLimits.characters
  }

  /** Whether the event counts. Keeps track of its epoch. */
  counts(event: FeedEvent): boolean {
    if (event._tag === "Tick") return true
    const known = this.#knownOf(event.session)
    if (known === undefined) return false
    if (event.epoch < known.epoch || (event.epoch === known.epoch && known.ended)) return false
    if (event.epoch > known.epoch) known.ended = false
    known.epoch = event.epoch
    if (event._tag === "Disconnected") known.ended = true
    return true
  }

  #knownOf(session: string): Known | undefined {
    if (session === this.#name) return this.#known
    let known = this.#sessions.get(session)
    if (known === undefined) {
      if (this.#sessions.size >= this.#mostSessions || session.length > this.#longestName) return undefined
      known = { epoch: 0, ended: false }
      this.#sessions.set(session, known)
    }
    this.#name = session
    this.#known = known
    return known
  }
}
