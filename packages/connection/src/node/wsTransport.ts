/** The transport on `ws`, for Node, Deno and Bun. */
import { loopbackLookup, noAnswer, openTunnel, ProxyError, proxyFor, socketThrough, targetOf } from "@boltodds/machine"
import { splitFrame } from "@boltodds/protocol"
import { isLoopbackHost } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { type ClientOptions, WebSocket } from "ws"
import { scrub, secretOf } from "../key/scrub.ts"
import { TurnBuffer } from "../transport/TurnBuffer.ts"
import { parseRetryAfter } from "../transport/Http.ts"
import { defaultFeedUrl } from "../transport/FeedUrl.ts"
import { DialError, type DialOptions, type Link, LinkClosed, type Transport } from "../transport/Transport.ts"
import { frameLimitBytes } from "./frameLimit.ts"

/** Options of {@link wsTransport}. */
export interface WsTransportOptions {
  /** The longest time until the WebSocket is open, in milliseconds. @default 10_000 */
  readonly handshakeMillis?: number | undefined
  /** The largest frame, in bytes. A larger one ends the connection, a second one in a row the session. @default 64 to 256 MiB, see `frameLimitBytes` */
  readonly maxFrameBytes?: number | undefined
  /**
   * Whether to offer permessage-deflate (RFC 7692). On a recorded day it left 6 % of the bytes and took 10 to 20 times the
   * processor time (0.4 ms more for a frame of 6.7 kB): use it on slow or metered lines only. @default false
   */
  readonly compress?: boolean | undefined
  /** Only IPv4 or only IPv6. @default both */
  readonly family?: 4 | 6 | undefined
  /** False: never use a proxy. @default the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`, …) */
  readonly proxy?: false | undefined
}

/**
 * How long the server may take to end the TCP connection after its close frame, in milliseconds. Nothing can follow that
 * frame, but `ws` reports the close only when the connection has ended (after 30 s by default).
 */
const closeMillis = 250

/**
 * The transport on `ws`. It can pause the socket, sees the HTTP status of a refusal, looks up DNS at each dial, follows no
 * redirects, and trusts the runtime's certificates (`NODE_EXTRA_CA_CERTS` included). Text frames come as bytes; decoding
 * checks that they are UTF-8. A frame of more than 256 KiB comes as several (`splitFrame`).
 */
export const wsTransport = (options: WsTransportOptions = {}): Transport => ({
  name: "ws",
  canPause: true,
  seesStatus: true,
  dial: (url, dialOptions) => dial(Redacted.value(url), options, dialOptions),
})

const dial = (
  url: string,
  options: WsTransportOptions,
  { bufferBytes, onFrame }: DialOptions,
): Effect.Effect<Link, DialError, Scope> => {
  const handshakeMillis = options.handshakeMillis ?? 10_000
  let address: URL
  try {
    address = new URL(url)
  } catch {
    // The cause would contain the URL.
    return Effect.fail(new DialError("network", "Cannot read the URL of the feed"))
  }
  const { host } = address
  const proxy = options.proxy === false ? undefined : proxyFor(address, process.env)
  if (proxy instanceof ProxyError) return Effect.fail(proxyFailure(host, proxy))
  const secret = secretOf(url)
  const through = proxy === undefined ? "" : ` (through the proxy ${proxy.label})`
  /** Whether the proxy must answer next, before the host. */
  let atProxy = proxy !== undefined

  const open = Effect.callback<Open, DialError>((resume) => {
    const fail = (error: DialError): void => resume(Effect.fail(error))
    const begin = (tunnel: Socket | undefined): () => void => {
      atProxy = false
      const maxPayload = options.maxFrameBytes ?? frameLimitBytes()
      const settings: ClientOptions & { readonly closeTimeout: number } = {
        maxPayload,
        perMessageDeflate: options.compress === true,
        skipUTF8Validation: true,
        followRedirects: false,
        closeTimeout: closeMillis,
        rejectUnauthorized: true,
        // Unencrypted only to this machine.
        ...(address.protocol === "ws:" && isLoopbackHost(host) ? { lookup: loopbackLookup() } : {}),
        ...(options.family === undefined ? {} : { family: options.family }),
        ...(tunnel === undefined ? {} : { createConnection: () => socketThrough(tunnel, address) }),
      }
      const socket = new WebSocket(url, settings)
      const buffer = new TurnBuffer({
        bufferBytes,
        atEndOfTurn: setImmediate,
        onFull: () => {
          socket.pause()
          return undefined
        },
        onDrained: () => socket.resume(),
      })
      let bytesRead = () => 0
      socket.on("message", (data: Buffer) => {
        for (const frame of splitFrame(data)) {
          onFrame?.(frame)
          buffer.push(frame)
        }
      })
      socket.on("pong", (data: Buffer) => {
        const number = Number(data.toString("latin1"))
        if (Number.isSafeInteger(number)) buffer.pong(number)
      })
      socket.on("upgrade", (response) => {
        bytesRead = () => response.socket.bytesRead
      })
      socket.on("open", () => resume(Effect.succeed({ socket, link: linkOf(socket, buffer, () => bytesRead()) })))
      socket.on("unexpected-response", (request, response) => {
        readBeginning(response, (body) => {
          fail(refusal(address, response, scrub(body, secret)))
          request.destroy()
        })
      })
      socket.on("error", (error: Error & { readonly code?: unknown }) => {
        const code = typeof error.code === "string" ? error.code : undefined
        const why = reason(code, error.message, secret)
        fail(new DialError("network", `Cannot reach ${host}: ${why}${through}`))
        // After `open` this is a violation of the protocol, and nothing readable can follow. `ws` would report the end only
        // after the server's close frame.
        buffer.close(
          isOversize(code)
            ? new LinkClosed("oversize", 1009, `a frame larger than the limit of ${maxPayload} bytes`)
            : new LinkClosed("network", undefined, why),
        )
        socket.terminate()
      })
      socket.on("close", (code: number, text: Buffer) => {
        buffer.close(closeReason(code, scrub(text.toString("utf8"), secret)))
      })
      return () => {
        socket.terminate()
        tunnel?.destroy()
      }
    }
    let leave: () => void
    if (proxy === undefined) leave = begin(undefined)
    else {
      const limits = { timeoutMillis: handshakeMillis, family: options.family }
      leave = openTunnel(proxy, targetOf(address), limits, (result) => {
        if (result instanceof ProxyError) fail(proxyFailure(host, result))
        else leave = begin(result)
      })
    }
    return Effect.sync(() => leave())
  })
  return Effect.acquireRelease(
    open.pipe(
      Effect.timeoutOrElse({
        duration: handshakeMillis,
        orElse: () =>
          Effect.fail(
            proxy !== undefined && atProxy
              ? proxyFailure(host, noAnswer(proxy, host, handshakeMillis))
              : new DialError("timeout", `${host} did not answer within ${handshakeMillis / 1000} s${through}`),
          ),
      }),
    ),
    ({ socket }) => Effect.sync(() => hangUp(socket)),
    { interruptible: true },
  ).pipe(Effect.map(({ link }) => link))
}

