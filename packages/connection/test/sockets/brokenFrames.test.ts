/** Frames that break RFC 6455, and connections that end in odd ways: the link ends when it is seen. */
import { type Link, LinkClosed } from "@boltodds/connection"
import { wsTransport } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { deflateRawSync } from "node:zlib"
import { describe, expect } from "vitest"
import { rawFeed, rawFrame, textFrame } from "@boltodds/testing/RawFeed"

const limit = 1000

/** What the link gives to its end. */
const readAll = (link: Link) =>
  Effect.gen(function* () {
    const frames: Array<string> = []
    const closed: LinkClosed = yield* Effect.flip(Effect.forever(Effect.map(link.pull, (turn) => {
      for (const frame of turn.frames) frames.push(Buffer.from(frame as Uint8Array).toString("utf8"))
    })))
    return { frames, closed }
  })

/** Dials a server that sends a good frame and then does this; it never ends the connection by itself. */
const after = (act: (socket: Duplex) => void) =>
  Effect.gen(function* () {
    let hungUp = false
    const { url } = yield* rawFeed((socket) => {
      for (const gone of ["end", "close"]) socket.on(gone, () => hungUp = true)
      socket.write(textFrame("good"))
      act(socket)
    })
    const link = yield* wsTransport({ maxFrameBytes: limit }).dial(Redacted.make(url), { bufferBytes: 1_000_000 })
    const { frames, closed } = yield* readAll(link)
    expect(frames).toEqual(["good"])
    return { closed, hungUp: () => hungUp }
  })

const oversize = new LinkClosed("oversize", 1009, `a frame larger than the limit of ${limit} bytes`)

/** What breaks the protocol, and what the link says of it. */
const violations: ReadonlyArray<readonly [string, Buffer, LinkClosed | RegExp]> = [
  ["a compressed frame without an offer", rawFrame(0xc1, deflateRawSync("{}")), /RSV1 must be clear/],
  ["a frame with the second reserved bit", rawFrame(0xa1, "{}"), /RSV2 and RSV3 must be clear/],
  ["a frame with the third reserved bit", rawFrame(0x91, "{}"), /RSV2 and RSV3 must be clear/],
  ["a masked frame", Buffer.from([0x81, 0x84, 0, 0, 0, 0, ...Buffer.from("ping")]), /MASK must be clear/],
  ["an unknown opcode", rawFrame(0x83, "{}"), /invalid opcode 3/],
  ["an unknown control opcode", rawFrame(0x8b, "{}"), /invalid opcode 11/],
  ["a continuation of nothing", rawFrame(0x80, "{}"), /invalid opcode 0/],
  [
    "a message inside a message",
    Buffer.concat([rawFrame(0x01, "{"), textFrame("{}")]),
    /invalid opcode 1/,
  ],
  ["a control frame in pieces", rawFrame(0x09, "a"), /FIN must be set/],
  ["a control frame that is too long", rawFrame(0x89, "a".repeat(126)), /invalid payload length 126/],
  ["a close code that must not be sent", rawFrame(0x88, Buffer.from([1005 >> 8, 1005 & 255])), /invalid status code/],
  ["a close frame of one byte", rawFrame(0x88, "a"), /invalid payload length 1/],
  ["a frame over the limit, at its head", rawFrame(0x81, "x", 1_000_000), oversize],
  ["a frame of 1 TiB", rawFrame(0x81, "x", 2 ** 40), oversize],
  ["a frame whose length is not a safe integer", rawFrame(0x81, "x", 2 ** 60), oversize],
  [
    "a message over the limit in pieces",
    Buffer.concat([rawFrame(0x01, "x".repeat(600)), rawFrame(0x80, "x".repeat(600))]),
    oversize,
  ],
]

describe("the ws transport, on a connection that goes wrong", () => {
  for (const [name, bytes, said] of violations) {
    it.live(`ends at once on ${name}, and closes the connection`, () =>
      Effect.gen(function* () {
        const { closed, hungUp } = yield* after((socket) => void socket.write(bytes))
        if (said instanceof RegExp) {
          expect(closed.kind).toBe("network")
          expect(closed.detail).toMatch(said)
        } else expect(closed).toEqual(said)
        while (!hungUp()) yield* Effect.sleep(1)
      }), 5000)
  }

  it.live("ends soon after a close frame, though the server keeps the TCP connection", () =>
    Effect.gen(function* () {
      const { closed } = yield* after((socket) => {
        socket.write(rawFrame(0x88, Buffer.from([1013 >> 8, 1013 & 255, ...Buffer.from("later")])))
        socket.write(textFrame("too late"))
      })
      expect(closed).toEqual(new LinkClosed("closed", 1013, "later"))
    }), 5000)

  it.live("ends when the server ends its half of the connection", () =>
    Effect.gen(function* () {
      const { closed } = yield* after((socket) => void socket.end())
      expect(closed).toMatchObject({ kind: "network", code: 1006 })
    }), 5000)

  it.live("ends on a reset", () =>
    Effect.gen(function* () {
      const { closed } = yield* after((socket) => void setTimeout(() => (socket as Socket).resetAndDestroy(), 50))
      expect(closed).toMatchObject({ kind: "network", code: 1006 })
    }), 5000)

  it.live("gives a text that is not UTF-8 unchanged, for the decoder to check", () =>
    Effect.gen(function* () {
      const { url } = yield* rawFeed((socket) => void socket.write(rawFrame(0x81, Buffer.from([0x7b, 0xff, 0x7d]))))
      const link = yield* wsTransport().dial(Redacted.make(url), { bufferBytes: 1000 })
      expect((yield* link.pull).frames.map((frame) => [...(frame as Uint8Array)])).toEqual([[0x7b, 0xff, 0x7d]])
    }), 5000)
})
