/** What lives in files, and in the environment. */
import { keyFromEnv, keyOf } from "@boltodds/connection"
import { keyFromFile, nodeGet, wsTransport } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { execFileSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, vi } from "vitest"
import { localServer } from "@boltodds/testing/LocalServer"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "boltodds-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true })),
)

afterEach(() => {
  vi.unstubAllEnvs()
})

describe("a key", () => {
  it.live("is read from its file each time", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "key")
      const key = keyFromFile(path)
      expect((yield* Effect.flip(key)).message).toBe(
        `Cannot read the key file ${path}: there is no such file. Check its name.`,
      )
      yield* Effect.promise(() => writeFile(path, "first\n"))
      expect(Redacted.value(yield* key)).toBe("first")
      yield* Effect.promise(() => writeFile(path, "second"))
      expect(Redacted.value(yield* key)).toBe("second")
      yield* Effect.promise(() => writeFile(path, "# a comment\nthird"))
      expect((yield* Effect.flip(key)).message).toBe(
        `Cannot read the key: the key file ${path} contains more than one line. Leave only the key in it`,
      )
    }))

  it.live("is read from a pipe only once", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "pipe")
      execFileSync("mkfifo", [path])
      const key = keyFromFile(path)
      const reading = yield* Effect.forkChild(Effect.all([key, key], { concurrency: "unbounded" }))
      yield* Effect.promise(() => writeFile(path, "piped\n"))
      const both = yield* Fiber.join(reading)
      expect([...both, yield* key].map(Redacted.value)).toEqual(["piped", "piped", "piped"])
    }))

  it.effect("is read from the environment", () =>
    Effect.gen(function* () {
      const env = (values: Record<string, string>) => ConfigProvider.fromEnvRecord(values)
      const from = (values: Record<string, string>) =>
        Effect.provideService(keyFromEnv(), ConfigProvider.ConfigProvider, env(values))
      expect(Redacted.value(yield* from({ BOLTODDS_API_KEY: " abc " }))).toBe("abc")
      expect((yield* Effect.flip(from({}))).message).toBe(
        "Cannot read the key: the environment variable BOLTODDS_API_KEY is not set",
      )
      expect((yield* Effect.flip(from({ BOLTODDS_API_KEY: "" })))._tag).toBe("KeyUnavailable")
    }))

  it.effect("appears in no text of its value", () =>
    Effect.gen(function* () {
      const key = yield* keyOf("s3cret")
      expect(`${String(key)} ${JSON.stringify({ key })}`).not.toContain("s3cret")
    }))
})

/** A proxy that connects whatever it is asked for to one port of this machine. */
const connectProxy = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<{ url: string; asked: Array<string>; stop: () => void }>((resolve) => {
        const asked: Array<string> = []
        const server = createServer()
        server.on("connect", (request, socket) => {
          asked.push(request.url!)
          const target = connect(port, "127.0.0.1", () => {
            socket.write("HTTP/1.1 200 OK\r\n\r\n")
            target.pipe(socket).pipe(target)
          })
          for (const end of [socket, target]) end.on("error", () => target.destroy())
        })
        server.listen(0, "127.0.0.1", () =>
          resolve({
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            asked,
            stop: () => server.close(),
          }))
      })
    ),
    ({ stop }) => Effect.sync(stop),
  )

describe("a proxy in the environment", () => {
  it.live("is used for the feed and for REST, never for this machine itself", () =>
    Effect.gen(function* () {
      const { port, url } = yield* localServer({
        connection: (socket) => socket.send("through"),
        request: (_, response) => response.end("through"),
      })
      const proxy = yield* connectProxy(port)
      vi.stubEnv("http_proxy", proxy.url)
      vi.stubEnv("no_proxy", "")
      const dial = (address: string) => wsTransport().dial(Redacted.make(address), { bufferBytes: 1000 })
      const link = yield* dial("ws://feed.example:4711/api?key=k")
      expect((yield* link.pull).frames.map(String)).toEqual(["through"])
      const answer = yield* nodeGet(Redacted.make("http://feed.example:4711/api/get_info?key=k"), { maxBytes: 1000 })
      expect(answer.body).toBe("through")
      expect(proxy.asked).toEqual(["feed.example:4711", "feed.example:4711"])
      yield* (yield* dial(`${url}?key=k`)).pull
      expect(proxy.asked.length).toBe(2)
      vi.stubEnv("http_proxy", "http://user:p4ssword@:bad")
      const error = yield* Effect.flip(dial("ws://feed.example:4711/api?key=s3cret"))
      expect(error.message).not.toMatch(/p4ssword|s3cret/)
    }))
})
