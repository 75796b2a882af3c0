/** What browsers are stricter in than the runtimes that other tests run on. */
import { webTransport } from "@boltodds/connection"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect } from "vitest"
import { localServer } from "@boltodds/testing/LocalServer"

describe("the web transport", () => {
  it.live("calls a browser's own functions without an object, as they require", () =>
    Effect.gen(function* () {
      const { url } = yield* localServer({ connection: (socket) => socket.send("one") })
      const usual = globalThis.queueMicrotask
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          globalThis.queueMicrotask = function (this: unknown, run: () => void) {
            if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation")
            usual(run)
          }
        }),
        () =>
          Effect.sync(() => {
            globalThis.queueMicrotask = usual
          }),
      )
      const link = yield* webTransport().dial(Redacted.make(`${url}?key=s3cret`), { bufferBytes: 1024 })
      expect((yield* link.pull).frames).toEqual(["one"])
    }))
})
