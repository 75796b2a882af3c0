/** The port for REST requests. */
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

/** A GET got no answer. The message holds neither URL nor key. */
export class HttpFailure extends Error {
  readonly _tag = "HttpFailure"
  override readonly name: string = "HttpFailure"
}

/** Does a GET: follows no redirect, reads at most this many bytes, ends with its fiber. */
export type HttpGet = (
  url: Redacted.Redacted<string>,
  options: { readonly maxBytes: number },
) => Effect.Effect<HttpResponse, HttpFailure>

/** GET by the global `fetch`. Whether it goes through a proxy is the runtime's affair (Node: `NODE_USE_ENV_PROXY=1`). */
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

/** `fetch failed` says nothing; what it was caused by has a code. */
const reasonOf = (cause: unknown, secret: string): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? inner.code : undefined
  return code ?? (cause instanceof Error ? scrub(cause.message, secret) : "no answer")
}
