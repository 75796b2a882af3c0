/** The connections of one webhook. */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { lookup as dnsLookup } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import { WebhookAddressRefused, WebhookUnreachable } from "../WebhookError.ts"
import type { WebhookOptions } from "../WebhookOptions.ts"
import { guardedLookup } from "./guardedLookup.ts"
import { hostOf, plain } from "./problemsOf.ts"

/** A whole answer; of its body at most 64 KiB. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/** Posts bodies to one URL. */
export interface Client {
  /** Scheme, host and port: all of the URL that may be shown. */
  readonly origin: string
  /** Returns when the answer is whole. Interruption destroys the connection. */
  readonly post: (
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ) => Effect.Effect<Answer, WebhookUnreachable | WebhookAddressRefused>
}

const bodyLimit = 64 * 1024

/** Opens no connection before the first post; closes all with its scope. The options must have no problem. */
export const openClient = (options: WebhookOptions, query: string): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.gen(function* () {
    const url = new URL(plain(options.url))
    const secure = url.protocol === "https:"
    const resolve = options.lookup ?? dnsLookup as LookupFunction
    const pool = {
      keepAlive: true,
      maxSockets: 32,
      maxFreeSockets: 8,
      lookup: options.allowPrivate === true ? resolve : guardedLookup(resolve),
    }
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() =>
        secure
          // Said here, because an environment variable of Node can turn it off for the whole process.
          ? new https.Agent({
            ...pool,
            rejectUnauthorized: true,
            ...(options.ca === undefined ? {} : { ca: options.ca }),
          })
          : new http.Agent(pool)
      ),
      (agent) => Effect.sync(() => agent.destroy()),
    )
    const settings: http.RequestOptions = {
      agent,
      method: "POST",
      hostname: hostOf(url),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname + withQuery(url.search, query),
      ...(url.username === "" && url.password === "" ? {} : {
        auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
      }),
    }
    const own = plainHeaders(options.headers)
    const request = secure ? https.request : http.request
    const post: Client["post"] = (headers, body) =>
      Effect.flatMap(
        exchange(
          () => request({ ...settings, headers: { ...own, ...headers, "content-length": body.length } }),
          body,
          url.origin,
        ),
        // An idle connection that the receiver closed while this was on its way; each time one less is left.
        (answer) => answer === "stale" ? post(headers, body) : Effect.succeed(answer),
      )
    return { origin: url.origin, post }
  })

const withQuery = (search: string, query: string): string =>
  query === "" ? search : `${search}${search === "" ? "?" : "&"}${query}`

const plainHeaders = (
  headers: Readonly<Record<string, string | Redacted.Redacted<string>>> = {},
): Record<string, string> => ({
  "user-agent": "boltodds-webhook",
  ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), plain(value)])),
})

/** One request and its answer; `stale` where a connection kept from earlier was found closed. */
const exchange = (
  open: () => http.ClientRequest,
  body: Buffer,
  origin: string,
): Effect.Effect<Answer | "stale", WebhookUnreachable | WebhookAddressRefused> =>
  Effect.callback((resume) => {
    let request: http.ClientRequest | undefined
    let answered = false
    const fail = (cause: unknown): void => {
      const { code = "EUNKNOWN", message } = cause as NodeJS.ErrnoException
      if (cause instanceof WebhookAddressRefused) resume(Effect.fail(cause))
      else if (!answered && request?.reusedSocket === true && (code === "ECONNRESET" || code === "EPIPE")) {
        resume(Effect.succeed("stale"))
      } else resume(Effect.fail(new WebhookUnreachable(origin, code, message === "" ? code : message)))
    }
    try {
      request = open()
    } catch (cause) {
      return fail(cause)
    }
    request.on("error", fail)
    request.on("response", (response) => {
      answered = true
      collect(response, (text, whole) => {
        if (!whole) return fail(Object.assign(new Error("its answer was cut off"), { code: "ECONNRESET" }))
        const status = response.statusCode ?? 0
        const answer = Effect.succeed({ status, retryAfter: response.headers["retry-after"], body: text })
        // The connection goes back to the pool a tick after the end: the next post would open another.
        setImmediate(() => resume(answer))
      })
    })
    request.on("close", () => {
      if (!answered) {
        fail(Object.assign(new Error("it closed the connection without an answer"), { code: "ECONNRESET" }))
      }
    })
    request.end(body)
    return Effect.sync(() => void request?.destroy())
  })

/** Reads to the end, or to the limit: what is beyond it is of no interest, and the connection not worth keeping. */
const collect = (response: http.IncomingMessage, done: (text: string, whole: boolean) => void): void => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes <= bodyLimit) return
    finish(true)
    response.destroy()
  })
  let finished = false
  const finish = (whole: boolean): void => {
    if (finished) return
    finished = true
    done(Buffer.concat(chunks).subarray(0, bodyLimit).toString("utf8"), whole)
  }
  response.on("end", () => finish(response.complete))
  response.on("error", () => finish(false))
  response.on("close", () => finish(false))
}
