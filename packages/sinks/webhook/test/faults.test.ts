import { describe, expect, it } from "@effect/vitest"
import type { SinkError } from "@boltodds/sink"
import {
  webhook,
  WebhookNotAcknowledged,
  type WebhookOptions,
  WebhookTimedOut,
  WebhookUnreachable,
} from "@boltodds/sink-webhook"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { bodyExcerpt, echoesOf } from "../src/internal/excerpt.ts"
import { batch, moves } from "./records.ts"
import { openEarly, openRaw, signal } from "@boltodds/testing/RawReceiver"
import { type Handler, ok, openReceiver, statuses } from "@boltodds/testing/Receiver"

const local = (url: string, more: Partial<WebhookOptions> = {}): WebhookOptions => ({
  url,
  unsigned: true,
  allowPrivate: true,
  ...more,
})

/** The error of one write of three records. */
const writeTo = (url: string, more: Partial<WebhookOptions> = {}) =>
  Effect.scoped(Effect.flatMap(webhook(local(url, more)), (sink) => Effect.flip(sink.write(batch(moves(3))))))

const failing = (answer: Handler, more: Partial<WebhookOptions> = {}) =>
  Effect.flatMap(openReceiver(answer), ({ url }) => writeTo(url, more))

const summary = ({ rest, delivered, rejected, retryAfter }: SinkError) => ({
  rest,
  delivered,
  rejected,
  retryAfter: retryAfter === undefined ? undefined : Duration.toMillis(retryAfter),
})

const later = { rest: "retry", delivered: 0, rejected: [], retryAfter: undefined }
const dead = { rest: "degrade", delivered: 0, rejected: [0, 1, 2], retryAfter: undefined }

