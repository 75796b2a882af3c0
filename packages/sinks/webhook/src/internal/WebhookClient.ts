/** The connections of one webhook. */
import { loopbackLookup, ProxyError, proxyFor } from "@boltodds/machine"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { lookup as dnsLookup } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import { WebhookAddressRefused, WebhookProxyFailed, WebhookTimedOut, WebhookUnreachable } from "../WebhookError.ts"
import type { WebhookOptions } from "../WebhookOptions.ts"
import { guardedLookup, isLoopback } from "./Address.ts"
import { hostOf, plainUrl } from "./problemsOf.ts"
import { proxyAgent } from "./throughProxy.ts"

/** An answer: its complete head, and of its body what came, at most 64 KiB. */
export interface WebhookAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/** Posts bodies to one URL. */
export interface WebhookClient {
  /** Scheme, host and port: all of the URL that may be shown. */
  readonly origin: string
  /**
   * Returns when the head of the answer is complete, and its body has ended, broken or kept us waiting for a second.
   * Interruption destroys the connection.
   */
  readonly post: (
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ) => Effect.Effect<WebhookAnswer, Unanswered>
}

const bodyLimit = 64 * 1024
const defaultTimeout = Duration.seconds(15)

/** Opens no connection before the first post; closes all with its scope. The options must have no problem. */
export const openClient = (options: WebhookOptions, query: string): Effect.Effect<WebhookClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    const url = new URL(plainUrl(options.url))
    const secure = url.protocol === "https:"
    const named = options.lookup ?? dnsLookup as LookupFunction
    // Plain HTTP to `localhost` is allowed because nobody sees it on the way.
    const isOwn = !secure && options.allowInsecure !== true && isLoopback(hostOf(url))
    const resolve = isOwn ? loopbackLookup(named) : named
    const lookup = options.allowPrivate === true ? resolve : guardedLookup(resolve)
    const pool = { keepAlive: true, maxSockets: 32, maxFreeSockets: 8, lookup }
    const proxy = options.proxy === false ? undefined : proxyFor(url, process.env)
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() =>
        proxy !== undefined
          ? proxyAgent({
            proxy,
            url,
            host: hostOf(url),
            port: portOf(url),
            timeoutMillis: Duration.toMillis(options.timeout ?? defaultTimeout),
            lookup: options.allowPrivate === true ? undefined : lookup,
            ca: options.ca,
          }, pool)
          : secure
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
      port: portOf(url),
      path: url.pathname + withQuery(url.search, query),
      ...(url.username === "" && url.password === "" ? {} : {
        auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
      }),
    }
    const own = plainHeaders(options.headers)
    const timeout = options.timeout ?? defaultTimeout
    const request = secure ? https.request : http.request
    const post: WebhookClient["post"] = (headers, body) =>
      Effect.flatMap(
        exchange(
          () => request({ ...settings, headers: { ...own, ...headers, "content-length": body.length } }),
          body,
          { origin: url.origin, timeout },
        ),
        // An idle connection that the receiver closed while this was on its way; each time one less is left.
        (answer) => answer === "stale" ? post(headers, body) : Effect.succeed(answer),
      )
    return { origin: url.origin, post }
  })

const portOf = (url: URL): number => url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port)

const withQuery = (search: string, query: string): string =>
  query === "" ? search : `${search}${search === "" ? "?" : "&"}${query}`

const plainHeaders = (
  headers: Readonly<Record<string, string | Redacted.Redacted<string>>> = {},
): Record<string, string> => ({
  "user-agent": "boltodds-webhook",
  ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), plainUrl(value)])),
})

/** No complete head of an answer came. */
export type Unanswered = WebhookUnreachable | WebhookAddressRefused | WebhookProxyFailed | WebhookTimedOut

interface Limits {
  readonly origin: string
  /** For everything up to the end of the head. */
  readonly timeout: Duration.Duration
}

/** The head of an answer. The status decides what becomes of the batch; the rest only says more about it. */
interface Head {
  readonly status: number
  readonly retryAfter: string | undefined
  /** Undefined where the parser stopped at the head. */
  readonly response: http.IncomingMessage | undefined
}

/** One request and its answer; `stale` where a connection kept from earlier was found closed. */
const exchange = (
  open: () => http.ClientRequest,
  body: Buffer,
  { origin, timeout }: Limits,
): Effect.Effect<WebhookAnswer | "stale", Unanswered> =>
  Effect.suspend(() => {
    let request: http.ClientRequest | undefined
    const opened = (): http.ClientRequest => request = open()
    const drop = Effect.sync(() => void request?.destroy())
    const head = Effect.timeoutOrElse(headOf(opened, body, origin), {
      duration: timeout,
      orElse: () => Effect.andThen(drop, Effect.fail(new WebhookTimedOut(origin, timeout))),
    })
    return Effect.onInterrupt(
      Effect.flatMap(head, (head): Effect.Effect<WebhookAnswer | "stale"> => {
        if (head === "stale") return Effect.succeed(head)
        const { status, retryAfter, response } = head
        const text = response === undefined ? Effect.succeed("") : bodyOf(response)
        return Effect.flatMap(text, (body) => {
          const answer = { status, retryAfter, body }
          // A refusal may come before all was sent, and what is left of the request is of no use.
          const isReusable = response?.readableEnded === true && request?.writableFinished === true
          return isReusable ? Effect.succeed(answer) : Effect.as(drop, answer)
        })
      }),
      () => drop,
    )
  })

