/** Which events still belong to a living connection. */
import type { FeedEvent } from "@boltodds/protocol"

interface Known {
  epoch: number
  ended: boolean
}

/** Nothing of an epoch counts once it has ended or a newer one began: the reducer's rule, for emits beside it. */
export class Epochs {
  readonly #sessions = new Map<string, Known>()
  #name: string | undefined
  #known: Known | undefined

  /** Whether the event counts; notes what it says about its epoch. */
  counts(event: FeedEvent): boolean {
    if (event._tag === "Tick") return true
    if (event.session !== this.#name) {
      this.#name = event.session
      this.#known = this.#sessions.get(event.session)
      if (this.#known === undefined) {
        this.#known = { epoch: 0, ended: false }
        this.#sessions.set(event.session, this.#known)
      }
    }
    const known = this.#known!
    if (event.epoch < known.epoch || (event.epoch === known.epoch && known.ended)) return false
    if (event.epoch > known.epoch) known.ended = false
    known.epoch = event.epoch
    if (event._tag === "Disconnected") known.ended = true
    return true
  }
}
