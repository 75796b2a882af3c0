/** Proxies: which one leads where, and what becomes of a dial and of a GET when it misbehaves. */
import type { DialError, HttpFailure } from "@boltodds/connection"
import { openTunnel, type Proxy, type ProxyEnvironment, ProxyError, proxyFor, socketThrough } from "@boltodds/machine"
import { nodeGet, wsTransport } from "@boltodds/connection/node"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as net from "node:net"
import * as tls from "node:tls"
import { afterEach, describe, expect, vi } from "vitest"
import { endOfDial } from "../../src/session/Backoff.ts"
import { cert, key } from "@boltodds/testing/certificate"
import { localServer } from "@boltodds/testing/LocalServer"
import { connectTo, type OnConnect, scriptedProxy } from "@boltodds/testing/ScriptedProxy"

afterEach(() => {
  vi.unstubAllEnvs()
})

const feed = new URL("wss://feed.example/api?key=s3cret")
const use = (environment: ProxyEnvironment, target: URL = feed): Proxy | ProxyError | undefined =>
  proxyFor(target, environment)

describe("a proxy's address", () => {
  it("is taken by the scheme of what is asked for, lower case before upper case, ALL_PROXY last", () => {
    const environment = { https_proxy: "http://a:1", HTTPS_PROXY: "http://b:2", HTTP_PROXY: "http://c:3" }
    expect(use(environment)).toMatchObject({ label: "http://a:1", variable: "https_proxy" })
    expect(use({ ...environment, https_proxy: "" })).toMatchObject({ label: "http://b:2", variable: "HTTPS_PROXY" })
    expect(use(environment, new URL("ws://feed.example/"))).toMatchObject({ label: "http://c:3" })
    expect(use({ ALL_PROXY: "http://d:4" })).toMatchObject({ label: "http://d:4", variable: "ALL_PROXY" })
    expect(use({})).toBeUndefined()
  })

  it("is read with and without a scheme, a path, a port, credentials, and as IPv6", () => {
    const of = (text: string) => use({ HTTPS_PROXY: text })
    expect(of("proxy.local:3128")).toMatchObject({ label: "http://proxy.local:3128", secure: false })
    expect(of("proxy.local")).toMatchObject({ label: "http://proxy.local:80", port: 80 })
    expect(of("http://proxy.local:3128/some/path?x#y")).toMatchObject({ label: "http://proxy.local:3128" })
    expect(of("HTTPS://Proxy.Local")).toMatchObject({ label: "https://proxy.local:443", secure: true, port: 443 })
    expect(of("http://[::1]:3128")).toMatchObject({ label: "http://[::1]:3128", host: "::1" })
    expect(of("  http://proxy.local:3128\n")).toMatchObject({ label: "http://proxy.local:3128" })
    expect(of("http://us%40er:p%3Aw@proxy.local:3128")).toMatchObject({
      label: "http://proxy.local:3128",
      authorization: `Basic ${Buffer.from("us@er:p:w").toString("base64")}`,
    })
    expect(of("user:p4ssword@proxy.local:3128")).toMatchObject({ label: "http://proxy.local:3128" })
  })

  it("that cannot be used is refused by the name of its variable, and never shown", () => {
    const of = (text: string): string => {
      const error = use({ HTTPS_PROXY: text })
      if (!(error instanceof ProxyError)) throw new Error(`${text} was taken`)
      expect(error.kind).toBe("unusable")
      expect(error.message).not.toMatch(/p4ssword/)
      return error.message
    }
    for (const scheme of ["socks5", "socks5h", "socks4", "socks4a", "socks"]) {
      expect(of(`${scheme}://user:p4ssword@127.0.0.1:1080`)).toBe(
        `cannot use the proxy in HTTPS_PROXY: ${scheme}:// is not supported. ` +
          "Name an http:// or https:// proxy, or add feed.example to NO_PROXY",
      )
    }
    expect(of("pac+http://127.0.0.1/p4ssword.pac")).toContain("pac+http:// is not supported")
    expect(of("p4ssword://127.0.0.1:1")).toContain("its scheme is not supported")
    for (
      const text of [
        "http://user:p4ssword@:bad",
        "http://user:p4ssword@proxy.local:99999",
        "http://user:p4ssword@proxy.local:0",
        "http://user:p4ssword%zz@proxy.local:1",
        "http://",
        "http://user:p4ssword@",
        "http://[::1:3128",
      ]
    ) expect(of(text), text).toMatch(/^cannot read the proxy's address in HTTPS_PROXY\. Write it like http:\/\//)
  })
})

/** Dials and GETs an address that only the proxy can reach, and gives what both say. */
const askThrough = (onConnect: OnConnect, handshakeMillis = 5000) =>
  Effect.gen(function* () {
    const proxy = yield* scriptedProxy(onConnect)
    vi.stubEnv("no_proxy", "")
    vi.stubEnv("http_proxy", `http://user:p4ssword@127.0.0.1:${proxy.port}`)
    const url = Redacted.make("ws://feed.example:4711/api?key=s3cret-key")
    const dialed: DialError = yield* Effect.flip(
      Effect.scoped(wsTransport({ handshakeMillis }).dial(url, { bufferBytes: 1000 })),
    )
    // Before anything else runs: a socket of ours that is still there would stay for ever.
    const left = proxy.open
    return { proxy, url, dialed, left }
  })

const closed = (open: () => number) =>
  Effect.gen(function* () {
    while (open() > 0) yield* Effect.sleep(1)
  })

const html = "<!doctype html><html><head><title>Denied</title></head><body><p>by p4ssword policy</p></body></html>"
const answers: ReadonlyArray<readonly [string, OnConnect, RegExp, number | undefined]> = [
  [
    "refuses with 403 and a page",
    (socket) =>
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: ${html.length}\r\n\r\n${html}`,
      ),
    /does not connect to feed\.example:4711: HTTP 403 Forbidden, "Denied"\. Ask its operator/,
    403,
  ],
  [
    "refuses with 401",
    (socket) => socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 11\r\n\r\ninvalid key"),
    /HTTP 401 Unauthorized, "invalid key"/,
    401,
  ],
  [
    "wants other credentials",
    (socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
    /does not accept the user and password in http_proxy \(HTTP 407/,
    407,
  ],
  [
    "refuses with 503 and keeps the connection",
    (socket) => void socket.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
    /HTTP 503 Service Unavailable\. Ask/,
    503,
  ],
  [
    "refuses with 429 and never ends its body",
    (socket) => void socket.write("HTTP/1.1 429 Too Many Requests\r\n\r\nwait"),
    /HTTP 429 Too Many Requests, "wait"/,
    429,
  ],
  ["redirects", (socket) => socket.end("HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n"), /HTTP 302 Found/, 302],
  ["closes without a word", (socket) => socket.end(), /closed the connection without an answer/, undefined],
  ["resets", (socket) => void socket.resetAndDestroy(), /cannot be reached: ECONNRESET/, undefined],
  ["speaks SOCKS", (socket) => void socket.write(Buffer.from([5, 0xff])), /may be a SOCKS proxy/, undefined],
  [
    "speaks TLS",
    (socket) => void socket.write(Buffer.from([0x15, 3, 3, 0, 2])),
    /speaks TLS\. Write https:/,
    undefined,
  ],
  ["answers garbage", (socket) => void socket.write("garbage"), /did not answer in HTTP\. Check/, undefined],
  ["answers in HTTP/0.9", (socket) => socket.end("<html>hello</html>"), /did not answer in HTTP\. Check/, undefined],
  ["answers in HTTP/2", (socket) => socket.end("HTTP/2 200\r\n\r\n"), /did not answer in HTTP\. Check/, undefined],
  [
    "answers with an invalid status",
    (socket) => socket.end("HTTP/1.1 OK\r\n\r\n"),
    /status line that is not HTTP/,
    undefined,
  ],
  [
    "sends megabytes of headers",
    (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${"X-Filler: 0123456789abcdef\r\n".repeat(80_000)}`),
    /a head of more than 16384 bytes/,
    undefined,
  ],
  [
    "sends interim answers for ever",
    (socket) => void socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000)),
    /a head of more than 16384 bytes/,
    undefined,
  ],
  [
    "begins an answer and never ends it",
    (socket) => void socket.write("HTTP/1.1 200 OK\r\nX-Half: "),
    /did not answer within 0\.3 s/,
    undefined,
  ],
  ["never answers", () => {}, /did not answer within 0\.3 s\. Check its address/, undefined],
]

