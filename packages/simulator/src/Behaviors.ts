/** The behaviors that are switched on, asked as one. */
import type { Behavior, Dial, OutFrame, RestAnswer, RestRequest, Wire } from "./faults/Behavior.ts"

type Answer = RestAnswer | "reset" | "hang" | undefined

/** The list, in the order that they were switched on. */
export class Behaviors {
  readonly #list: Array<Behavior> = []
  /** How many of a name there ever were. */
  readonly #named = new Map<string, number>()

  /** Takes one in. Gives how many of its name were before. */
  add(behavior: Behavior): number {
    const before = this.#named.get(behavior.name) ?? 0
    this.#named.set(behavior.name, before + 1)
    this.#list.push(behavior)
    return before
  }

  /** Gives whether it was there. */
  remove(behavior: Behavior): boolean {
    const index = this.#list.indexOf(behavior)
    if (index !== -1) this.#list.splice(index, 1)
    return index !== -1
  }

  /** The first answer to a dial. */
  dial(dial: Dial): Answer {
    for (const behavior of this.#list) {
      const answer = behavior.dial?.(dial)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  /** The first answer to a request. */
  request(request: RestRequest): Answer {
    for (const behavior of this.#list) {
      const answer = behavior.request?.(request)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  /** A connection was accepted: each is told. Gives whether it is acknowledged. */
  open(wire: Wire): boolean {
    let silent = false
    for (const behavior of this.#list) silent = behavior.open?.(wire) === "no_ack" || silent
    return !silent
  }

  /** A client said something. Gives whether it is heard. */
  receive(wire: Wire, text: string): boolean {
    return !this.#list.some((behavior) => behavior.receive?.(wire, text) === "ignore")
  }

  /** A connection is gone: each is told. */
  close(wire: Wire): void {
    for (const behavior of this.#list) behavior.close?.(wire)
  }

  /**
   * What they make of a frame, all of them or those behind one; undefined where nobody looks at frames, which then take
   * the short way.
   */
  shape(behind?: Behavior): ((wire: Wire, frame: OutFrame) => ReadonlyArray<OutFrame>) | undefined {
    const from = behind === undefined ? 0 : this.#list.indexOf(behind) + 1
    const shapers = this.#list.slice(from).flatMap(({ frame }) => frame ?? [])
    if (shapers.length === 0) return undefined
    return (wire, frame) => {
      let frames: ReadonlyArray<OutFrame> = [frame]
      for (const shaper of shapers) frames = frames.flatMap((one) => shaper(wire, one) ?? [one])
      return frames
    }
  }
}