interface Open {
  readonly socket: WebSocket
  readonly link: Link
}

const proxyFailure = (host: string, { message, status }: ProxyError): DialError =>
  new DialError("proxy", `Cannot reach ${host}: ${message}`, { status })

/** Whether a frame is above the limit, or of a length that JavaScript cannot represent. */
const isOversize = (code: string | undefined): boolean =>
  code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" || code === "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH"

const linkOf = (socket: WebSocket, buffer: TurnBuffer, receivedBytes: () => number): Link => ({
  pull: buffer.pull,
  send: (text) =>
    Effect.suspend(() => {
      if (socket.readyState !== socket.OPEN) return Effect.fail(new LinkClosed("network", undefined, "not open"))
      socket.send(text)
      return Effect.void
    }),
  ping: (number) => {
    if (socket.readyState === socket.OPEN) socket.ping(String(number))
  },
  receivedBytes,
})

/** Closes the socket, without a long wait for the answer: the server counts the connection until it has ended. */
const hangUp = (socket: WebSocket): void => {
  if (socket.readyState === socket.OPEN) {
    // Nothing reads the messages that still come.
    socket.removeAllListeners("message")
    socket.resume()
    socket.close(1000)
    setTimeout(() => socket.terminate(), 500).unref()
  } else {
    socket.terminate()
  }
}

/** 1005 and 1006 are never sent: they mean a close without a code, and no close at all (RFC 6455, section 7.4.1). */
const closeReason = (code: number, text: string): LinkClosed =>
  code === 1006 ? new LinkClosed("network", 1006, "broken off without a close") : new LinkClosed("closed", code, text)

const feedPath = new URL(defaultFeedUrl).pathname

/** The statuses of a path without a WebSocket: not found, not allowed, a page. */
const noFeedHere = new Set([200, 404, 405, 410, 426])

/** A path may contain a key by mistake: only a path of plain words is shown. */
const shownPath = (pathname: string): string =>
  /^(\/[a-z]{1,12}){0,3}\/?$/i.test(pathname) ? `its path ${pathname}` : "the path of this URL"

const refusal = ({ host, pathname }: URL, response: IncomingMessage, body: string): DialError => {
  const status = response.statusCode ?? 0
  const hint = status >= 300 && status < 400
    ? "; redirects are not followed"
    : noFeedHere.has(status)
    ? `; no feed at ${shownPath(pathname)}${
      pathname.replace(/(?<!\/)\/+$/, "") === feedPath ? "" : `. The vendor's feed is at ${feedPath}: correct the URL`
    }`
    : ""
  return new DialError("refused", `${host} refused the connection with HTTP ${status}${hint}`, {
    status,
    retryAfterMillis: parseRetryAfter(response.headers["retry-after"], Date.now()),
    body,
    contentType: response.headers["content-type"],
  })
}

/** Reads the first 2 kB of a body, or as much as comes within a second. */
const readBeginning = (response: IncomingMessage, done: (text: string) => void): void => {
  const chunks: Array<Buffer> = []
  let length = 0
  const finish = () => {
    clearTimeout(timer)
    response.off("data", take).off("end", finish).off("error", finish)
    // The destroyed request may still raise errors.
    response.on("error", () => {})
    done(Buffer.concat(chunks).toString("utf8"))
  }
  const take = (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length > 2048) finish()
  }
  const timer = setTimeout(finish, 1000)
  response.on("data", take).once("end", finish).once("error", finish)
}

/** `write EPROTO 40CD…:error:0A00010B:SSL routines:function:wrong version number:file.c:77:`, and a line break. */
const opensslError = /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/

/** The reason of an error: its code, such as `ECONNREFUSED`, or its message if it has none. A code contains no URL. */
const reason = (code: string | undefined, message: string, secret: string): string => {
  const text = scrub(message, secret).trim()
  // Deno has a code for this; Node has it in the message.
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") return `the server does not use TLS (${code})`
  const tls = opensslError.exec(text)?.[1]
  if (tls !== undefined) {
    const said = `${code ?? "TLS"} ${tls}`
    return tls === "wrong version number" ? `the server does not use TLS (${said})` : said
  }
  return code === undefined ? text : text.includes(code) ? text : `${code} ${text}`
}
