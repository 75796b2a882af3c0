/** What an answer means for a batch. */
import * as Duration from "effect/Duration"
import type { WebhookAnswer } from "./WebhookClient.ts"

/** `acknowledged`: delivered · `retry`: later · `disable`: never again · `reject`: never this ·
 * `tooLarge`: never one of this size. */
export type AnswerMeaning =
  | { readonly _tag: "Acknowledged" }
  | { readonly _tag: "Retry"; readonly retryAfter?: Duration.Duration }
  | { readonly _tag: "Disable" | "Reject" | "TooLarge" }

/** The longest wait that a receiver can ask for: one typing error there must not silence a lane for days. */
const longest = Duration.hours(1)

/**
 * 2xx is delivered; 408, 425, 429 and 5xx are tried again, not sooner than the receiver asks; 410 is a farewell; 413,
 * and a 400 or 422 whose words say so, are about the size; all else, redirects included, will be the same the next time
 * (Standard Webhooks 1.0.0, "Delivery success and failure").
 */
export const meaningOf = (answer: WebhookAnswer, now: number): AnswerMeaning => {
  const { status } = answer
  if (status >= 200 && status < 300) return { _tag: "Acknowledged" }
  if (status === 410) return { _tag: "Disable" }
  if (status === 413 || ((status === 400 || status === 422) && sizeWords.test(answer.body))) return { _tag: "TooLarge" }
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return { _tag: "Reject" }
  const asked = [headerMillis(answer.retryAfter, now), bodyMillis(answer)].filter((millis) => millis !== undefined)
  if (asked.length === 0) return { _tag: "Retry" }
  return { _tag: "Retry", retryAfter: Duration.min(longest, Duration.millis(Math.max(0, ...asked))) }
}

/**
 * What receivers say of a body that is too large where they do not say 413: Discord (`BASE_TYPE_MAX_LENGTH`), Slack
 * (`msg_too_long`, `too_many_attachments`), Django, ASP.NET, Go and others in words.
 */
const sizeWords =
  /(?:\b|_)too[ _-]?(?:large|long|big|many)|max_length|\b(?:body|payload)\b[^.;\n]{0,40}\bexceed|\bexceed[^.;\n]{0,60}\b(?:size|length)\b/i

/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). Undefined where it is neither. */
const headerMillis = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ""
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  const at = text.endsWith(" GMT") ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at - now
}

/** Discord says it more exactly in the body of a 429: `{"retry_after": 0.65}`, in seconds. */
const bodyMillis = (answer: WebhookAnswer): number | undefined => {
  if (answer.status !== 429) return undefined
  const seconds = /"retry_after"\s*:\s*(\d+(?:\.\d+)?)/.exec(answer.body)?.[1]
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000)
}
