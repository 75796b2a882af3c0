/** REST requests with `node:http`, through the proxy of the environment. */
import { loopbackLookup, openTunnel, ProxyError, proxyFor, socketThrough, targetOf } from "@boltodds/machine"
import { isLoopbackHost } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import * as https from "node:https"
import type { Socket } from "node:net"
import { HttpFailure, type HttpGet, type HttpResponse } from "../transport/Http.ts"
import { scrub, secretOf } from "../key/scrub.ts"
import { unpack } from "./unpack.ts"

/** The time limit of the proxy's answer. The caller limits the whole request. */
const tunnelMillis = 10_000

/**
 * GET with `node:http`. Uses `HTTPS_PROXY` and `NO_PROXY`, and a new connection and DNS lookup each time. Decodes bodies in
 * gzip, deflate, br or zstd; `maxBytes` bounds the decoded body.
 */
export const nodeGet: HttpGet = (url, { maxBytes }) =>
  Effect.callback<HttpResponse, HttpFailure>((resume) => {
    const address = new URL(Redacted.value(url))
    const secret = secretOf(address.href)
    const proxy = proxyFor(address, process.env)
    const through = proxy === undefined || proxy instanceof ProxyError ? "" : ` (through the proxy ${proxy.label})`
    const fail = (cause: unknown) => {
      if (cause instanceof ProxyError) return resume(Effect.fail(new HttpFailure(cause.message)))
      const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined
      const message = cause instanceof Error ? scrub(cause.message, secret) : "no answer"
      resume(Effect.fail(new HttpFailure(`${code ?? message}${through}`)))
    }
    const succeed = (response: http.IncomingMessage, packed: Buffer): void => {
      unpack(packed, response.headers["content-encoding"], maxBytes).then(
        (body) =>
          resume(Effect.succeed({
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"],
            contentType: response.headers["content-type"],
            date: response.headers.date,
            body: body.toString("utf8"),
          })),
        fail,
      )
    }
    const ask = (tunnel: Socket | undefined): () => void => {
      const secure = address.protocol === "https:"
      const request = (secure ? https : http).get(address, {
        ...(tunnel === undefined ? { agent: false } : { createConnection: () => socketThrough(tunnel, address) }),
        // Unencrypted only to this machine.
        ...(secure ? { rejectUnauthorized: true } : isLoopbackHost(address.host) ? { lookup: loopbackLookup() } : {}),
        headers: { accept: "application/json" },
      }, (response) => {
        const chunks: Array<Buffer> = []
        let bytes = 0
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes > maxBytes) request.destroy(new Error(`the answer is larger than ${maxBytes} bytes`))
        })
        response.on("error", fail)
        response.on("end", () => succeed(response, Buffer.concat(chunks)))
      })
      request.on("error", fail)
      return () => {
        request.destroy()
        tunnel?.destroy()
      }
    }
    if (proxy instanceof ProxyError) return fail(proxy)
    let leave: () => void
    if (proxy === undefined) leave = ask(undefined)
    else {
      leave = openTunnel(proxy, targetOf(address), { timeoutMillis: tunnelMillis }, (result) => {
        if (result instanceof ProxyError) fail(result)
        else leave = ask(result)
      })
    }
    return Effect.sync(() => leave())
  })
