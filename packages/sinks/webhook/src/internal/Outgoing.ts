/** Batches in flight: as which messages they are sent, and how many of these are acknowledged. */
import type { Batch, Envelope } from "@boltodds/sink"
import type { BodyFormat, BodyPart, WebhookMessage } from "./BodyPart.ts"

/** A batch at its first attempt, frozen: later attempts send the same bytes under the same ids. */
export interface Outgoing {
  readonly id: string
  readonly envelopes: ReadonlyArray<Envelope<unknown>>
  readonly parts: ReadonlyArray<BodyPart>
  /** How many of the parts are acknowledged: they are not sent again. */
  done: number
  /** What the part that is next says, once made. */
  message: WebhookMessage | undefined
}

/**
 * Remembers batches between their attempts.
 *
 * Kept by the first envelope of a batch, weakly: what belongs to a batch that the lane has given up is collected as garbage.
 */
export class OutgoingBatches {
  readonly #format: BodyFormat
  readonly #known = new WeakMap<Envelope<unknown>, Outgoing>()

  constructor(format: BodyFormat) {
    this.#format = format
  }

  /** What was begun for this batch, or a beginning. */
  of(batch: Batch<unknown>): Outgoing {
    const { id, envelopes } = batch
    const known = this.#known.get(envelopes[0]!)
    if (known?.id === id && isSame(known.envelopes, envelopes)) return known
    const begun = { id, envelopes, parts: this.#format.partsOf(batch), done: 0, message: undefined }
    this.#known.set(envelopes[0]!, begun)
    return begun
  }

  /** The batch is delivered. */
  forget(batch: Batch<unknown>): void {
    this.#known.delete(batch.envelopes[0]!)
  }
}

/** A lane that merges what waits may try again with others under the same id: what they replace must not be sent. */
const isSame = (a: ReadonlyArray<Envelope<unknown>>, b: ReadonlyArray<Envelope<unknown>>): boolean =>
  a.length === b.length && a.every((envelope, index) => envelope === b[index])
