/** One body to its receiver: signed, timed, and judged. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KeyObject } from "node:crypto"
import { WebhookNotAcknowledged } from "../WebhookError.ts"
import type { WebhookOptions } from "../WebhookOptions.ts"
import type { Unanswered, WebhookClient } from "./WebhookClient.ts"
import { bodyExcerpt, echoesOf } from "./excerpt.ts"
import { plainUrl } from "./problemsOf.ts"
import { signaturesOf, signingKey } from "./Secret.ts"
import { meaningOf } from "./meaningOf.ts"

/** A body that was not acknowledged: tried again later, never again, never this one, or never one of this size. */
export interface Refusal {
  readonly kind: "Retry" | "Disable" | "Reject" | "TooLarge"
  readonly cause: Unanswered | WebhookNotAcknowledged
  readonly retryAfter?: Duration.Duration
}

/** Returns when the receiver has acknowledged the body. */
export type Poster = (id: string, body: Buffer) => Effect.Effect<void, Refusal>

/** Posts with the headers of Standard Webhooks where the format is `standard`. The options must have no problem. */
export const makePoster = (client: WebhookClient, options: WebhookOptions): Poster => {
  const { format = "standard" } = options
  const secrets = [...(options.secret === undefined ? [] : [options.secret]), ...(options.previousSecrets ?? [])]
  const keys: ReadonlyArray<KeyObject> = secrets.map((secret) => signingKey(plainUrl(secret)))
  const hidden = echoesOf(new URL(plainUrl(options.url)), Object.values(options.headers ?? {}).map(plainUrl))
  const headersOf = (id: string, body: Buffer, now: number): Record<string, string> => {
    const headers = { "content-type": "application/json" }
    if (format !== "standard") return headers
    const seconds = Math.floor(now / 1000)
    const signed = keys.length === 0 ? {} : { "webhook-signature": signaturesOf(keys, id, seconds, body) }
    return { ...headers, "webhook-id": id, "webhook-timestamp": String(seconds), ...signed }
  }
  return (id, body) =>
    Effect.gen(function* () {
      const started = yield* Clock.currentTimeMillis
      const answer = yield* client.post(headersOf(id, body, started), body).pipe(
        Effect.mapError((cause): Refusal => ({ kind: "Retry", cause })),
      )
      const verdict = meaningOf(answer, yield* Clock.currentTimeMillis)
      if (verdict._tag === "Acknowledged") return
      const cause = new WebhookNotAcknowledged(client.origin, answer.status, bodyExcerpt(answer.body, hidden))
      return yield* Effect.fail<Refusal>(
        verdict._tag === "Retry" && verdict.retryAfter !== undefined
          ? { kind: "Retry", cause, retryAfter: verdict.retryAfter }
          : { kind: verdict._tag, cause },
      )
    })
}