/**
 * Sends a request, and returns when the head of its answer is complete. After an early 2xx the rest of the request
 * is sent first: a receiver may answer before it reads. One that hangs up after its 2xx has what it wanted.
 */
const headOf = (
  open: () => http.ClientRequest,
  body: Buffer,
  origin: string,
): Effect.Effect<Head | "stale", Unanswered> =>
  Effect.callback((resume) => {
    let request: http.ClientRequest | undefined
    let judge: (() => void) | undefined
    const fail = (cause: unknown): void => {
      // That all was sent may be known only after the connection has ended.
      if (judge !== undefined) return judge()
      const { code = "EUNKNOWN", message } = cause as NodeJS.ErrnoException
      if (cause instanceof WebhookAddressRefused) return resume(Effect.fail(cause))
      if (cause instanceof ProxyError) return resume(Effect.fail(new WebhookProxyFailed(origin, cause)))
      const head = headIn(cause)
      if (head !== undefined) return resume(Effect.succeed(head))
      if (request?.reusedSocket === true && isStale(code)) return resume(Effect.succeed("stale"))
      const isSent = request?.writableFinished === true
      resume(Effect.fail(new WebhookUnreachable(origin, code, message === "" ? code : message, isSent)))
    }
    try {
      request = open()
    } catch (cause) {
      return fail(cause)
    }
    // What happens after the head changes nothing: a callback resumes once.
    request.on("error", fail)
    request.on("response", (response) => {
      // Its body may break before anyone reads it.
      response.on("error", () => {})
      const status = response.statusCode ?? 0
      const retryAfter = response.headers["retry-after"]
      judge = () => resume(Effect.succeed({ status, retryAfter, response }))
      if (status >= 300 || request?.writableFinished === true) return judge()
      request?.on("finish", judge)
      // Or the receiver may wait for us to read before it reads on.
      response.resume()
    })
    request.on("close", () => {
      fail(Object.assign(new Error("it closed the connection without an answer"), { code: "ECONNRESET" }))
    })
    request.end(body)
    return Effect.sync(() => void request?.destroy())
  })

/** Closed meanwhile by the receiver; or the answer before this one had a body that its head does not allow (a 204). */
const isStale = (code: string): boolean => code === "ECONNRESET" || code === "EPIPE" || code === "HPE_INVALID_CONSTANT"

/**
 * The head in what the parser of Node refused. A receiver that has answered 2xx has taken the batch, however wrong its
 * `content-length` is; the connection is not used again.
 */
const headIn = (cause: unknown): Head | undefined => {
  const packet = cause instanceof Error && "rawPacket" in cause ? cause.rawPacket : undefined
  if (!Buffer.isBuffer(packet)) return undefined
  let text = packet.toString("latin1")
  for (;;) {
    const status = Number(/^HTTP\/1\.[01] (\d{3})[ \r\n]/.exec(text)?.[1])
    const end = text.search(/\r?\n\r?\n/)
    if (Number.isNaN(status) || end === -1) return undefined
    if (status >= 200) return { status, retryAfter: undefined, response: undefined }
    // An interim answer, such as 100 or 103.
    text = text.slice(end).replace(/^\r?\n\r?\n/, "")
  }
}

/** How long the rest of an answer is waited for, after its head. */
const bodyWait = Duration.seconds(1)

/**
 * The beginning of a body, as far as it comes. One that breaks, does not end in time or is too long costs its
 * connection, and nothing else.
 */
const bodyOf = (response: http.IncomingMessage): Effect.Effect<string> => {
  const chunks: Array<Buffer> = []
  const whole = Effect.callback<void>((resume) => {
    let bytes = 0
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes <= bodyLimit) return
      resume(Effect.void)
      response.destroy()
    })
    // The connection goes back to the pool a tick after the end: the next post would open another.
    response.on("end", () => void setImmediate(() => resume(Effect.void)))
    response.on("close", () => resume(Effect.void))
    if (response.destroyed || response.readableEnded) resume(Effect.void)
    // What follows would be taken for the next answer.
    if (isBodyForbidden(response)) response.destroy()
  })
  return Effect.map(
    Effect.timeoutOrElse(whole, { duration: bodyWait, orElse: () => Effect.sync(() => void response.destroy()) }),
    () => Buffer.concat(chunks).subarray(0, bodyLimit).toString("utf8"),
  )
}

/** Whether a head announces a body that it may not have (RFC 9110, 15.3.5 and 15.4.5): its bytes come all the same. */
const isBodyForbidden = ({ statusCode, headers }: http.IncomingMessage): boolean =>
  (statusCode === 204 || statusCode === 304) &&
  (Number(headers["content-length"] ?? 0) !== 0 || headers["transfer-encoding"] !== undefined)