describe("the answer of a receiver", () => {
  it.live("is an acknowledgement where it is any 2xx", () =>
    Effect.gen(function* () {
      for (const status of [200, 201, 202, 204, 299]) {
        const { url } = yield* openReceiver(statuses(status))
        const sink = yield* webhook(local(url))
        yield* sink.write(batch(moves(1)))
      }
    }))

  for (const status of [408, 425, 429, 500, 501, 502, 503, 504, 599]) {
    it.live(`${status} is tried again`, () =>
      Effect.gen(function* () {
        const error = yield* failing(statuses([status, {}, "busy"]))
        expect(summary(error)).toEqual(later)
        expect(error.cause).toBeInstanceOf(WebhookNotAcknowledged)
        expect(error.message).toMatch(
          new RegExp(
            `^Cannot deliver \\(retry\\): Cannot post to http://127\\.0\\.0\\.1:\\d+: it answered ${status} \\(busy\\); `,
          ),
        )
      }))
  }

  for (const status of [300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 409, 415, 422, 431, 451]) {
    it.live(`${status} makes dead letters`, () =>
      Effect.gen(function* () {
        const error = yield* failing(statuses([status, { "retry-after": "1" }]))
        expect(summary(error)).toEqual(dead)
        expect((error.cause as WebhookNotAcknowledged).status).toBe(status)
      }))
  }

  const tooLarge: ReadonlyArray<readonly [number, string]> = [
    [413, ""],
    [413, '{"message": "Request entity too large", "code": 40005}'],
    [400, '{"code": 50035, "errors": {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH"}]}}}'],
    [400, "msg_too_long"],
    [400, "too_many_attachments"],
    [400, "Request body too large. The max request body size is 30000000 bytes."],
    [400, "Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE."],
    [400, "http: request body too large"],
    [422, '{"error": "payload exceeds the limit of 256 kB"}'],
  ]
  for (const [status, body] of tooLarge) {
    it.live(`${status} ${body} is about the size: the lane may halve the batch`, () =>
      Effect.gen(function* () {
        const error = yield* failing(statuses([status, {}, body]))
        expect([summary(error), error.tooLarge]).toEqual([later, 3])
      }))
  }

  it.live("is not about the size where it is another 400", () =>
    Effect.gen(function* () {
      for (
        const body of ["", "no_text", "invalid_payload", '{"message": "rate limit exceeded"}', "expired signature"]
      ) {
        const error = yield* failing(statuses([400, {}, body]))
        expect([summary(error), error.tooLarge]).toEqual([dead, undefined])
      }
    }))

  // Deno does not say how much of a body has left.
  it.live.skipIf("Deno" in globalThis)(
    "may be a reset in place of a 413: from the third on, while a body of several records is sent",
    () =>
      Effect.gen(function* () {
        const { url } = yield* openEarly("", "reset")
        const sink = yield* webhook(local(url, { maxBodyBytes: 64 * 1024 * 1024 }))
        const attempted = (count: number, attempt: number) =>
          Effect.map(
            Effect.flip(sink.write({ ...batch(moves(count)), attempt })),
            ({ rest, tooLarge, cause }) => [rest, tooLarge, cause instanceof WebhookUnreachable],
          )
        expect(yield* attempted(20_000, 1)).toEqual(["retry", undefined, true])
        expect(yield* attempted(20_000, 2)).toEqual(["retry", undefined, true])
        expect(yield* attempted(20_000, 3)).toEqual(["retry", 20_000, true])
        // This one had left as a whole: the receiver may have taken it.
        expect(yield* attempted(3, 3)).toEqual(["retry", undefined, true])
      }),
  )

  it.live("410 is the end of it", () =>
    Effect.gen(function* () {
      expect(summary(yield* failing(statuses(410)))).toEqual({ ...dead, rest: "disable", rejected: [] })
    }))

  it.live("is not followed where it redirects", () =>
    Effect.gen(function* () {
      const target = yield* openReceiver()
      const error = yield* failing(statuses([307, { location: target.url }]))
      expect(summary(error)).toEqual(dead)
      expect(error.message).toContain("redirects are not followed: set url to where it leads")
      expect(target.requests.length).toBe(0)
    }))

  const waits: ReadonlyArray<readonly [string, string, number | undefined]> = [
    ["seconds", "7", 7_000],
    ["no wait", "0", 0],
    ["a date", "Thu, 01 Jan 1970 00:01:30 GMT", 90_000],
    ["a date that is over", "Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["more than an hour", "86400", 3_600_000],
    ["a date far away", "Fri, 01 Jan 2100 00:00:00 GMT", 3_600_000],
    ["words", "soon", undefined],
    ["a negative number", "-5", undefined],
    ["half a date", "1970-01-01", undefined],
  ]
  for (const [what, value, millis] of waits) {
    it.effect(`may ask for a wait: ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* failing(statuses([503, { "retry-after": value }]))
        expect(summary(error)).toEqual({ ...later, retryAfter: millis })
      }))
  }

  it.effect("may say the wait in the body, as Discord does", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ message: "You are being rate limited.", retry_after: 1.337, global: false })
      expect(summary(yield* failing(statuses([429, { "retry-after": "1" }, body])))).toEqual({
        ...later,
        retryAfter: 1_337,
      })
      expect(summary(yield* failing(statuses([429, {}, body])))).toEqual({ ...later, retryAfter: 1_337 })
      expect(summary(yield* failing(statuses([400, {}, body])))).toEqual(dead)
      // Elsewhere it is not Discord's word, but perhaps an echo.
      expect(summary(yield* failing(statuses([500, {}, body])))).toEqual(later)
    }))

  it.live("is read no further than 64 KiB", () =>
    Effect.gen(function* () {
      let written = 0
      const endless: Handler = (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write("x".repeat(16 * 1024))) written += 16 * 1024
        }
        response.on("drain", more)
        more()
      }
      const { url, requests, connections } = yield* openReceiver((request, response, index) =>
        index === 0 ? endless(request, response, index) : ok(request, response, index)
      )
      const sink = yield* webhook(local(url))
      yield* sink.write(batch(moves(1)))
      yield* sink.write(batch(moves(2)))
      expect(requests.length).toBe(2)
      expect(connections()).toBe(2)
      expect(written).toBeLessThan(64 * 1024 * 1024)
    }))
})

describe("a receiver that is broken", () => {
  const broken = (error: SinkError, code: string) => {
    expect(summary(error)).toEqual(later)
    expect(error.cause).toBeInstanceOf(WebhookUnreachable)
    expect((error.cause as WebhookUnreachable).code).toBe(code)
  }

  it.live("and refuses connections is tried again", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(Effect.map(openReceiver(), (receiver) => receiver.url))
      broken(yield* writeTo(url), "ECONNREFUSED")
    }))

  it.live("and has no address is tried again", () =>
    Effect.gen(function* () {
      const missing = Object.assign(new Error("getaddrinfo ENOTFOUND receiver.test"), { code: "ENOTFOUND" })
      broken(
        yield* writeTo("http://receiver.test", {
          allowInsecure: true,
          lookup: (_host, _options, callback) => callback(missing, ""),
        }),
        "ENOTFOUND",
      )
    }))

  it.live("and hangs up without an answer is tried again", () =>
    Effect.gen(function* () {
      broken(yield* writeTo((yield* openRaw("", "close")).url), "ECONNRESET")
      broken(yield* writeTo((yield* openRaw("", "reset")).url), "ECONNRESET")
    }))

  it.live("and does not speak HTTP is tried again", () =>
    Effect.gen(function* () {
      broken(yield* writeTo((yield* openRaw("SSH-2.0-OpenSSH_9.9\r\n", "wait")).url), "HPE_INVALID_CONSTANT")
      const cut = "HTTP/1.1 200 OK\r\ncontent-length: what\r\n"
      broken(yield* writeTo((yield* openRaw(cut, "wait")).url), "HPE_INVALID_CONTENT_LENGTH")
      broken(yield* writeTo((yield* openRaw("HTTP/1.1 200 OK\r\ndate: x\r\n", "close")).url), "ECONNRESET")
    }))

  it.live("and changes the protocol is tried again", () =>
    Effect.gen(function* () {
      const upgrade = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
      const error = yield* writeTo((yield* openRaw(upgrade, "wait")).url)
      expect(summary(error)).toEqual(later)
      expect(error.cause).toBeInstanceOf(WebhookUnreachable)
    }))

  it.live("and whose certificate nobody vouches for is tried again: it may be renewed", () =>
    Effect.gen(function* () {
      const { url } = yield* openReceiver(ok, true)
      const error = yield* writeTo(url)
      broken(error, "DEPTH_ZERO_SELF_SIGNED_CERT")
      expect(error.message).toContain("its certificate is not trusted: renew it, or name its authority in ca")
    }))
})

describe("a receiver that is slow", () => {
  const expectTimeOut = (url: string, came: () => Promise<unknown>) =>
    Effect.gen(function* () {
      const writing = yield* Effect.forkChild(writeTo(url))
      yield* Effect.promise(came)
      yield* TestClock.adjust("14999 millis")
      expect(writing.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 millis")
      const error = yield* Fiber.join(writing)
      expect(summary(error)).toEqual(later)
      expect(error.cause).toBeInstanceOf(WebhookTimedOut)
      expect(error.message).toContain("no answer within 15s")
    })

  it.effect("and never answers is given up after 15 s", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(() => {})
      yield* expectTimeOut(receiver.url, () => receiver.came(1))
    }))

  it.effect("and stops within the head of its answer is given up after 15 s", () =>
    Effect.gen(function* () {
      for (const bytes of ["HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n"]) {
        const { url, came } = yield* openRaw(bytes, "wait")
        yield* expectTimeOut(url, () => came)
      }
    }))

  it.effect("and sends interim answers for ever is given up after 15 s", () =>
    Effect.gen(function* () {
      const dripping = signal<void>()
      const receiver = yield* openReceiver((_, response) => {
        let drops = 0
        const timer = setInterval(() => {
          response.writeProcessing()
          if (++drops === 3) dripping.resolve(undefined)
        }, 1)
        response.on("close", () => clearInterval(timer))
      })
      yield* expectTimeOut(receiver.url, () => dripping.promise)
    }))

  it.effect("is left when the lane has no more time", () =>
    Effect.gen(function* () {
      const closed = signal<void>()
      const receiver = yield* openReceiver((_, response) => void response.on("close", closed.resolve))
      const sink = yield* webhook(local(receiver.url))
      const writing = yield* Effect.forkChild(sink.write(batch(moves(1))))
      yield* Effect.promise(() => receiver.came(1))
      yield* Fiber.interrupt(writing)
      yield* Effect.promise(() => closed.promise)
    }))
})

describe("secrets", () => {
  const url = (port: string) =>
    `http://user7777:pass8888@127.0.0.1:${port}/api/webhooks/123456789/tokenABCDEF?key=queryGHIJ`
  const secrets = ["user7777", "pass8888", "123456789", "tokenABCDEF", "queryGHIJ", "headerKLMN\"'/x"]
  const everything = (error: SinkError): string =>
    [error.message, JSON.stringify(error), (error.cause as Error).stack, JSON.stringify(error.cause)].join("\n")

  it.live("are in no error, even where the receiver echoes them", () =>
    Effect.gen(function* () {
      const headers = { authorization: "headerKLMN\"'/x" }
      const auth = Buffer.from("user7777:pass8888").toString("base64")
      const echoes: ReadonlyArray<Handler> = [
        (request, response) =>
          response.writeHead(401).end(`bad: ${request.url} ${JSON.stringify(request.headers)} ${auth}`),
        (request, response) =>
          response.writeHead(500).end(JSON.stringify({ at: request.url, ...request.headers }).replaceAll("/", "\\/")),
        (request, response) => response.writeHead(503, { location: request.url }).end(decodeURIComponent(request.url)),
        (_, response) => void response.destroy(),
      ]
      for (const echo of echoes) {
        const receiver = yield* openReceiver(echo)
        for (const format of ["standard", "discord"] as const) {
          const sink = yield* webhook({
            url: url(receiver.url.split(":").at(-1)!),
            format,
            headers,
            allowPrivate: true,
            ...(format === "standard" ? { unsigned: true } : {}),
          })
          const text = everything(yield* Effect.flip(sink.write(batch(moves(1)))))
          for (const secret of [...secrets, auth]) expect(text).not.toContain(secret)
          expect(text).toContain(receiver.url)
        }
      }
    }))

  it("leave no rest where one is the beginning of another", () => {
    const hidden = echoesOf(new URL("https://example.com/api/abcdefgh"), ["abcdefgh-topsecret", "abcdefgh"])
    expect(bodyExcerpt("1 abcdefgh-topsecret 2 abcdefgh 3 /api/abcdefgh", hidden)).toBe(
      "1 <hidden> 2 <hidden> 3 <hidden>",
    )
  })

  it.live("do not hide what the receiver has to say", () =>
    Effect.gen(function* () {
      const error = yield* failing(
        statuses([400, {}, `{"message": "Cannot send\n an empty message",\u0000 "code": 50006}`]),
      )
      expect(error.message).toContain(`it answered 400 ({"message": "Cannot send an empty message", "code": 50006})`)
      const long = yield* failing(statuses([400, {}, "x".repeat(70_000)]))
      expect(long.message.length).toBeLessThan(400)
    }))
})
