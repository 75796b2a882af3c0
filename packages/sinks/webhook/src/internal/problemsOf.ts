/** What is wrong with the options of a webhook, all of it, before anything is opened. */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { validateHeaderName, validateHeaderValue } from "node:http"
import { isIP } from "node:net"
import type { WebhookOptions } from "../WebhookOptions.ts"
import { isLoopback, refusalOf } from "./Address.ts"
import { secretProblem } from "./Secret.ts"

/** One sentence for each problem. None shows a secret, nor more of the URL than its host. */
export const problemsOf = (options: WebhookOptions): ReadonlyArray<string> => [
  ...urlProblems(options),
  ...secretProblems(options),
  ...Object.entries(options.headers ?? {}).flatMap(([name, value]) => headerProblems(name, plain(value))),
  ...(options.timeout === undefined || isPositive(options.timeout) ? [] : ["timeout must be longer than nothing"]),
  ...(options.maxBodyBytes === undefined || options.maxBodyBytes >= 1024
    ? []
    : ["max_body_bytes must be 1024 or more"]),
]

/** The text of something that may be redacted. */
export const plain = (value: string | Redacted.Redacted<string>): string =>
  typeof value === "string" ? value : Redacted.value(value)

/** The host of a URL without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1")

const isPositive = (timeout: Duration.Duration): boolean => Duration.isFinite(timeout) && Duration.toMillis(timeout) > 0

const urlProblems = (options: WebhookOptions): ReadonlyArray<string> => {
  const text = plain(options.url)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return ["url must start with https:// (or http://) and name a host"]
  }
  const host = hostOf(url)
  const refusal = isIP(host) === 0 || options.allowPrivate === true ? undefined : refusalOf(host)
  return [
    ...(refusal === undefined
      ? []
      : [`its address ${host} is ${refusal}, not public: set allow_private: true if meant`]),
    ...(url.protocol === "https:" || options.allowInsecure === true || isLoopback(host) ? [] : [
      `http:// to ${host} can be read on the way: use https://, or set allow_insecure: true`,
    ]),
    ...(isDecodable(url.username) && isDecodable(url.password)
      ? []
      : ["the user or password in url is not encoded well"]),
  ]
}

const isDecodable = (text: string): boolean => {
  try {
    return typeof decodeURIComponent(text) === "string"
  } catch {
    return false
  }
}

const secretProblems = (options: WebhookOptions): ReadonlyArray<string> => {
  const { format = "standard", secret, previousSecrets = [], unsigned = false } = options
  const given = secret !== undefined || previousSecrets.length > 0
  if (format !== "standard") {
    return given ? [`format ${format} is not signed: leave secret and previous_secrets out`] : []
  }
  if (unsigned) return given ? ["unsigned: true contradicts a secret: leave one of them out"] : []
  if (secret === undefined) {
    return ["there is no secret: set one (openssl rand -base64 32, with whsec_ in front), or set unsigned: true"]
  }
  const current = secretProblem(plain(secret))
  return [
    ...(current === undefined ? [] : [`secret ${current}`]),
    ...previousSecrets.flatMap((previous, index) => {
      const problem = secretProblem(plain(previous))
      return problem === undefined ? [] : [`previous_secrets[${index}] ${problem}`]
    }),
  ]
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

const headerProblems = (name: string, value: string): ReadonlyArray<string> => {
  const lower = name.toLowerCase()
  if (reserved.has(lower) || lower.startsWith("webhook-")) return [`the header ${lower} is not to be set: leave it out`]
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return []
  } catch {
    // The error of Node may show the value.
    return [`the header ${JSON.stringify(name)} is not one that HTTP can carry`]
  }
}
