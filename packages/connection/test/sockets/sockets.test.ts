/** The whole session over real sockets. */
import {
  connect as connectWeb,
  type Feed,
  keyOf,
  Limiter,
  makeLimiter,
  makeSession,
  type SessionOptions,
  type Status,
} from "@boltodds/connection"
import { connect, wsTransport } from "@boltodds/connection/node"
import type { FeedEvent, Frame } from "@boltodds/protocol"
import { it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { describe, expect } from "vitest"
import { ack, data, shape } from "@boltodds/testing/FakeFeed"
import { answer, localServer } from "@boltodds/testing/LocalServer"

const key = "s3cret-key/4711"
const spellings = [key, encodeURIComponent(key), "s3cret"]

const session = (options: Partial<SessionOptions> & { readonly url: string }) =>
  makeSession({ key: keyOf(key), transport: wsTransport(), ...options })
const events = (stream: Stream.Stream<FeedEvent, unknown>) => Stream.provideService(stream, Limiter, makeLimiter())

describe("a session over ws", () => {
  it.live("pauses the socket for a slow consumer and loses nothing", () =>
    Effect.gen(function* () {
      const total = 400
      const pad = "x".repeat(100_000)
      const { url } = yield* localServer({
        connection: (socket) => {
          socket.send(ack)
          socket.once("message", () => {
            for (let n = 0; n < total; n++) socket.send(`{"action":"numbered","n":${n},"pad":"${pad}"}`)
          })
        },
      })
      const gate = yield* Latch.make(true)
      const { events: stream } = yield* session({
        url,
        bufferBytes: 1_000_000,
        onStatus: (status) => {
          // The consumer stops once subscribed, until the session has reported that it stopped reading.
          if (status._tag === "Dialing") gate.closeUnsafe()
          if (status._tag === "Stale") gate.openUnsafe()
        },
      })
      const tags: Array<string> = []
      const numbers: Array<number> = []
      yield* events(stream).pipe(
        Stream.takeUntil((event) => event._tag === "Heard"),
        Stream.runForEachArray((turn) =>
          Effect.andThen(
            Effect.sync(() => {
              for (const event of turn) {
                if (event._tag !== "Frame") tags.push(event._tag)
                else {for (const item of event.items) {
                    if (item._tag === "Unknown") numbers.push((item.value as { n: number }).n)
                  }}
              }
            }),
            gate.await,
          )
        ),
      )
      // On a busy machine the process may stand still more than once.
      expect(tags.filter((tag) => tag !== "Tick").join(" ")).toMatch(/^Connected Subscribed (Paused Resumed )+Heard$/)
      expect(numbers).toEqual(Array.from({ length: total }, (_, n) => n))
    }))

  it.live("connects again after a cut, in a new epoch", () =>
    Effect.gen(function* () {
      let connections = 0
      const { url } = yield* localServer({
        connection: (socket) => {
          const cut = ++connections === 1
          socket.send(ack)
          socket.once("message", () => {
            socket.send(data)
            if (cut) setTimeout(() => socket.terminate(), 20)
          })
        },
      })
      const { events: stream } = yield* session({ url })
      const seen = yield* events(stream).pipe(
        Stream.takeUntil((event) =>
          event._tag === "Frame" && event.epoch === 2 && event.items[0]?._tag === "Message" &&
          event.items[0].message.action === "line_update"
        ),
        Stream.runCollect,
      )
      expect(shape(seen)).toEqual([
        "Connected 1",
        "Frame 1",
        "Subscribed 1",
        "Frame 1",
        "Disconnected 1 network",
        "Connected 2",
        "Frame 2",
        "Subscribed 2",
        "Frame 2",
      ])
    }))
})

describe("the key", () => {
  const serverWords = (status: number) => ({
    upgrade: (socket: Parameters<typeof answer>[0]) =>
      answer(socket, status, {}, `the key ${key} (${encodeURIComponent(key)}) is not known`),
  })

  for (
    const [name, script] of [
      ["refused with a status", serverWords(401)],
      ["refused with words", {
        connection: (socket: { send: (text: string) => void; close: (code: number, reason: string) => void }) => {
          socket.send(`{"error":"invalid key ${key}"}`)
          socket.close(1008, `invalid key ${key}`)
        },
      }],
    ] as const
  ) {
    it.live(`appears nowhere when it is ${name}`, () =>
      Effect.gen(function* () {
        const { url } = yield* localServer(script)
        const statuses: Array<Status> = []
        const one = yield* session({ url, onStatus: (status) => statuses.push(status) })
        const seen: Array<FeedEvent> = []
        const exit = yield* Effect.exit(
          Stream.runForEach(events(one.events), (event) => Effect.sync(() => seen.push(event))),
        )
        if (!Exit.isFailure(exit)) throw new Error("the key was not refused")
        const error = Cause.squash(exit.cause)
        expect(error).toMatchObject({ _tag: "KeyRefused" })
        const frames = seen.filter((event): event is Frame => event._tag === "Frame")
        const everything = [
          Cause.pretty(exit.cause),
          JSON.stringify(exit),
          JSON.stringify(error),
          String(error),
          inspect(error, { depth: Infinity, showHidden: true }),
          inspect(exit, { depth: Infinity, showHidden: true }),
          inspect(one, { depth: Infinity, showHidden: true }),
          JSON.stringify(one),
          JSON.stringify(statuses),
          JSON.stringify(seen),
          inspect(seen, { depth: Infinity }),
          ...frames.map(({ raw }) => typeof raw === "string" ? raw : new TextDecoder().decode(raw)),
        ].join("\n")
        for (const spelling of spellings) expect(everything).not.toContain(spelling)
      }))
  }

  it.live("appears nowhere when the server cannot be reached, nor when the URL is wrong", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(localServer({}))
      const one = yield* session({ url, maxAttempts: 1 })
      const exit = yield* Effect.exit(Stream.runDrain(events(one.events)))
      const wrong = yield* Effect.exit(session({ url: `wss://feed.example/api?key=${key}` }))
      const worse = yield* Effect.exit(session({ url: `not a url ${key}` }))
      const exits: ReadonlyArray<Exit.Exit<unknown, unknown>> = [exit, wrong, worse]
      for (const one of exits) {
        if (!Exit.isFailure(one)) throw new Error("did not fail")
        const text = `${Cause.pretty(one.cause)} ${inspect(one, { depth: Infinity, showHidden: true })}`
        for (const spelling of spellings) expect(text).not.toContain(spelling)
      }
      expect(Exit.isFailure(exit) && Cause.pretty(exit.cause)).toContain("ECONNREFUSED")
    }))
})

