/** Webhooks through the proxy of the environment. */
import { webhook, WebhookAddressRefused, type WebhookOptions, WebhookProxyFailed } from "@boltodds/sink-webhook"
import { afterEach, describe, expect, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { LookupAddress } from "node:dns"
import * as net from "node:net"
import { cert } from "@boltodds/testing/certificate"
import { ok, openReceiver } from "@boltodds/testing/Receiver"
import { connectTo, scriptedProxy } from "@boltodds/testing/ScriptedProxy"
import { batch, moves } from "./records.ts"

afterEach(() => {
  vi.unstubAllEnvs()
})

/** A proxy that connects every request to one port of this machine, or gives this answer; `asked` is what it was asked for. */
const proxyTo = (port: number, answer = "HTTP/1.1 200 OK\r\n\r\n") =>
  Effect.suspend(() => {
    const asked: Array<string> = []
    const proxy = scriptedProxy((socket, authority) => {
      asked.push(authority)
      if (answer.includes(" 200 ")) connectTo(port, answer)(socket, authority)
      else if (answer !== "") socket.end(answer)
    })
    return Effect.map(proxy, ({ port }) => ({ port, asked }))
  })

const lookupTo =
  (...addresses: ReadonlyArray<string>): NonNullable<WebhookOptions["lookup"]> => (_host, _options, done) =>
    done(null, addresses.map((address): LookupAddress => ({ address, family: net.isIPv6(address) ? 6 : 4 })))

const hook = (lookup: WebhookOptions["lookup"], more: Partial<WebhookOptions> = {}): WebhookOptions => ({
  url: "https://receiver.test/hook",
  unsigned: true,
  ca: cert,
  lookup,
  ...more,
})

const through = (answer?: string) =>
  Effect.gen(function* () {
    const receiver = yield* openReceiver(ok, true)
    const proxy = yield* proxyTo(Number(new URL(receiver.url).port), answer)
    vi.stubEnv("no_proxy", "")
    vi.stubEnv("https_proxy", `http://user:p4ssword@127.0.0.1:${proxy.port}`)
    return { receiver, proxy }
  })

describe("a webhook behind a proxy", () => {
  it.live("goes through it to the address that was judged, and checks the certificate of the name", () =>
    Effect.gen(function* () {
      const { receiver, proxy } = yield* through()
      const sink = yield* webhook(hook(lookupTo("8.8.8.8")))
      yield* sink.write(batch(moves(1)))
      yield* sink.write(batch(moves(1)))
      expect(receiver.requests.map(({ method, url, headers }) => [method, url, headers["host"]])).toEqual([
        ["POST", "/hook", "receiver.test"],
        ["POST", "/hook", "receiver.test"],
      ])
      // One connection, kept.
      expect(proxy.asked).toEqual(["8.8.8.8:443"])
      const stranger = yield* webhook(hook(lookupTo("8.8.8.8"), { url: "https://stranger.test/hook" }))
      const error = yield* Effect.flip(stranger.write(batch(moves(1))))
      expect(error.message).toContain("its certificate is not trusted")
      expect(receiver.requests.length).toBe(2)
    }))

  it.live("is not connected to where its name leads to private addresses: the proxy receives nothing", () =>
    Effect.gen(function* () {
      const { proxy } = yield* through()
      for (const address of ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"]) {
        const sink = yield* webhook(hook(lookupTo(address)))
        const error = yield* Effect.flip(sink.write(batch(moves(1))))
        expect(error.rest).toBe("retry")
        expect(error.cause).toBeInstanceOf(WebhookAddressRefused)
      }
      expect(proxy.asked).toEqual([])
      const mixed = yield* webhook(hook(lookupTo("10.0.0.1", "8.8.4.4")))
      yield* mixed.write(batch(moves(1)))
      expect(proxy.asked).toEqual(["8.8.4.4:443"])
    }))

  it.live("is given to the proxy by its name where private addresses are allowed", () =>
    Effect.gen(function* () {
      const { proxy } = yield* through()
      const sink = yield* webhook(hook(lookupTo("203.0.113.1"), { allowPrivate: true }))
      yield* sink.write(batch(moves(1)))
      expect(proxy.asked).toEqual(["receiver.test:443"])
    }))

  it.live("tries the next address where the proxy reaches one not", () =>
    Effect.gen(function* () {
      const { proxy } = yield* through("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
      const sink = yield* webhook(hook(lookupTo("8.8.8.8", "8.8.4.4")))
      const error = yield* Effect.flip(sink.write(batch(moves(1))))
      expect(proxy.asked).toEqual(["8.8.8.8:443", "8.8.4.4:443"])
      expect(error.message).toContain("does not connect to 8.8.4.4:443: HTTP 502 Bad Gateway")
    }))

  it.live("fails with the proxy's own answer, is tried again, and shows no password", () =>
    Effect.gen(function* () {
      for (const status of ["403 Forbidden", "407 Proxy Authentication Required", "410 Gone"]) {
        const { proxy } = yield* through(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
        const sink = yield* webhook(hook(lookupTo("8.8.8.8")))
        const error = yield* Effect.flip(sink.write(batch(moves(1))))
        expect(error.rest).toBe("retry")
        expect(error.cause).toBeInstanceOf(WebhookProxyFailed)
        expect(error.message).toContain(`the proxy http://127.0.0.1:${proxy.port} (https_proxy) `)
        expect(error.message).toContain(`HTTP ${status.slice(0, 3)}`)
        expect(error.message).not.toContain("p4ssword")
      }
    }))

  it.live("never goes straight where the proxy cannot be used", () =>
    Effect.gen(function* () {
      const { receiver } = yield* through()
      vi.stubEnv("https_proxy", "socks5://127.0.0.1:1080")
      const sink = yield* webhook(hook(lookupTo("8.8.8.8")))
      const error = yield* Effect.flip(sink.write(batch(moves(1))))
      expect(error.message).toContain("socks5:// is not supported")
      expect(receiver.requests).toEqual([])
    }))

  it.live("leaves nothing open where the proxy never answers and the sink is closed", () =>
    Effect.gen(function* () {
      const { proxy } = yield* through("")
      yield* Effect.scoped(Effect.gen(function* () {
        const sink = yield* webhook(hook(lookupTo("8.8.8.8")))
        expect(yield* Effect.timeoutOption(sink.write(batch(moves(1))), 300)).toMatchObject({ _tag: "None" })
      }))
      expect(proxy.asked.length).toBeLessThanOrEqual(1)
      const sockets = (): ReadonlyArray<string> =>
        process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap")
      // The proxy's own end is one of them, until it has seen ours go.
      while (sockets().length > 0) yield* Effect.sleep(5)
    }), 10_000)

  it.live("goes straight with proxy: false, by NO_PROXY, and to this machine", () =>
    Effect.gen(function* () {
      const { receiver, proxy } = yield* through()
      const port = new URL(receiver.url).port
      const url = `https://localhost:${port}/hook`
      const local = lookupTo("127.0.0.1")
      const straight = [
        hook(local, { url: `https://receiver.test:${port}/hook`, allowPrivate: true, proxy: false }),
        hook(local, { url, allowPrivate: true }),
      ]
      for (const options of straight) yield* (yield* webhook(options)).write(batch(moves(1)))
      vi.stubEnv("no_proxy", "receiver.test")
      const excluded = hook(local, { url: `https://receiver.test:${port}/hook`, allowPrivate: true })
      yield* (yield* webhook(excluded)).write(batch(moves(1)))
      expect(receiver.requests.length).toBe(3)
      expect(proxy.asked).toEqual([])
    }))
})
