/** The adapters against a real server. */
import {
  type DialError,
  type DialOptions,
  type Link,
  LinkClosed,
  type Transport,
  type Turn,
  webTransport,
} from "@boltodds/connection"
import { frameLimitFor, wsTransport } from "@boltodds/connection/node"
import { decodeFrame, splitFrame } from "@boltodds/protocol"
import { it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { WebSocket } from "ws"
import { describe, expect } from "vitest"
import { answer, localServer } from "@boltodds/testing/LocalServer"

const key = "s3cret-key-4711"
const options: DialOptions = { bufferBytes: 1024 * 1024 }
const dial = (transport: Transport, url: string, dialOptions: DialOptions = options) =>
  transport.dial(Redacted.make(`${url}?key=${key}`), dialOptions)

const text = (raw: string | Uint8Array): string => typeof raw === "string" ? raw : new TextDecoder().decode(raw)

/** Pulls until there are as many frames. */
const pullFrames = (link: Link, count: number) =>
  Effect.gen(function* () {
    const frames: Array<string> = []
    while (frames.length < count) frames.push(...(yield* link.pull).frames.map(text))
    return frames
  })

/** Pulls to the end. */
const pullAll = (link: Link) =>
  Effect.gen(function* () {
    const turns: Array<Turn> = []
    const closed: LinkClosed = yield* Effect.flip(
      Effect.forever(Effect.map(link.pull, (turn) => {
        turns.push(turn)
      })),
    )
    return { frames: turns.flatMap(({ frames }) => frames.map(text)), closed }
  })

for (const [name, transport] of [["ws", wsTransport()], ["web", webTransport()]] as const) {
  describe(`the ${name} transport`, () => {
    it.live("carries texts and bytes both ways, in order", () =>
      Effect.gen(function* () {
        const received = yield* Deferred.make<string>()
        const { url } = yield* localServer({
          connection: (socket) => {
            socket.on("message", (message) => Deferred.doneUnsafe(received, Effect.succeed(String(message))))
            socket.send("one")
            socket.send(Buffer.from("zwölf"))
            socket.send("three")
          },
        })
        const link = yield* dial(transport, url)
        expect(yield* pullFrames(link, 3)).toEqual(["one", "zwölf", "three"])
        yield* link.send("subscribe")
        expect(yield* Deferred.await(received)).toBe("subscribe")
      }))

    it.live("gives everything before a close, then its code and reason, without the key", () =>
      Effect.gen(function* () {
        const { url } = yield* localServer({
          connection: (socket) => {
            socket.send("last words")
            socket.close(4003, `key ${key} expired`)
          },
        })
        const link = yield* dial(transport, url)
        const { frames, closed } = yield* pullAll(link)
        expect(frames).toEqual(["last words"])
        expect(closed).toEqual(new LinkClosed("closed", 4003, "key [redacted] expired"))
        expect(yield* Effect.flip(link.send("too late"))).toBeInstanceOf(LinkClosed)
      }))

    it.live("distinguishes a broken connection from a closed one", () =>
      Effect.gen(function* () {
        const { url } = yield* localServer({ connection: (socket) => socket.terminate() })
        const { closed } = yield* pullAll(yield* dial(transport, url))
        expect(closed).toMatchObject({ kind: "network", code: 1006 })
      }))

    it.live("fails to dial where nobody listens, naming host and port alone", () =>
      Effect.gen(function* () {
        const { url, port } = yield* Effect.scoped(localServer({}))
        const error = yield* Effect.flip(dial(transport, url))
        expect(error).toMatchObject({ kind: "network" })
        expect(error.message).toContain(`127.0.0.1:${port}`)
        expect(error.message).not.toContain(key)
        if (name === "ws") expect(error.message).toContain("ECONNREFUSED")
      }))

    it.live("fails to dial where no answer comes in time", () =>
      Effect.gen(function* () {
        const { url } = yield* localServer({ upgrade: () => {} })
        const impatient = name === "ws" ? wsTransport({ handshakeMillis: 50 }) : webTransport({ handshakeMillis: 50 })
        expect(yield* Effect.flip(dial(impatient, url))).toMatchObject({ kind: "timeout" })
      }))

    it.live("hangs up with its scope", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<number>()
        const { url } = yield* localServer({
          connection: (socket) => socket.on("close", (code) => Deferred.doneUnsafe(closed, Effect.succeed(code))),
        })
        yield* Effect.scoped(dial(transport, url))
        expect(yield* Deferred.await(closed)).toBe(1000)
      }))

    it.live("shows each frame to onFrame before it can be pulled", () =>
      Effect.gen(function* () {
        const { url } = yield* localServer({ connection: (socket) => ["a", "b"].forEach((one) => socket.send(one)) })
        const seen: Array<string> = []
        const link = yield* dial(transport, url, { ...options, onFrame: (raw) => seen.push(text(raw)) })
        expect(yield* pullFrames(link, 2)).toEqual(["a", "b"])
        expect(seen).toEqual(["a", "b"])
      }))
  })
}