for (const [name, make] of [["ws", connect], ["web", connectWeb]] as const) {
  describe(`connect over ${name}`, () => {
    const server = localServer({
      connection: (socket) => {
        socket.send(ack)
        socket.on("message", (text) => {
          socket.send(data)
          socket.send(JSON.stringify({ action: "echo", text: String(text) }))
        })
      },
    })
    const open = (url: string): Feed => make({ url, key, limiter: makeLimiter(), filters: { sports: ["MLB"] } })

    it.live("gives events to a loop, and ends it on close", () =>
      Effect.gen(function* () {
        const { url } = yield* server
        const feed = open(url)
        const tags: Array<string> = []
        yield* Effect.promise(async () => {
          for await (const event of feed) {
            if (event._tag !== "Tick") tags.push(event._tag)
            if (tags.length === 5) await feed.close()
          }
        })
        expect(tags).toEqual(["Connected", "Frame", "Subscribed", "Frame", "Frame", "Disconnected"])
        expect(feed.status()).toEqual({ _tag: "Closed" })
      }))

    it.live("gives messages to a loop, and closes the connection when the loop is left", () =>
      Effect.gen(function* () {
        const gone = yield* Deferred.make<void>()
        const { url } = yield* localServer({
          connection: (socket) => {
            socket.on("close", () => Deferred.doneUnsafe(gone, Effect.void))
            socket.send(ack)
            socket.once("message", () => socket.send(data))
          },
        })
        const actions: Array<string> = []
        yield* Effect.promise(async () => {
          for await (const message of open(url).messages()) {
            actions.push(message.action)
            if (message.action === "line_update") break
          }
        })
        expect(actions).toEqual(["socket_connected", "line_update"])
        yield* Deferred.await(gone)
      }))

    it.live("changes filters while connected", () =>
      Effect.gen(function* () {
        const { url } = yield* server
        const feed = open(url)
        const echoes: Array<unknown> = []
        yield* Effect.promise(async () => {
          for await (const frame of feed.frames()) {
            for (const item of frame.items) {
              if (item._tag !== "Unknown") continue
              echoes.push(JSON.parse((item.value as { text: string }).text).filters)
              if (echoes.length === 1) await feed.setFilters({ sports: ["NBA"] })
              else await feed.close()
            }
          }
        })
        expect(echoes).toEqual([{ sports: ["MLB"] }, { sports: ["NBA"] }])
      }))

    it("throws at once if the URL cannot be used", () => {
      expect(() => make({ url: "ws://feed.example/api", key })).toThrow(/unencrypted/)
    })

    it.live("throws an error of the session in the loop", () =>
      Effect.gen(function* () {
        const { url } = yield* server
        const failing = make({ url, key: "", limiter: makeLimiter() })
        const thrown = yield* Effect.promise(async () => {
          try {
            await failing[Symbol.asyncIterator]().next()
          } catch (error) {
            return error
          }
        })
        expect(thrown).toMatchObject({ _tag: "KeyUnavailable" })
        expect(thrown).toBeInstanceOf(Error)
      }))
  })
}
