/** What can be seen of a session from outside, and what was done to it: all that the model knows. */
import type { Diagnosis, Status } from "@boltodds/connection"
import type { FeedEvent, Filters, Frame } from "@boltodds/protocol"

/** The meaning of a refusal, known from the script. */
export type Meaning = "key" | "busy" | "restart" | "oversize" | "failed"

/** A frame, with what is known of it without reading it. */
export interface FrameFact {
  readonly raw: string
  readonly isData: boolean
  readonly means: Meaning | undefined
  /** When it came to this machine, by monotonic time. */
  arrivedAt: number
}

/** How a stream ended. */
export type HowEnded =
  | "done"
  | "KeyRefused"
  | "KeyUnavailable"
  | "FeedUnavailable"
  | "FrameTooLarge"
  | "interrupted"
  | "defect"

export type Observation =
  // What the session does at its ports.
  | { readonly see: "key_read"; readonly key: string | undefined }
  | { readonly see: "dial"; readonly url: string }
  | { readonly see: "dial_failed"; readonly means: Meaning; readonly retryAfterMillis: number | undefined }
  | { readonly see: "dial_left" }
  | { readonly see: "open"; readonly link: number }
  | { readonly see: "leaving"; readonly link: number }
  | { readonly see: "left"; readonly link: number }
  | { readonly see: "pull"; readonly link: number }
  | {
    readonly see: "turn"
    readonly link: number
    readonly frames: ReadonlyArray<FrameFact>
    readonly pong: number | undefined
  }
  | { readonly see: "closed"; readonly link: number; readonly kind: string }
  /** What was sent did not go: the link was over, and says why. */
  | { readonly see: "unsent"; readonly link: number }
  | { readonly see: "send"; readonly link: number; readonly text: string }
  | { readonly see: "ping"; readonly link: number; readonly number: number }
  // What it reports.
  | { readonly see: "status"; readonly status: Status }
  | { readonly see: "events"; readonly events: ReadonlyArray<FeedEvent> }
  | { readonly see: "shown"; readonly frame: Frame }
  | { readonly see: "diagnosis"; readonly diagnosis: Diagnosis }
  | { readonly see: "ended"; readonly how: HowEnded; readonly message: string }
  // What was done to it.
  | { readonly see: "bytes"; readonly link: number; readonly bytes: number }
  /** From now on the transport knows that the link is over. Its reader learns of it after everything that came before. */
  | { readonly see: "gone"; readonly link: number; readonly kind: string; readonly means: Meaning }
  | { readonly see: "filters"; readonly filters: Filters }
  | { readonly see: "resync" }
  | { readonly see: "reader"; readonly reads: boolean }
  | { readonly see: "key"; readonly key: string | undefined }
  | { readonly see: "wall"; readonly millis: number }
  | { readonly see: "asked_to_end"; readonly how: "close" | "interrupt" }

/** The machine's time at a moment. */
export interface Now {
  readonly mono: number
  readonly wall: number
}
