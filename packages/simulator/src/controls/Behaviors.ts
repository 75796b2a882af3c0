/** The behaviors that are switched on, asked as one. */
import type { Dial, OutFrame, Refusal, RestRequest, ServerHooks, Wire } from "@boltodds/feed-server"
import type { Behavior } from "../faults/Behavior.ts"

type FrameHook = (wire: Wire, frame: OutFrame) => ReadonlyArray<OutFrame>

/** The list, in the order in which they were switched on. */
export class Behaviors implements ServerHooks {
  /** Dials and requests are reset: the simulated server is down. */
  away = false
  /** What all of them make of a frame; undefined while none of them changes frames, which are then sent as they are. */
  frame: FrameHook | undefined
  readonly #list: Array<Behavior> = []
  /** How many behaviors of a name there were. */
  readonly #named = new Map<string, number>()
  readonly #struck = new Map<string, number>()

  /** Adds one. Returns how many of its name came before it. */
  add(behavior: Behavior): number {
    const before = this.#named.get(behavior.name) ?? 0
    this.#named.set(behavior.name, before + 1)
    this.#list.push(behavior)
    this.frame = this.#frameFrom(0)
    return before
  }

  /** Returns whether it was there. */
  remove(behavior: Behavior): boolean {
    const index = this.#list.indexOf(behavior)
    if (index === -1) return false
    this.#list.splice(index, 1)
    this.frame = this.#frameFrom(0)
    return true
  }

  /** Counts one occurrence of a fault. */
  strike(name: string): void {
    this.#struck.set(name, (this.#struck.get(name) ?? 0) + 1)
  }

  /** How often each fault occurred, by its name. */
  struck(): { readonly [fault: string]: number } {
    return Object.fromEntries(this.#struck)
  }

  /** What the behaviors that were switched on after this one make of a frame. */
  frameAfter(behavior: Behavior): FrameHook | undefined {
    return this.#frameFrom(this.#list.indexOf(behavior) + 1)
  }

  /** The first answer to a dial. */
  dial(dial: Dial): Refusal | undefined {
    return this.away ? "reset" : this.#first((behavior) => behavior.dial?.(dial))
  }

  /** The first answer to a request. */
  request(request: RestRequest): Refusal | undefined {
    return this.away ? "reset" : this.#first((behavior) => behavior.request?.(request))
  }

  /** Every behavior sees the connection; any of them can prevent the acknowledgement. */
  open(wire: Wire): "no_ack" | undefined {
    const answers = this.#list.map((behavior) => behavior.open?.(wire))
    return answers.includes("no_ack") ? "no_ack" : undefined
  }

  receive(wire: Wire, text: string): "ignore" | undefined {
    return this.#first((behavior) => behavior.receive?.(wire, text))
  }

  close(wire: Wire): void {
    for (const behavior of this.#list) behavior.close?.(wire)
  }

  #first<A>(ask: (behavior: Behavior) => A | undefined): A | undefined {
    for (const behavior of this.#list) {
      const answer = ask(behavior)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  #frameFrom(index: number): FrameHook | undefined {
    const hooks = this.#list.slice(index).flatMap(({ frame }) => frame ?? [])
    if (hooks.length === 0) return undefined
    return (wire, frame) => {
      let frames: ReadonlyArray<OutFrame> = [frame]
      for (const hook of hooks) frames = frames.flatMap((one) => hook(wire, one) ?? [one])
      return frames
    }
  }
}