describe("a proxy that", () => {
  for (const [name, onConnect, said, status] of answers) {
    it.live(`${name} is named, loses its connection, and says nothing about the key`, () =>
      Effect.gen(function* () {
        const { proxy, url, dialed, left } = yield* askThrough(onConnect, /never/.test(name) ? 300 : 5000)
        const label = `the proxy http://127.0.0.1:${proxy.port} (http_proxy) `
        expect(dialed.message).toContain(`Cannot reach feed.example:4711: ${label}`)
        if (!/ for ever|never ends its body/.test(name)) expect(dialed.message).toMatch(said)
        expect(dialed).toMatchObject({ kind: "proxy", status })
        expect(endOfDial(dialed)).toMatchObject({ kind: "failed", detail: dialed.message })
        yield* closed(left)
        if (/within/.test(said.source)) return
        const failure: HttpFailure = yield* Effect.flip(nodeGet(url, { maxBytes: 1000 }))
        expect(failure.message).toContain(label)
        expect(failure.message).toMatch(said)
        yield* closed(left)
        for (const text of [dialed.message, failure.message]) expect(text).not.toMatch(/p4ssword|s3cret/)
      }), 10_000)
  }

  it.live("does not answer loses the connection when the GET is given up", () =>
    Effect.gen(function* () {
      const proxy = yield* scriptedProxy(() => {})
      vi.stubEnv("no_proxy", "")
      vi.stubEnv("http_proxy", proxy.url)
      const got = nodeGet(Redacted.make("http://feed.example/api?key=k"), { maxBytes: 1000 })
      expect(yield* Effect.timeoutOption(got, 200)).toMatchObject({ _tag: "None" })
      yield* closed(proxy.open)
    }), 10_000)

  it.live("cannot be reached is named", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(scriptedProxy(() => {}))
      vi.stubEnv("no_proxy", "")
      vi.stubEnv("http_proxy", `127.0.0.1:${port}`)
      const url = Redacted.make("ws://feed.example/api?key=s3cret")
      const error: DialError = yield* Effect.flip(Effect.scoped(wsTransport().dial(url, { bufferBytes: 1000 })))
      expect(error.message).toBe(
        `Cannot reach feed.example: the proxy http://127.0.0.1:${port} (http_proxy) cannot be reached: ECONNREFUSED. ` +
          "Check its address, or add feed.example to NO_PROXY",
      )
    }))

  it.live("is a SOCKS proxy is refused by a dial and by a GET, and nothing is connected to", () =>
    Effect.gen(function* () {
      const proxy = yield* scriptedProxy(() => {})
      vi.stubEnv("no_proxy", "")
      vi.stubEnv("http_proxy", `socks5://127.0.0.1:${proxy.port}`)
      const url = Redacted.make("ws://feed.example/api?key=s3cret")
      const said = "cannot use the proxy in http_proxy: socks5:// is not supported"
      expect((yield* Effect.flip(Effect.scoped(wsTransport().dial(url, { bufferBytes: 1000 })))).message).toContain(
        said,
      )
      expect((yield* Effect.flip(nodeGet(url, { maxBytes: 1000 }))).message).toContain(said)
      expect(proxy.heads).toEqual([])
    }))

  it.live("says 200 and then sends a page is named with what came", () =>
    Effect.gen(function* () {
      const proxy = yield* scriptedProxy((socket) => void socket.write(`HTTP/1.1 200 OK\r\n\r\n${html}`))
      vi.stubEnv("no_proxy", "")
      vi.stubEnv("https_proxy", proxy.url)
      const url = Redacted.make("wss://feed.example/api?key=s3cret")
      const error: DialError = yield* Effect.flip(Effect.scoped(wsTransport().dial(url, { bufferBytes: 1000 })))
      expect(error.kind).toBe("network")
      expect(error.message).toMatch(
        /^Cannot reach feed\.example: the server does not use TLS \(.*\) \(through the proxy http:\/\/127\.0\.0\.1:\d+\)$/,
      )
      yield* closed(proxy.open)
    }))
})

