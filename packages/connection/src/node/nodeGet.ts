/** REST requests on node's own client, which go through a proxy where the environment asks for one. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import * as https from "node:https"
import { type HttpAnswer, HttpFailure, type HttpGet } from "../Http.ts"
import { scrub, secretOf } from "../internal/scrub.ts"
import { proxyAgentFor } from "./proxyAgent.ts"

/** GET by `node:http`: `HTTPS_PROXY` and `NO_PROXY` honoured, a connection and a DNS question of its own each time. */
export const nodeGet: HttpGet = (url, { maxBytes }) =>
  Effect.callback<HttpAnswer, HttpFailure>((resume) => {
    const address = new URL(Redacted.value(url))
    const secret = secretOf(address.href)
    const fail = (cause: unknown) => {
      const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined
      const message = cause instanceof Error ? scrub(cause.message, secret) : "no answer"
      resume(Effect.fail(new HttpFailure(code ?? message)))
    }
    const request = (address.protocol === "https:" ? https : http).get(address, {
      agent: proxyAgentFor(address) ?? false,
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
      response.on("end", () =>
        resume(Effect.succeed({
          status: response.statusCode ?? 0,
          retryAfter: response.headers["retry-after"],
          date: response.headers.date,
          body: Buffer.concat(chunks).toString("utf8"),
        })))
    })
    request.on("error", fail)
    return Effect.sync(() => {
      request.destroy()
    })
  })