describe("the ws transport", () => {
  it.live("stops reading the socket while it is not pulled, and loses nothing", () =>
    Effect.gen(function* () {
      const frame = "x".repeat(100_000)
      const total = 600
      let server: WebSocket | undefined
      const { url } = yield* localServer({
        connection: (socket) => {
          server = socket
          for (let n = 0; n < total; n++) socket.send(`${n} ${frame}`)
        },
      })
      const link = yield* dial(wsTransport(), url, { bufferBytes: 1_000_000 })
      // Nothing shows that the buffers in between are full: wait until the sender's backlog stops growing.
      let before = -1
      while (server!.bufferedAmount !== before) {
        before = server!.bufferedAmount
        yield* Effect.sleep(100)
      }
      expect(before).toBeGreaterThan(20_000_000)
      const received = link.receivedBytes!()
      expect(received).toBeLessThan(10_000_000)
      const frames = yield* pullFrames(link, total)
      expect(frames.map((one) => Number(one.split(" ")[0]))).toEqual(Array.from({ length: total }, (_, n) => n))
      expect(link.receivedBytes!()).toBeGreaterThan(60_000_000)
    }))

  it.live("gives the answer to a ping after everything sent before it", () =>
    Effect.gen(function* () {
      const { url } = yield* localServer({
        connection: (socket) => {
          socket.on("ping", () => {})
          socket.on("message", () => ["a", "b", "c"].forEach((one) => socket.send(one)))
        },
      })
      const link = yield* dial(wsTransport(), url)
      yield* link.send("go")
      link.ping!(7)
      const frames: Array<string> = []
      for (;;) {
        const turn = yield* link.pull
        frames.push(...turn.frames.map(text))
        if (turn.pong !== undefined) {
          expect(turn.pong).toBe(7)
          break
        }
      }
      expect(frames).toEqual(["a", "b", "c"])
    }))

  it.live("brings all frames of a turn at once", () =>
    Effect.gen(function* () {
      const { url } = yield* localServer({
        connection: (socket) =>
          socket.on("message", () => {
            for (let n = 0; n < 1000; n++) socket.send("x")
          }),
      })
      const link = yield* dial(wsTransport(), url)
      yield* link.send("go")
      let turns = 0
      for (let frames = 0; frames < 1000; turns++) frames += (yield* link.pull).frames.length
      expect(turns).toBeLessThan(200)
    }))

  it.live("ends on a frame over its limit, and says so", () =>
    Effect.gen(function* () {
      const { url } = yield* localServer({ connection: (socket) => socket.send("x".repeat(2000)) })
      const { closed } = yield* pullAll(yield* dial(wsTransport({ maxFrameBytes: 1000 }), url))
      expect(closed).toEqual(new LinkClosed("oversize", 1009, "a frame larger than the limit of 1000 bytes"))
    }))

  it.live("takes frames of 20 MB", () =>
    Effect.gen(function* () {
      const message = JSON.stringify({ action: "numbered", sportsbook: "a", pad: "x".repeat(950) })
      const sent = `[${Array.from({ length: 20_000 }, () => message).join(",")}]`
      const { url } = yield* localServer({ connection: (socket) => socket.send(sent) })
      // A large frame comes in pieces, cut between its messages.
      const frames = yield* pullFrames(yield* dial(wsTransport(), url), splitFrame(sent).length)
      expect(frames.flatMap((frame) => JSON.parse(frame) as ReadonlyArray<unknown>).length).toBe(20_000)
    }))

  it.live("says of a path without a feed where the vendor's feed is", () =>
    Effect.gen(function* () {
      const { url, port } = yield* localServer({ upgrade: (socket) => answer(socket, 404, {}, "") })
      const at = (path: string): string => {
        const address = new URL(url)
        address.pathname = path
        return address.href
      }
      const message = (path: string) => Effect.map(Effect.flip(dial(wsTransport(), at(path))), ({ message }) => message)
      const refused = `127.0.0.1:${port} refused the connection with HTTP 404; no feed at its path`
      expect(yield* message("/odds")).toBe(`${refused} /odds. The vendor's feed is at /api: correct the URL`)
      expect(yield* message("/")).toBe(`${refused} /. The vendor's feed is at /api: correct the URL`)
      expect(yield* message("/api")).toBe(`${refused} /api`)
    }))

  it.live("sees why a dial was refused", () =>
    Effect.gen(function* () {
      const { url, port } = yield* localServer({
        upgrade: (socket) => answer(socket, 429, { "retry-after": "17" }, `too many requests for ${key}`),
      })
      const error: DialError = yield* Effect.flip(dial(wsTransport(), url))
      expect(error).toMatchObject({
        kind: "refused",
        message: `127.0.0.1:${port} refused the connection with HTTP 429`,
        status: 429,
        retryAfterMillis: 17_000,
        body: "too many requests for [redacted]",
      })
    }))

  it.live("does not follow redirects", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* localServer({
        upgrade: (socket) => {
          requests++
          answer(socket, 302, { location: "/elsewhere" }, "")
        },
      })
      const error = yield* Effect.flip(dial(wsTransport(), url))
      expect(error).toMatchObject({ status: 302 })
      expect(error.message).toContain("redirects are not followed")
      expect(requests).toBe(1)
    }))

  it("limits frames to an eighth of the memory or of the heap, within 64 to 256 MiB", () => {
    const gibibyte = 2 ** 30
    const mebibyte = 2 ** 20
    expect(frameLimitFor(16 * gibibyte, 0)).toBe(256 * mebibyte)
    expect(frameLimitFor(16 * gibibyte, 2 ** 64)).toBe(256 * mebibyte)
    expect(frameLimitFor(16 * gibibyte, gibibyte)).toBe(128 * mebibyte)
    expect(frameLimitFor(gibibyte, 0)).toBe(128 * mebibyte)
    expect(frameLimitFor(16 * gibibyte, 0, gibibyte)).toBe(128 * mebibyte)
    expect(frameLimitFor(16 * gibibyte, 0, 128 * mebibyte)).toBe(64 * mebibyte)
  })

  it.live("gives a large frame as several, cut between its messages", () =>
    Effect.gen(function* () {
      const messages = Array.from({ length: 3_000 }, (_, index) => ({ action: "x", index, pad: "y".repeat(300) }))
      const { url } = yield* localServer({ connection: (socket) => socket.send(JSON.stringify(messages)) })
      const link = yield* dial(wsTransport(), url)
      const indexes: Array<unknown> = []
      let frames = 0
      while (indexes.length < messages.length) {
        for (const frame of (yield* link.pull).frames) {
          frames++
          expect(frame.length).toBeLessThanOrEqual(256 * 1024)
          for (const item of decodeFrame(frame)) {
            indexes.push(item._tag === "Unknown" ? (item.value as { index: number }).index : item)
          }
        }
      }
      expect(indexes).toEqual(messages.map(({ index }) => index))
      expect(frames).toBe(4)
    }))
})

