/** HTTP: the port for REST requests, and the reading of answers. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { scrub, secretOf } from "../key/scrub.ts"

/** An answer to a GET. */
export interface HttpResponse {
  readonly status: number
  /** The `Retry-After` header as sent. */
  readonly retryAfter: string | undefined
  /** The `Content-Type` header as sent. */
  readonly contentType?: string | undefined
  /** The `Date` header as sent: the server's clock, in whole seconds. */
  readonly date?: string | undefined
  readonly body: string
}

/** A GET got no answer. The message contains neither the URL nor the key. */
export class HttpFailure extends Error {
  readonly _tag = "HttpFailure"
  override readonly name: string = "HttpFailure"
}

/** Makes a GET request: follows no redirect, reads at most `maxBytes`, ends with its fiber. */
export type HttpGet = (
  url: Redacted.Redacted<string>,
  options: { readonly maxBytes: number },
) => Effect.Effect<HttpResponse, HttpFailure>

/** GET with the global `fetch`. The runtime decides whether it uses a proxy (Node: `NODE_USE_ENV_PROXY=1`). */
export const fetchGet: HttpGet = (url, { maxBytes }) => {
  const address = Redacted.value(url)
  return Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(address, {
        redirect: "manual",
        signal,
        headers: { accept: "application/json" },
        referrerPolicy: "no-referrer",
      })
      return {
        status: response.status,
        retryAfter: response.headers.get("retry-after") ?? undefined,
        contentType: response.headers.get("content-type") ?? undefined,
        date: response.headers.get("date") ?? undefined,
        body: await readText(response, maxBytes),
      }
    },
    catch: (cause) => new HttpFailure(reasonOf(cause, secretOf(address))),
  })
}

const readText = async (response: Response, maxBytes: number): Promise<string> => {
  const reader = response.body?.getReader()
  if (reader === undefined) return ""
  const decoder = new TextDecoder()
  let text = ""
  for (let bytes = 0;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.length
    if (bytes > maxBytes) {
      await reader.cancel()
      throw new Error(`the answer is larger than ${maxBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** The message `fetch failed` has no reason in it; its cause has a code. */
const reasonOf = (cause: unknown, secret: string): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? inner.code : undefined
  return code ?? (cause instanceof Error ? scrub(cause.message, secret) : "no answer")
}

/**
 * The wait that a `Retry-After` header asks for (RFC 9110, section 10.2.3), in milliseconds. The value is in seconds, or
 * an HTTP date, which is compared with `wallMillis`. A date in the past gives 0, any other text undefined.
 */
export const parseRetryAfter = (value: string | undefined | null, wallMillis: number): number | undefined => {
  if (value === undefined || value === null) return undefined
  const text = value.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Date.parse accepts much that is not an HTTP date, such as "-1", and reads a date without a zone in local time. An HTTP
  // date ends in GMT, or has the older form of `asctime`, which is UTC (RFC 9110, section 5.6.7).
  const date = text.endsWith(" GMT") ? Date.parse(text) : asctime.test(text) ? Date.parse(`${text} GMT`) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallMillis)
}

const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/**
 * Whether an answer is a web page. The feed answers in JSON or plain text; CDNs, firewalls and captive portals answer in
 * HTML or XML, and one CDN in a line of plain text.
 */
export const isWebPage = (contentType: string | undefined, body: string): boolean =>
  /^\s*(text\/html|application\/xhtml)/i.test(contentType ?? "") || /^[\s\ufeff]*<(?:[a-z!?])/i.test(body) ||
  /^\s*error code: 1\d{3}\s*$/.test(body)
