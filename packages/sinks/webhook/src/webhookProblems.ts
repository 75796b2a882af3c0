/** What is wrong with the options of a webhook, before anything is opened. */
import { DurationText } from "@boltodds/sink"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { problemsOf, type WebhookProblem } from "./internal/problemsOf.ts"

export type { WebhookProblem }

/**
 * The mistakes in options as a configuration has them (see {@link WebhookConfigEncoded}), all at once, each at its place.
 * A value that is not of its type, or `undefined`, is taken for one that is reported already; a key that is not there is
 * left out. No message shows a secret.
 */
export const webhookProblems = (
  written: { readonly [key: string]: unknown },
  emit?: string,
): ReadonlyArray<WebhookProblem> => {
  return problemsOf({
    url: text(written["url"]),
    format: text(written["format"]),
    hasSecret: "secret" in written,
    secret: text(written["secret"]),
    previousSecrets: list(written["previous_secrets"]).map(text),
    unsigned: written["unsigned"] === true,
    headers: Object.entries(record(written["headers"])).map(([name, value]) => [name, text(value)] as const),
    timeout: Option.getOrUndefined(Schema.decodeUnknownOption(DurationText)(written["timeout"])),
    maxBodyBytes: typeof written["max_body_bytes"] === "number" ? written["max_body_bytes"] : undefined,
    allowPrivate: written["allow_private"] === true,
    allowInsecure: written["allow_insecure"] === true,
    ca: text(written["ca"]),
    emit,
  })
}

const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

const record = (value: unknown): object =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
