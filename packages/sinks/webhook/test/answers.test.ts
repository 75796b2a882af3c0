import { describe, expect, it } from "@effect/vitest"
import { webhook, WebhookNotAcknowledged, type WebhookOptions } from "@boltodds/sink-webhook"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { gzipSync } from "node:zlib"
import { batch, moves } from "./records.ts"
import { openEarly, openRaw } from "@boltodds/testing/RawReceiver"
import { type Handler, ok, openReceiver } from "@boltodds/testing/Receiver"

const local = (url: string, more: Partial<WebhookOptions> = {}): WebhookOptions => ({
  url,
  unsigned: true,
  allowPrivate: true,
  ...more,
})

/** Bodies that take long to send on a busy machine. */
const large: Partial<WebhookOptions> = { maxBodyBytes: 64 * 1024 * 1024, timeout: Duration.minutes(2) }

const writeTo = (url: string) =>
  Effect.scoped(Effect.flatMap(webhook(local(url)), (sink) => sink.write(batch(moves(3)))))

const headed = (head: string, body = ""): string => `HTTP/1.1 ${head}\r\n\r\n${body}`

describe("a complete 2xx head acknowledges the batch", () => {
  const half = "half an ans"
  const answers: Readonly<Record<string, string>> = {
    "a 204 with a body": headed("204 No Content\r\ncontent-length: 5", "hello"),
    "a 204 with a body that no header announces": headed("204 No Content", "hello"),
    "a 204 with a chunked body": headed("204 No Content\r\ntransfer-encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"),
    "a body that is cut off": headed("200 OK\r\ncontent-length: 100", half),
    "a body that is longer than announced": headed("200 OK\r\ncontent-length: 2", "hello"),
    "a chunked body that is cut off": headed("200 OK\r\ntransfer-encoding: chunked", "5\r\nhel"),
    "chunks that are not chunks": headed("200 OK\r\ntransfer-encoding: chunked", "what\r\never\r\n"),
    "a length that is not a number": headed("200 OK\r\ncontent-length: abc", "hello"),
    "two lengths": headed("200 OK\r\ncontent-length: 5\r\ncontent-length: 7", "hello"),
    "a length and chunks": headed("200 OK\r\ncontent-length: 0\r\ntransfer-encoding: chunked"),
    "gzip that is garbage": headed("200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5", "hello"),
    "interim answers before it": headed("100 Continue") + headed("103 Early Hints\r\nlink: </x>") +
      headed("200 OK\r\ncontent-length: 2", "ok"),
    "an interim answer before a length that is not a number": headed("102 Processing") +
      headed("201 Created\r\ncontent-length: -1"),
  }
  for (const [what, bytes] of Object.entries(answers)) {
    for (const end of ["close", "reset"] as const) {
      it.live(`with ${what}, before the connection ends with a ${end}`, () =>
        Effect.gen(function* () {
          const { url } = yield* openRaw(bytes, end)
          yield* writeTo(url)
        }))
    }
  }

  const endless: ReadonlyArray<readonly [string, string]> = [
    ["stops within its body", headed("200 OK\r\ncontent-length: 100", half)],
    ["does not begin its body", headed("202 Accepted\r\ncontent-length: 100")],
    ["stops within a chunk", headed("200 OK\r\ntransfer-encoding: chunked", "ffff\r\nhello")],
  ]
  for (const [what, bytes] of endless) {
    it.effect(`where the receiver ${what}: its body is waited for one second`, () =>
      Effect.gen(function* () {
        const { url, came } = yield* openRaw(bytes, "wait")
        const writing = yield* Effect.forkChild(writeTo(url))
        yield* Effect.promise(() => came)
        // The head arrives by the real clock, and then the time of a body runs by the one of the test.
        while (writing.pollUnsafe() === undefined) {
          yield* TestClock.adjust("100 millis")
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        yield* Fiber.join(writing)
      }))
  }

  it.live("and the next batch is sent once, on another connection", () =>
    Effect.gen(function* () {
      const answersOnce = (first: Handler) =>
        Effect.gen(function* () {
          const receiver = yield* openReceiver((...all) => all[2] === 0 ? first(...all) : ok(...all))
          const sink = yield* webhook(local(receiver.url))
          yield* sink.write(batch(moves(1)))
          yield* sink.write(batch(moves(2)))
          expect(receiver.requests.length).toBe(2)
          expect(receiver.connections()).toBe(2)
        })
      yield* answersOnce((_, response) => {
        // Head and body apart, as frameworks do that forget that there is none.
        response.socket!.write(headed("204 No Content\r\ncontent-length: 5"))
        setImmediate(() => response.socket?.write("hello"))
      })
      yield* answersOnce((_, response) => void response.socket!.end(headed("200 OK\r\ncontent-length: 9", "half")))
    }))

  it.live("and a connection stays open for the next batch where the body is as announced", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver((_, response) => void response.writeHead(200).end(gzipSync("thank you")))
      const sink = yield* webhook(local(receiver.url))
      for (const seq of [1, 2, 3]) yield* sink.write(batch(moves(seq)))
      expect(receiver.connections()).toBe(1)
    }))

  it.live("where it comes early: the rest of the request is sent all the same", () =>
    Effect.gen(function* () {
      const { url, body } = yield* openEarly(headed("200 OK\r\ncontent-length: 0"), "read")
      const sink = yield* webhook(local(url, large))
      yield* sink.write(batch(moves(20_000)))
      const { records } = JSON.parse(yield* Effect.promise(() => body)) as { readonly records: ReadonlyArray<unknown> }
      expect(records.length).toBe(20_000)
    }))

  it.live("also where the receiver hangs up right after it", () =>
    Effect.gen(function* () {
      const { url } = yield* openEarly(headed("200 OK\r\ncontent-length: 0"), "reset")
      const sink = yield* webhook(local(url, large))
      yield* sink.write(batch(moves(20_000)))
    }))
})

describe("a complete head that is not 2xx is judged by its status", () => {
  it.live("whatever its body is", () =>
    Effect.gen(function* () {
      const statuses = { "400 Bad Request": "degrade", "500 Internal Server Error": "retry", "410 Gone": "disable" }
      for (const [status, rest] of Object.entries(statuses)) {
        for (const head of ["content-length: 100", "transfer-encoding: chunked", "content-length: abc"]) {
          const { url } = yield* openRaw(headed(`${status}\r\n${head}`, "half"), "close")
          const error = yield* Effect.flip(writeTo(url))
          expect(error.rest).toBe(rest)
          expect(error.cause).toBeInstanceOf(WebhookNotAcknowledged)
        }
      }
    }))
})