/** The whole of a dial and a GET through a proxy that works. */
const through = (onConnect: (port: number) => OnConnect) =>
  Effect.gen(function* () {
    const { port } = yield* localServer({
      connection: (socket) => socket.send("through"),
      request: (_, response) => response.end("through"),
    })
    const proxy = yield* scriptedProxy(onConnect(port))
    vi.stubEnv("no_proxy", "")
    vi.stubEnv("http_proxy", proxy.url)
    const link = yield* wsTransport().dial(Redacted.make("ws://feed.example:4711/api?key=k"), { bufferBytes: 1000 })
    expect((yield* link.pull).frames.map(String)).toEqual(["through"])
    const answer = yield* nodeGet(Redacted.make("http://feed.example:4711/api?key=k"), { maxBytes: 1000 })
    expect(answer.body).toBe("through")
  })

describe("a proxy that works", () => {
  it.live("is asked for the host by its name, with credentials, and nothing of the URL", () =>
    Effect.gen(function* () {
      const { port } = yield* localServer({ connection: (socket) => socket.send("through") })
      const proxy = yield* scriptedProxy(connectTo(port))
      vi.stubEnv("no_proxy", "")
      vi.stubEnv("http_proxy", `http://us%40er:p4ss@127.0.0.1:${proxy.port}`)
      const link = yield* wsTransport().dial(Redacted.make("ws://[2001:db8::1]/api?key=k"), { bufferBytes: 1000 })
      expect((yield* link.pull).frames.map(String)).toEqual(["through"])
      expect(proxy.heads).toEqual([
        "CONNECT [2001:db8::1]:80 HTTP/1.1\r\nHost: [2001:db8::1]:80\r\nUser-Agent: boltodds\r\n" +
        `Proxy-Authorization: Basic ${Buffer.from("us@er:p4ss").toString("base64")}\r\n\r\n`,
      ])
    }))

  it.live("may answer byte by byte", () =>
    Effect.gen(function* () {
      yield* through((port): OnConnect => (socket, authority) => {
        socket.setNoDelay(true).pause()
        const head = Buffer.from("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n")
        let sent = 0
        const next = (): void => {
          if (sent === head.length) return connectTo(port, "")(socket, authority)
          socket.write(head.subarray(sent, ++sent), () => setImmediate(next))
        }
        next()
      })
    }))

  for (
    const [name, head] of [
      [
        "with interim answers first",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
      ],
      ["with any 2xx, and headers that mean nothing here", "HTTP/1.0 299 Fine\r\nContent-Length: 9999\r\n\r\n"],
      ["with bare line feeds", "HTTP/1.1 200\n\n"],
    ] as const
  ) {
    it.live(`may answer ${name}`, () => through((port) => connectTo(port, head)))
  }

  it.live("may be spoken to in TLS", () =>
    Effect.gen(function* () {
      const before = tls.getCACertificates("default")
      tls.setDefaultCACertificates([...before, cert])
      yield* Effect.addFinalizer(() => Effect.sync(() => tls.setDefaultCACertificates(before)))
      const { port } = yield* localServer({ connection: (socket) => socket.send("through") })
      const proxy = yield* scriptedProxy(connectTo(port), { cert, key })
      vi.stubEnv("no_proxy", "")
      vi.stubEnv("http_proxy", proxy.url)
      const link = yield* wsTransport().dial(Redacted.make("ws://feed.example/api?key=k"), { bufferBytes: 1000 })
      expect((yield* link.pull).frames.map(String)).toEqual(["through"])
    }))

  it.live("leads to TLS, whose certificate is checked against the host's name", () =>
    Effect.gen(function* () {
      const server = tls.createServer({ cert, key }, (socket) => socket.end("hello"))
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      yield* Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
      const { port } = server.address() as net.AddressInfo
      // The server's greeting comes with the first flight of TLS.
      const greets = connectTo(port)
      const say = (host: string, onConnect: OnConnect) =>
        Effect.scoped(Effect.gen(function* () {
          const proxy = use({ HTTPS_PROXY: (yield* scriptedProxy(onConnect)).url })
          if (proxy === undefined || proxy instanceof ProxyError) throw new Error("no proxy")
          return yield* Effect.callback<string>((resume) => {
            openTunnel(proxy, { host, port: 443 }, { timeoutMillis: 5000 }, (tunnel) => {
              if (tunnel instanceof ProxyError) return resume(Effect.die(tunnel))
              const socket = socketThrough(tunnel, new URL(`wss://${host}/`), { ca: cert })
              socket.on("data", (data) => resume(Effect.succeed(String(data))))
              socket.on("error", (error) => resume(Effect.succeed((error as NodeJS.ErrnoException).code ?? "?")))
            })
          })
        }))
      expect(yield* say("feed.example", greets)).toBe("hello")
      expect(yield* say("other.example", greets)).toBe("ERR_TLS_CERT_ALTNAME_INVALID")
    }))

  it.live("loses nothing of what follows its answer in the same packet", () =>
    Effect.gen(function* () {
      const proxy = use({
        HTTPS_PROXY: (yield* scriptedProxy((socket) => void socket.write("HTTP/1.1 200 OK\r\n\r\nfirst"))).url,
      })
      if (proxy === undefined || proxy instanceof ProxyError) throw new Error("no proxy")
      const text = yield* Effect.callback<string>((resume) => {
        openTunnel(proxy, { host: "feed.example", port: 80 }, { timeoutMillis: 5000 }, (tunnel) => {
          if (tunnel instanceof ProxyError) return resume(Effect.die(tunnel))
          tunnel.once("data", (data) => {
            tunnel.destroy()
            resume(Effect.succeed(String(data)))
          })
        })
      })
      expect(text).toBe("first")
    }))
})
