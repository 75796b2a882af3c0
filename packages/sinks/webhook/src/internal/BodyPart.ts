/** A batch as the bodies it is sent in. */
import type { Batch } from "@boltodds/sink"

/** Envelopes `from` to before `to` of a batch: one body, or the reason why there can be none. */
export interface BodyPart {
  readonly from: number
  readonly to: number
  readonly content: Content
}

/** `Body`: `make` gives the same whenever it is called · `Refused`: no receiver could take it. */
export type Content =
  | { readonly _tag: "Body"; readonly make: () => WebhookMessage }
  | { readonly _tag: "Refused"; readonly cause: Error }

/** What is sent, and the id by which receivers recognize it. */
export interface WebhookMessage {
  readonly id: string
  readonly body: Buffer
}

/** What a receiver understands. */
export interface BodyFormat {
  /**
   * `standard`: a pure function of the batch, so that after a crash the same batch has the same bodies. Of a channel also
   * of the starts and settlings in the batches before it.
   */
  readonly partsOf: (batch: Batch<unknown>) => ReadonlyArray<BodyPart>
  /** The body of a test. */
  readonly test: (id: string, now: number) => Buffer
  /** What the URL's query needs to have. */
  readonly query: string
}
