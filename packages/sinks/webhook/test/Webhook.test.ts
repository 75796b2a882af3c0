import { describe, expect, it } from "@effect/vitest"
import { laws } from "@boltodds/lane"
import { webhook, WebhookMisconfigured, type WebhookOptions, WebhookRecordTooLarge } from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { Webhook } from "standardwebhooks"
import { batch, envelope, line, moves } from "./records.ts"
import { ok, openReceiver, type Received, statuses } from "@boltodds/testing/Receiver"
import { cert } from "@boltodds/testing/certificate"

const secretOf = (fill: number, bytes = 32): string => `whsec_${Buffer.alloc(bytes, fill).toString("base64")}`
const secret = Redacted.make(secretOf(1))
const local = (url: string, more: Partial<WebhookOptions> = {}): WebhookOptions => ({
  url,
  secret,
  allowPrivate: true,
  ...more,
})

const recordsIn = (requests: ReadonlyArray<Received>): ReadonlyArray<string> =>
  requests.flatMap(({ body }) =>
    (JSON.parse(body).records as ReadonlyArray<unknown>).map((record) => JSON.stringify(record))
  )

describe("a webhook", () => {
  it.live("posts the texts of a batch verbatim, in one JSON body", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook(local(`${receiver.url}/odds?team=7`, { headers: { "X-Team": "blue" } }))
      const envelopes = [envelope(line(7, { sport: "Liga Ñ ✓" })), envelope(line(8))]
      yield* sink.write(batch(envelopes))
      const [request] = receiver.requests
      expect(request!.method).toBe("POST")
      expect(request!.url).toBe("/odds?team=7")
      expect(request!.headers).toMatchObject({
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(request!.body)),
        "user-agent": "boltodds-webhook",
        "x-team": "blue",
        "webhook-id": expect.stringMatching(/^01K00000000000000000000000_7-8_2_[0-9a-f]{16}$/),
      })
      expect(request!.body).toBe(
        `{"type":"boltodds.batch","version":1,"id":"${request!.headers["webhook-id"]}",` +
          `"timestamp":"2026-01-01T00:00:00.008Z","records":[${envelopes.map(({ text }) => text).join(",")}]}`,
      )
    }))

  it.live("says which records are history, where the lane knows", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook(local(receiver.url))
      yield* sink.write(batch(moves(4), { superseded: [2, 0] }))
      yield* sink.write(batch(moves(2), { superseded: [] }))
      expect(receiver.requests.map(({ body }) => JSON.parse(body).superseded)).toEqual([[0, 2], []])
    }))

  it.live("signs so that every secret of a rotation verifies, and no other", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const previousSecrets = [Redacted.make(secretOf(2, 24)), Redacted.make(secretOf(3, 64))]
      const sink = yield* webhook(local(receiver.url, { previousSecrets }))
      yield* sink.write(batch([envelope(line(1, { home_team: "Café “Ω” 🏀" }))]))
      const { headers, body } = receiver.requests[0]!
      expect(headers["webhook-signature"]!.split(" ").length).toBe(3)
      for (const known of [secretOf(1), secretOf(2, 24), secretOf(3, 64)]) {
        expect(new Webhook(known).verify(body, headers)).toMatchObject({ type: "boltodds.batch" })
      }
      expect(() => new Webhook(secretOf(4)).verify(body, headers)).toThrow("No matching signature")
      expect(() => new Webhook(secretOf(1)).verify(body.replace("135", "136"), headers)).toThrow("No matching")
      const other = { ...headers, "webhook-id": `${headers["webhook-id"]}0` }
      expect(() => new Webhook(secretOf(1)).verify(body, other)).toThrow("No matching")
    }))

  it.effect("sends the same id and bytes at every attempt, signed anew at the time of each", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(503, 503, 200))
      const sink = yield* webhook(local(receiver.url))
      yield* TestClock.setTime(1_700_000_000_400)
      const given = batch(moves(3), { superseded: [0] })
      yield* Effect.flip(sink.write(given))
      yield* TestClock.adjust("90 seconds")
      // Whatever came to be known meanwhile: the body of the first attempt stands.
      yield* Effect.flip(sink.write({ ...given, attempt: 2, superseded: [0, 1, 2] }))
      yield* sink.write({ ...given, attempt: 3 })
      const [first, second, third] = receiver.requests
      expect(second!.body).toBe(first!.body)
      expect(third!.body).toBe(first!.body)
      expect(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1)
      expect(receiver.requests.map(({ headers }) => headers["webhook-timestamp"])).toEqual(
        ["1700000000", "1700000090", "1700000090"],
      )
      expect(second!.headers["webhook-signature"]).not.toBe(first!.headers["webhook-signature"])
      expect(new Webhook(secretOf(1)).sign(first!.headers["webhook-id"]!, new Date(1_700_000_090_000), first!.body))
        .toBe(second!.headers["webhook-signature"])
    }))

  it.live("sends the newer prices, under another id, where a lane has merged them into a batch of the same numbers", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(503, 200))
      const sink = yield* webhook(local(receiver.url))
      const [first, old, last] = [envelope(line(1)), envelope(line(2, { odds: 120 })), envelope(line(3))]
      const newer = envelope(line(5, { odds: -250 }))
      const given = batch([first, old, last])
      yield* Effect.flip(sink.write(given))
      yield* sink.write({ ...given, attempt: 2, envelopes: [first, newer, last] })
      expect(recordsIn(receiver.requests.slice(1))).toEqual([first.text, newer.text, last.text])
      const [failed, delivered] = receiver.requests.map(({ headers }) => headers["webhook-id"])
      expect(delivered).not.toBe(failed)
    }))

  it.live("gives a batch the same bytes in another process", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      for (let run = 0; run < 2; run++) {
        yield* Effect.scoped(Effect.flatMap(webhook(local(receiver.url)), (sink) => sink.write(batch(moves(5)))))
      }
      expect(receiver.requests[1]!.body).toBe(receiver.requests[0]!.body)
    }))

  it.live("keeps its connection", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook(local(receiver.url))
      for (const one of moves(5)) yield* sink.write(batch([one]))
      expect(receiver.connections()).toBe(1)
    }))

  it.live("opens another when the receiver has closed the idle one, without calling that a failure", () =>
    Effect.gen(function* () {
      // It closes the connection as the second request on it arrives: what an idle limit looks like to the sender.
      const seen = new WeakSet<object>()
      const receiver = yield* openReceiver((_, response) => {
        const { socket } = response
        if (seen.has(socket!)) return socket!.destroy()
        seen.add(socket!)
        response.end()
      })
      const sink = yield* webhook(local(receiver.url))
      for (const one of moves(3)) yield* sink.write(batch([one]))
      expect(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(3)
      expect(receiver.connections()).toBe(3)
    }))

  it.live("posts over TLS to a host whose authority it was given", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(ok, true)
      const url = receiver.url.replace("127.0.0.1", "localhost")
      const sink = yield* webhook(local(url, { ca: cert }))
      yield* sink.write(batch(moves(1)))
      expect(receiver.requests.length).toBe(1)
    }))

  it.live("sends the user and password of the URL as basic authentication", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook(local(receiver.url.replace("://", "://me:p%40ss@")))
      yield* sink.write(batch(moves(1)))
      expect(receiver.requests[0]!.headers["authorization"]).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`)
    }))

  it.live("posts without a signature only with `unsigned`", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const options = { url: receiver.url, allowPrivate: true }
      const error = yield* Effect.flip(webhook(options))
      expect(error.rest).toBe("disable")
      expect(error.cause).toBeInstanceOf(WebhookMisconfigured)
      expect(error.message).toContain("there is no secret")
      const sink = yield* webhook({ ...options, unsigned: true })
      yield* sink.write(batch(moves(1)))
      expect(receiver.requests[0]!.headers).toHaveProperty("webhook-id")
      expect(receiver.requests[0]!.headers).not.toHaveProperty("webhook-signature")
    }))

  it.live("checks with a signed test", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(204, 401, 503))
      const sink = yield* webhook(local(receiver.url))
      yield* sink.check!
      const { headers, body } = receiver.requests[0]!
      const { type, version, id } = new Webhook(secretOf(1)).verify(body, headers) as Record<string, unknown>
      expect({ type, version, id }).toEqual({ type: "boltodds.test", version: 1, id: headers["webhook-id"] })
      expect((yield* Effect.flip(sink.check!)).rest).toBe("disable")
      expect((yield* Effect.flip(sink.check!)).rest).toBe("retry")
    }))
})

describe("a batch over the largest body", () => {
  const limit = 4_000

  it.live("becomes several bodies that say so, each with its own id", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook(local(receiver.url, { maxBodyBytes: limit }))
      const envelopes = moves(20)
      yield* sink.write(batch(envelopes, { superseded: [0, 19] }))
      const bodies = receiver.requests.map(({ body }) => JSON.parse(body))
      expect(bodies.length).toBeGreaterThan(2)
      expect(bodies.map(({ part }) => part)).toEqual(bodies.map((_, index) => index + 1))
      expect(new Set(bodies.map(({ parts }) => parts))).toEqual(new Set([bodies.length]))
      expect(bodies.map(({ id }) => id.replace(/_[0-9a-f]{16}$/, ""))).toEqual(
        bodies.map((_, index) => `01K00000000000000000000000_1-20_20_part${index + 1}`),
      )
      expect(receiver.requests.map(({ headers }) => headers["webhook-id"])).toEqual(bodies.map(({ id }) => id))
      expect(recordsIn(receiver.requests)).toEqual(envelopes.map(({ text }) => text))
      expect(bodies[0].superseded).toEqual([0])
      expect(bodies.at(-1).superseded).toEqual([bodies.at(-1).records.length - 1])
    }))

  it.live("is continued where it failed, with the same ids and bytes", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(200, 500, 500, 200))
      const sink = yield* webhook(local(receiver.url, { maxBodyBytes: limit }))
      const given = batch(moves(20))
      const failure = yield* Effect.flip(sink.write(given))
      expect(failure).toMatchObject({ rest: "retry", delivered: 0, rejected: [] })
      yield* Effect.flip(sink.write({ ...given, attempt: 2 }))
      yield* sink.write({ ...given, attempt: 3 })
      const ids = receiver.requests.map(({ headers }) => headers["webhook-id"]!.split("_").at(-2))
      expect(ids.slice(0, 5)).toEqual(["part1", "part2", "part2", "part2", "part3"])
      expect(receiver.requests[2]!.body).toBe(receiver.requests[1]!.body)
      expect(receiver.requests[3]!.body).toBe(receiver.requests[1]!.body)
    }))

  it.live("loses only the part that is refused", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver(statuses(200, 422, 200))
      const sink = yield* webhook(local(receiver.url, { maxBodyBytes: limit }))
      const failure = yield* Effect.flip(sink.write(batch(moves(20))))
      const [first, second] = receiver.requests.map(({ body }) => JSON.parse(body).records.length as number)
      expect(failure).toMatchObject({
        rest: "retry",
        delivered: first,
        rejected: Array.from({ length: second! }, (_, index) => first! + index),
      })
    }))

  it.live("makes a dead letter of a record that is larger alone", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const sink = yield* webhook(local(receiver.url, { maxBodyBytes: limit }))
      const large = envelope(line(2, { link: `https://${"x".repeat(limit)}` }))
      const failure = yield* Effect.flip(sink.write(batch([moves(1)[0]!, large, envelope(line(3))])))
      expect(failure).toMatchObject({ rest: "retry", delivered: 1, rejected: [1] })
      expect(failure.cause).toBeInstanceOf(WebhookRecordTooLarge)
      expect(receiver.requests.length).toBe(1)
      expect(yield* Effect.flip(sink.write(batch([large])))).toMatchObject({ rest: "degrade", rejected: [0] })
    }))

  it.live("never makes a body over the limit, and loses no record", () =>
    Effect.gen(function* () {
      const receiver = yield* openReceiver()
      const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 300 }), { minLength: 1, maxLength: 12 })
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(texts, fc.integer({ min: 3_000, max: 9_000 }), async (names, maxBodyBytes) => {
            receiver.requests.length = 0
            const envelopes = names.map((target, index) => envelope(line(index + 1, { target })))
            const write = Effect.flatMap(
              webhook(local(receiver.url, { maxBodyBytes })),
              (sink) => sink.write(batch(envelopes, { superseded: envelopes.map((_, index) => index) })),
            )
            await Effect.runPromise(Effect.scoped(write))
            for (const { body } of receiver.requests) {
              expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxBodyBytes)
            }
            expect(recordsIn(receiver.requests)).toEqual(envelopes.map(({ text }) => text))
          }),
          { numRuns: 60 },
        )
      )
    }))
})

describe("as a sink", () => {
  for (const law of laws) {
    it(`it ${law.name}`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const receiver = yield* openReceiver()
        const subject = { sink: webhook(local(receiver.url)), received: () => recordsIn(receiver.requests) }
        yield* Effect.promise(() => law.run(subject))
        for (const { body, headers } of receiver.requests) new Webhook(secretOf(1)).verify(body, headers)
      }))))
  }
})
