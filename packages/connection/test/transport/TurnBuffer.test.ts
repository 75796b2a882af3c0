import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TurnBuffer } from "../../src/transport/TurnBuffer.ts"

const makeBuffer = (bufferBytes: number) => {
  const calls: Array<string> = []
  const buffer = new TurnBuffer({
    bufferBytes,
    atEndOfTurn: (flush) => flush(),
    onFull: () => {
      calls.push("full")
      return undefined
    },
    onDrained: () => calls.push("drained"),
  })
  return { buffer, calls }
}

describe("a buffer of frames", () => {
  it.effect.each([
    { what: "empty frames", send: (buffer: TurnBuffer) => buffer.push("") },
    { what: "empty binary frames", send: (buffer: TurnBuffer) => buffer.push(new Uint8Array()) },
    { what: "pongs that differ", send: (buffer: TurnBuffer, index: number) => buffer.pong(index % 2) },
  ])(
    "stops reading where nothing but $what comes, and reads on once they are taken",
    ({ send }) =>
      Effect.gen(function* () {
        const { buffer, calls } = makeBuffer(10_000)
        for (let index = 0; index < 1000; index++) send(buffer, index)
        expect(calls).toEqual(["full"])
        yield* buffer.pull
        expect(calls).toEqual(["full", "drained"])
      }),
  )

  it.effect("gives the newest pong with the frames, and remembers it", () =>
    Effect.gen(function* () {
      const { buffer } = makeBuffer(10_000)
      buffer.pong(1)
      buffer.push("a")
      buffer.pong(2)
      buffer.push("b")
      expect(yield* buffer.pull).toEqual({ frames: ["a", "b"], pong: 2 })
      buffer.push("c")
      expect(yield* buffer.pull).toEqual({ frames: ["c"], pong: 2 })
    }))
})
