/** What is wrong with the options of a webhook, all of it, before anything is opened. */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { validateHeaderName, validateHeaderValue } from "node:http"
import { isIP } from "node:net"
import { chatAddressOf, webhookFormat } from "../webhookFormat.ts"
import type { WebhookFormat, WebhookOptions } from "../WebhookOptions.ts"
import { isLoopback, refusalOf } from "./Address.ts"
import { certificateProblem } from "./certificates.ts"
import { secretProblem } from "./Secret.ts"

/** A mistake in the options of a webhook. */
export interface WebhookProblem {
  /** Where: a key as a configuration writes it, and what is inside of it; `[]`: the options as a whole. */
  readonly path: ReadonlyArray<string | number>
  readonly part: "key" | "value"
  /** What is wrong. Shows no secret, and of the URL its host only. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
}

/** Options to be checked: undefined where one is left out, or is wrong in another way that is reported already. */
export interface Checkable {
  readonly url: string | undefined
  readonly format: string | undefined
  /** Whether a secret is given, valid or not. */
  readonly hasSecret: boolean
  readonly secret: string | undefined
  readonly previousSecrets: ReadonlyArray<string | undefined>
  readonly unsigned: boolean
  readonly headers: ReadonlyArray<readonly [string, string | undefined]>
  readonly timeout: Duration.Duration | undefined
  readonly maxBodyBytes: number | undefined
  readonly allowPrivate: boolean
  readonly allowInsecure: boolean
  readonly ca: string | undefined
  /** What the sink is sent; undefined where that is not known yet. */
  readonly emit: string | undefined
}

/** The options of code in the same form. */
export const checkable = (options: WebhookOptions): Checkable => ({
  url: plainUrl(options.url),
  format: options.format,
  hasSecret: options.secret !== undefined,
  secret: options.secret === undefined ? undefined : plainUrl(options.secret),
  previousSecrets: (options.previousSecrets ?? []).map(plainUrl),
  unsigned: options.unsigned === true,
  headers: Object.entries(options.headers ?? {}).map(([name, value]) => [name, plainUrl(value)]),
  timeout: options.timeout,
  maxBodyBytes: options.maxBodyBytes,
  allowPrivate: options.allowPrivate === true,
  allowInsecure: options.allowInsecure === true,
  ca: options.ca,
  emit: undefined,
})

/** All mistakes. */
export const problemsOf = (options: Checkable): ReadonlyArray<WebhookProblem> => {
  const { timeout, maxBodyBytes, ca } = options
  const certificate = ca === undefined ? undefined : certificateProblem(ca)
  return [
    ...urlProblems(options),
    ...formatProblems(options),
    ...secretProblems(options),
    ...options.headers.flatMap(([name, value]) => headerProblems(name, value)),
    ...timeout === undefined || isPositive(timeout)
      ? []
      : [at(["timeout"], "timeout must be longer than nothing", "write a time such as 15s")],
    ...maxBodyBytes === undefined || maxBodyBytes >= 1024
      ? []
      : [at(["max_body_bytes"], "max_body_bytes must be 1024 or more", "leave it out for 1 MiB")],
    ...certificate === undefined ? [] : [at(["ca"], `ca: ${certificate.message}`, certificate.remedy)],
  ]
}

/** A mistake in a sentence. */
export const sentenceOf = ({ message, remedy }: WebhookProblem): string => `${message}: ${remedy}`

const at = (
  path: WebhookProblem["path"],
  message: string,
  remedy: string,
  part: WebhookProblem["part"] = "value",
): WebhookProblem => ({ path, part, message, remedy })

/** The text of something that may be redacted. */
export const plainUrl = (value: string | Redacted.Redacted<string>): string =>
  typeof value === "string" ? value : Redacted.value(value)

/** The host of a URL without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1")

const isPositive = (timeout: Duration.Duration): boolean => Duration.isFinite(timeout) && Duration.toMillis(timeout) > 0

const urlProblems = (options: Checkable): ReadonlyArray<WebhookProblem> => {
  const { url: text, allowPrivate, allowInsecure } = options
  if (text === undefined) return []
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return [
      at(["url"], "url must start with https:// (or http://) and name a host", "write it whole, https://… in front"),
    ]
  }
  const host = hostOf(url)
  const refusal = isIP(host) === 0 || allowPrivate ? undefined : refusalOf(host)
  const chat = chatAddressOf(text)?.problem
  return [
    ...refusal === undefined
      ? []
      : [at(["url"], `its address ${host} is ${refusal}, not public`, "set allow_private: true if meant")],
    ...url.protocol === "https:" || allowInsecure || isLoopback(host)
      ? []
      : [at(["url"], `http:// to ${host} can be read on the way`, "use https://, or set allow_insecure: true")],
    ...isDecodable(url.username) && isDecodable(url.password)
      ? []
      : [at(["url"], "the user or password in url is not encoded well", "write % in it as %25")],
    ...chat === undefined ? [] : [at(["url"], chat.message, chat.remedy)],
  ]
}

/** A chat service refuses every request of another format, so it would never get one message. */
const formatProblems = ({ url, format: written, emit }: Checkable): ReadonlyArray<WebhookProblem> => {
  const chat = url === undefined ? undefined : chatAddressOf(url)
  if (written !== undefined && chat?.format !== undefined && written !== chat.format) {
    const message = `format ${written} does not fit the host of url: ${chat.service} takes ${chat.format} only`
    return [at(["format"], message, `write \`format: ${chat.format}\`, or leave it out: the host chooses it`)]
  }
  const format = written ?? chat?.format ?? "standard"
  if (format === "standard" || emit === undefined || emitsForPeople.includes(emit)) return []
  const message = `Cannot write ${emit} for people: format ${format} takes ${emitsForPeople.join(", ")} only`
  return [at([written === undefined ? "url" : "format"], message, "write `emit: changes`, or another of these")]
}

/** The emits whose records have sentences. */
const emitsForPeople = ["changes", "best", "fair", "closing", "opportunities"]

const isDecodable = (text: string): boolean => {
  try {
    return typeof decodeURIComponent(text) === "string"
  } catch {
    return false
  }
}

const secretProblems = (options: Checkable): ReadonlyArray<WebhookProblem> => {
  const { url, secret, previousSecrets, unsigned, hasSecret } = options
  const format = webhookFormat(url ?? "", options.format as WebhookFormat | undefined)
  const isGiven = hasSecret || previousSecrets.length > 0
  if (format !== "standard") {
    const path = [hasSecret ? "secret" : "previous_secrets"]
    return isGiven ? [at(path, `format ${format} is not signed`, "leave secret and previous_secrets out", "key")] : []
  }
  const wrong = [
    ...secretMistake(["secret"], "secret", secret),
    ...previousSecrets.flatMap((previous, index) =>
      secretMistake(["previous_secrets", index], `previous_secrets[${index}]`, previous)
    ),
  ]
  if (unsigned) {
    return isGiven
      ? [at(["unsigned"], "unsigned: true contradicts a secret", "leave one of them out", "key"), ...wrong]
      : []
  }
  if (hasSecret) return wrong
  const remedy = "set one (openssl rand -base64 32, with whsec_ in front), or set unsigned: true"
  return [at([], "there is no secret", remedy, "key"), ...wrong]
}

const secretMistake = (
  path: WebhookProblem["path"],
  name: string,
  text: string | undefined,
): ReadonlyArray<WebhookProblem> => {
  const problem = text === undefined ? undefined : secretProblem(text)
  return problem === undefined
    ? []
    : [at(path, `${name} ${problem}`, "make one: openssl rand -base64 32, with whsec_ in front")]
}

/** What a receiver must be able to rely on, and what belongs to the connection. */
const reserved = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
])

const headerProblems = (name: string, value: string | undefined): ReadonlyArray<WebhookProblem> => {
  const lower = name.toLowerCase()
  const path = ["headers", name]
  if (reserved.has(lower) || lower.startsWith("webhook-")) {
    return [at(path, `the header ${lower} is not to be set`, "leave it out", "key")]
  }
  if (!isCarried(() => validateHeaderName(name))) {
    const what = "this header's name is not one that HTTP can carry"
    return [at(path, what, "write its name in letters, digits and -", "key")]
  }
  if (value === undefined || isCarried(() => validateHeaderValue(name, value))) return []
  return [
    at(
      path,
      `the header ${JSON.stringify(name)} is not one that HTTP can carry`,
      "write its value in one line, without control characters",
    ),
  ]
}

/** The error of Node may show the value. */
const isCarried = (validate: () => void): boolean => {
  try {
    validate()
    return true
  } catch {
    return false
  }
}
