/** Which frames a fault hits. */
import type { OutFrame, Wire } from "@boltodds/feed-server"
import type { FaultHost } from "./Behavior.ts"

/** Which data frames a fault hits: by chance, or by counting on each connection. */
export interface HitOptions {
  /** The probability for each, 0 to 1. @default 0.05 where `every` is left out too */
  readonly share?: number | undefined
  /** Every so manieth of a connection. */
  readonly every?: number | undefined
  /** How many altogether. @default unlimited */
  readonly times?: number | undefined
}

/** Decides, frame by frame. */
export class Hits {
  readonly #share: number
  readonly #every: number | undefined
  readonly #counts = new Map<number, number>()
  #left: number
  #host: FaultHost | undefined

  constructor({ share, every, times }: HitOptions) {
    this.#share = share ?? (every === undefined ? 0.05 : 1)
    this.#every = every
    this.#left = times ?? Number.POSITIVE_INFINITY
  }

  /** To be called before the first decision. */
  begin(host: FaultHost): void {
    this.#host = host
  }

  /** Whether this frame is hit. Only odds are: not acknowledgements, pings and frames that a test pushed. */
  strikes(wire: Wire, frame: OutFrame): boolean {
    if (frame.kind !== "snapshot" && frame.kind !== "stream") return false
    const count = (this.#counts.get(wire.id) ?? 0) + 1
    this.#counts.set(wire.id, count)
    const meant = this.#every === undefined || count % this.#every === 0
    // The number is drawn whether or not it counts, so that `times` does not change what comes after.
    const drawn = this.#share >= 1 || this.#host!.random(wire).chance(this.#share)
    return meant && drawn && this.#left > 0
  }

  /** It was hit. */
  struck(): void {
    this.#left--
    this.#host!.struck()
  }

  /** A connection is gone. */
  close(wire: Wire): void {
    this.#counts.delete(wire.id)
  }
}
