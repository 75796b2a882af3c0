/** Why a webhook did not deliver: the causes inside a `SinkError`. None holds a secret; a URL is shown by its origin. */
import * as Duration from "effect/Duration"

/** The options contradict each other, or are not what they must be. `problems` says all of it, one sentence each. */
export class WebhookMisconfigured extends Error {
  readonly _tag = "WebhookMisconfigured"
  readonly problems: ReadonlyArray<string>

  constructor(problems: ReadonlyArray<string>) {
    super(`Cannot open the webhook: ${problems.join("; ")}`)
    this.problems = problems
  }
}

/** The name leads to addresses that are not public, and to no other. Tried again: the answer of DNS may change. */
export class WebhookAddressRefused extends Error {
  readonly _tag = "WebhookAddressRefused"
  readonly host: string
  readonly addresses: ReadonlyArray<string>

  constructor(host: string, addresses: ReadonlyArray<string>, kind: string) {
    super(
      `Cannot connect to ${host}: its address ${addresses.join(", ")} is ${kind}, not public; ` +
        `set allow_private: true if that is meant`,
    )
    this.host = host
    this.addresses = addresses
  }
}

/** No complete head of an answer: refused, cut off, not HTTP, a certificate that does not hold. */
export class WebhookUnreachable extends Error {
  readonly _tag = "WebhookUnreachable"
  /** As Node names it: `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `HPE_INVALID_CONSTANT`, … */
  readonly code: string
  /** Whether all of the request had left this process: only then the receiver may have taken it. */
  readonly isSent: boolean

  constructor(origin: string, code: string, why: string, isSent: boolean) {
    const remedy = isCertificateCode(code)
      ? "its certificate is not trusted: renew it, or name its authority in ca"
      : "see whether it is up"
    super(`Cannot post to ${origin}: ${why}; ${remedy}`)
    this.code = code
    this.isSent = isSent
  }
}

/** A proxy on the way could not be used, or refused. Tried again. It names the proxy, never its credentials. */
export class WebhookProxyFailed extends Error {
  readonly _tag = "WebhookProxyFailed"
  /** The HTTP status of the proxy's answer, where there was one. */
  readonly status: number | undefined

  constructor(origin: string, cause: { readonly message: string; readonly status: number | undefined }) {
    super(`Cannot post to ${origin}: ${cause.message}`)
    this.status = cause.status
  }
}

/** No head of an answer in time. The receiver may have taken it: it will see the same id again. */
export class WebhookTimedOut extends Error {
  readonly _tag = "WebhookTimedOut"

  constructor(origin: string, timeout: Duration.Duration) {
    super(
      `Cannot post to ${origin}: no answer within ${Duration.format(timeout)}; ` +
        `let the receiver answer before it works on the body, or raise timeout`,
    )
  }
}

/** The receiver answered, but not with 2xx. */
export class WebhookNotAcknowledged extends Error {
  readonly _tag = "WebhookNotAcknowledged"
  readonly status: number

  constructor(origin: string, status: number, said: string) {
    super(`Cannot post to ${origin}: it answered ${status}${said === "" ? "" : ` (${said})`}; ${remedyFor(status)}`)
    this.status = status
  }
}

/** One record alone is larger than a body may be. */
export class WebhookRecordTooLarge extends Error {
  readonly _tag = "WebhookRecordTooLarge"

  constructor(bytes: number, limit: number) {
    super(`Cannot post a record: its body of ${bytes} bytes is over ${limit}; raise max_body_bytes`)
  }
}

/** A channel was given records that are neither changes nor signals: there is no sentence for them. */
export class WebhookCannotTell extends Error {
  readonly _tag = "WebhookCannotTell"

  constructor(format: string, seq: number) {
    super(`Cannot write record ${seq} as a message: format ${format} takes changes and signals only; set emit: changes`)
  }
}

const isCertificateCode = (code: string): boolean => /CERT|^UNABLE_TO_|^ERR_TLS_|^HOSTNAME_MISMATCH$/.test(code)

const remedyFor = (status: number): string => {
  if (status >= 300 && status < 400) return "redirects are not followed: set url to where it leads"
  if (status === 401 || status === 403) return "check the secret, the url and the headers"
  if (status === 404) return "check the url"
  if (status === 410) return "it wants no more: the webhook is disabled until it is opened anew"
  if (status === 413) return "smaller bodies are sent from here on; set max_body_bytes to what it takes"
  if (status === 429) return "it is tried again, later"
  return status >= 500 || status === 408 || status === 425 ? "it is tried again" : "see the receiver's own log"
}
