/** How a webhook is set up. */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { LookupFunction } from "node:net"

/**
 * What is sent.
 *
 * `standard`: the records as JSON, signed as Standard Webhooks · `discord`, `slack`, `telegram`: a message for people in a
 * channel, made of `changes`, not signed.
 */
export type WebhookFormat = "standard" | "discord" | "slack" | "telegram"

/** Options of {@link webhook}. */
export interface WebhookOptions {
  /**
   * Where to post: `https://…`, or `http://…` to this machine. Counts as a secret, because those of Discord and Slack
   * are: errors show its origin only. A user and password in it are sent as basic authentication.
   */
  readonly url: string | Redacted.Redacted<string>
  /** Default: what the host of `url` takes, see `webhookFormat`. Another than that is refused. */
  readonly format?: WebhookFormat | undefined
  /** `whsec_` and the base64 of 24 to 64 random bytes. Needed by `standard`, unless `unsigned`. */
  readonly secret?: Redacted.Redacted<string> | undefined
  /** Secrets that are being replaced: bodies are signed with these too, until every receiver knows the new one. */
  readonly previousSecrets?: ReadonlyArray<Redacted.Redacted<string>> | undefined
  /** Sends `standard` without a signature: receivers cannot check who wrote it. Default false. */
  readonly unsigned?: boolean | undefined
  /** More headers. They count as secrets. Those of HTTP itself, `content-type` and `webhook-*` are not to be set. */
  readonly headers?: Readonly<Record<string, string | Redacted.Redacted<string>>> | undefined
  /** For one request: connecting, sending, and the head of the answer. Default 15 s. */
  readonly timeout?: Duration.Duration | undefined
  /**
   * The largest body, in bytes; default 1 MiB. A batch that is larger is sent as several bodies, one after another; a
   * single record that is larger is a dead letter. Only for `standard`: the others have the limits of their service.
   */
  readonly maxBodyBytes?: number | undefined
  /** Allows addresses that are not public: loopback, private, link-local and the like. Default false. */
  readonly allowPrivate?: boolean | undefined
  /** Allows `http://` to other machines: everybody on the way can read it, headers included. Default false. */
  readonly allowInsecure?: boolean | undefined
  /**
   * False goes straight. Default: by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
   *
   * The host is resolved here and judged, and the proxy is asked for the address that was judged; with `allowPrivate` the
   * proxy gets the name, and resolves it by itself. The certificate is checked against the name in either case.
   */
  readonly proxy?: false | undefined
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  readonly ca?: string | undefined
  /** Resolves names. Default `dns.lookup`. The addresses it gives are judged all the same. */
  readonly lookup?: LookupFunction | undefined
}

/** The default of {@link WebhookOptions.maxBodyBytes}: what nginx takes by default. */
export const defaultMaxBodyBytes = 1024 * 1024