describe("the web transport", () => {
  it("says what it cannot do", () => {
    expect(webTransport()).toMatchObject({ canPause: false, seesStatus: false })
  })

  it.live("disconnects over its byte bound, after what it holds was read", () =>
    Effect.gen(function* () {
      const gone = yield* Deferred.make<void>()
      const { url } = yield* localServer({
        connection: (socket) => {
          socket.on("close", () => Deferred.doneUnsafe(gone, Effect.void))
          for (let n = 0; n < 10; n++) socket.send("x".repeat(1000))
        },
      })
      const link = yield* dial(webTransport({ overflowBytes: 3500 }), url)
      yield* Deferred.await(gone)
      const { frames, closed } = yield* pullAll(link)
      expect(frames.length).toBe(4)
      expect(closed).toEqual(new LinkClosed("overflow", undefined, "more than 3500 bytes waited to be read"))
    }))
})

describe("the ws transport, where TLS fails", () => {
  it.live("says on one line what is wrong, and that ws:// may be meant", () =>
    Effect.gen(function* () {
      const { url } = yield* localServer({})
      const error: DialError = yield* Effect.flip(dial(wsTransport(), url.replace("ws://", "wss://")))
      const host = new URL(url).host
      // Node has it in the message of EPROTO, Deno has a code for it.
      const said = "Deno" in globalThis ? "ERR_SSL_WRONG_VERSION_NUMBER" : "EPROTO wrong version number"
      expect(error.message).toBe(`Cannot reach ${host}: the server does not use TLS (${said})`)
    }))
})
