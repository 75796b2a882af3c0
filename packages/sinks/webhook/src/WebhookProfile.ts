/** How the lane before a webhook should be set up. */
import type { StoreLimits } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import type { WebhookFormat } from "./WebhookOptions.ts"

/**
 * What matters to the receiver.
 *
 * `realtime`: prices of this moment; of each line the newest wins, and what has grown old is not delivered · `durable`:
 * every record, across crashes and days without a receiver.
 */
export type WebhookProfileName = "realtime" | "durable"

/** Recommended options of a lane, as plain data: a program turns the names into policies and stores. */
export interface WebhookProfile {
  /** The name of an overflow policy. */
  readonly overflow: "coalesce" | "block"
  readonly store: "memory" | "outbox"
  /** What arrived longer ago is not delivered any more. */
  readonly maxAge: Duration.Duration
  /** Without a limit on attempts: `maxAge` is the limit. */
  readonly retry: { readonly base: Duration.Duration; readonly cap: Duration.Duration; readonly attempts: number }
  readonly batch: StoreLimits
  /** How long a batch waits for more. */
  readonly linger: Duration.Duration
}

/**
 * The lane of a profile. Messages for a channel wait two seconds for company: Discord takes 5 of them in 2 s, Slack one
 * a second, and people read whole messages.
 */
export const webhookProfile = (name: WebhookProfileName, format: WebhookFormat = "standard"): WebhookProfile => ({
  ...profiles[name],
  linger: format === "standard" ? Duration.zero : Duration.seconds(2),
})

/** Half of the default largest body: a batch is one body, except where one frame alone is larger. */
const bytes = 512 * 1024

const profiles: Readonly<Record<WebhookProfileName, Omit<WebhookProfile, "linger">>> = {
  realtime: {
    overflow: "coalesce",
    store: "memory",
    maxAge: Duration.seconds(30),
    retry: { base: Duration.millis(200), cap: Duration.seconds(5), attempts: Infinity },
    batch: { records: 500, bytes },
  },
  durable: {
    overflow: "block",
    store: "outbox",
    maxAge: Duration.days(3),
    retry: { base: Duration.seconds(1), cap: Duration.minutes(10), attempts: Infinity },
    batch: { records: 1_000, bytes },
  },
}
