/** The options of a webhook in a configuration. */
import { DurationText, ReferencedText } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { checkable, problemsOf, sentenceOf } from "./internal/problemsOf.ts"
import type { WebhookFormat, WebhookOptions } from "./WebhookOptions.ts"
import type { WebhookProfileName } from "./WebhookProfile.ts"

/** A configuration that was read: {@link WebhookOptions} of it, and the profile of the lane. */
export interface WebhookConfig extends WebhookOptions {
  readonly url: Redacted.Redacted<string>
  /** Default `realtime`. */
  readonly profile?: WebhookProfileName
  readonly timeout?: Duration.Duration
  readonly headers?: Readonly<Record<string, Redacted.Redacted<string>>>
}

/** A configuration as it is written: the fields of {@link WebhookOptions} in snake case, durations as `15s`. */
export interface WebhookConfigEncoded {
  readonly url: string
  readonly profile?: WebhookProfileName
  readonly format?: WebhookFormat
  readonly secret?: string
  readonly previous_secrets?: ReadonlyArray<string>
  readonly unsigned?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly timeout?: string
  readonly max_body_bytes?: number
  readonly allow_private?: boolean
  readonly allow_insecure?: boolean
  readonly proxy?: false
  readonly ca?: string
}

const secretText = (description: string) => Schema.RedactedFromValue(Schema.String.annotate({ description }))
const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)
const flag = (description: string) => optional(Schema.Boolean.annotate({ description }))

/**
 * The schema of {@link WebhookConfig}. What it refuses is what {@link webhook} refuses, all at once, and no message
 * shows a secret.
 */
export const WebhookConfig: Schema.Codec<WebhookConfig, WebhookConfigEncoded> = Schema.Struct({
  url: secretText("Where to post: https://…; an http:// one needs allow_insecure, unless it is this machine."),
  profile: optional(
    Schema.Literals(["realtime", "durable"]).annotate({
      description: "realtime (default): the newest price of each line. durable: every record, across crashes.",
    }),
  ),
  format: optional(
    Schema.Literals(["standard", "discord", "slack", "telegram"]).annotate({
      description:
        "standard: signed JSON. discord, slack, telegram: messages for people, made of changes. Default: what the host takes.",
    }),
  ),
  secret: optional(secretText("whsec_ and the base64 of 24 to 64 random bytes.")),
  previousSecrets: optional(
    Schema.Array(secretText("A secret that is being replaced.")).annotate({
      description: "Secrets that are being replaced: bodies are signed with these too. Default none.",
    }),
  ),
  unsigned: flag("Send standard bodies without a signature. Default false."),
  headers: optional(
    Schema.Record(Schema.String, secretText("The value of a header.")).annotate({
      description: "More headers; their values are secrets. Default none.",
    }),
  ),
  timeout: optional(
    DurationText.annotate({ description: "For one request, up to the head of its answer. Default 15s." }),
  ),
  maxBodyBytes: optional(
    Schema.Int.annotate({ description: "The largest body. Larger batches become several. Default 1048576." }),
  ),
  allowPrivate: flag("Allow addresses that are not public: loopback, private, link-local. Default false."),
  allowInsecure: flag("Allow http:// to other machines. Default false."),
  proxy: optional(
    Schema.Literal(false).annotate({
      description: "false: go straight. Default: through the proxy that HTTPS_PROXY and NO_PROXY name, if any.",
    }),
  ),
  ca: optional(ReferencedText.annotate({
    description:
      "Certificates (PEM) to trust instead of the well-known ones: { file: path }, { env: NAME } or the text.",
  })),
}).check(
  Schema.makeFilter((config: WebhookConfig) =>
    problemsOf(checkable(config)).map((problem) => ({ path: problem.path, issue: sentenceOf(problem) }))
  ),
).pipe(Schema.encodeKeys({
  previousSecrets: "previous_secrets",
  maxBodyBytes: "max_body_bytes",
  allowPrivate: "allow_private",
  allowInsecure: "allow_insecure",
}))
