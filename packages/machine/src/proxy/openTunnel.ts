/** A connection through a proxy: CONNECT (RFC 9110, section 9.3.6). */
import * as net from "node:net"
import * as tls from "node:tls"
import { readAnswer } from "./connectAnswer.ts"
import { type Proxy, ProxyError } from "./Proxy.ts"

/** Where a tunnel leads. */
export interface TunnelTarget {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
}

/** Options of {@link openTunnel}. */
export interface TunnelOptions {
  /** For the connection to the proxy and its whole answer, in milliseconds. */
  readonly timeoutMillis: number
  /** @default both Only IPv4 or only IPv6, to the proxy. */
  readonly family?: 4 | 6 | undefined
}

/**
 * Asks the proxy for a connection. `done` is called once: with a socket that belongs to the caller, with all that came
 * after the proxy's answer still to be read; or with what went wrong, after the socket was destroyed.
 *
 * The function that is returned gives up: it destroys the socket, and `done` is not called.
 */
export const openTunnel = (
  proxy: Proxy,
  target: TunnelTarget,
  { timeoutMillis, family }: TunnelOptions,
  done: (result: net.Socket | ProxyError) => void,
): () => void => {
  const settings = { host: proxy.host, port: proxy.port, ...(family === undefined ? {} : { family }) }
  const socket = proxy.secure
    ? tls.connect({
      ...settings,
      ...(net.isIP(proxy.host) === 0 ? { servername: proxy.host } : {}),
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: true,
    })
    : net.connect(settings)
  const name = nameOf(proxy)
  const host = net.isIP(target.host) === 6 ? `[${target.host}]` : target.host
  const authority = `${host}:${target.port}`
  const settle = (result: net.Socket | ProxyError | undefined): void => {
    clearTimeout(timer)
    clearTimeout(bodyTimer)
    socket.off("readable", read).off("end", ended).off("error", failed).off("close", ended)
    if (!(result instanceof net.Socket)) {
      // What destroying it may still raise, nobody needs.
      socket.on("error", () => {})
      socket.destroy()
    }
    if (result !== undefined) done(result)
  }
  const fail = (kind: ProxyError["kind"], text: string, status?: number): void =>
    settle(new ProxyError(kind, `${name} ${text}`, status))
  const timer = setTimeout(() => {
    if (answer.head !== undefined) return refused()
    settle(noAnswer(proxy, host, timeoutMillis))
  }, timeoutMillis)

  const answer = readAnswer()
  const refused = (): void => {
    const { status, reason } = answer.head!
    const said = `HTTP ${status}${reason === "" ? "" : ` ${reason}`}`
    const words = answer.bodyText(proxy.secrets)
    fail("refused", refusalText(proxy, authority, host, { status, said, words }), status)
  }
  const read = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
      answer.take(chunk)
    }
    if (answer.problem !== undefined) return fail("unreadable", answer.problem)
    const { head } = answer
    if (head === undefined) return
    if (head.status >= 200 && head.status < 300) {
      if (answer.rest.length > 0) socket.unshift(answer.rest)
      return settle(socket)
    }
    if (answer.isWhole) return refused()
    // Its body says why, if it comes soon.
    bodyTimer ??= setTimeout(refused, 1000)
  }
  let bodyTimer: NodeJS.Timeout | undefined
  const ended = (): void => {
    if (answer.head !== undefined) return refused()
    fail("unreachable", "closed the connection without an answer. Check that it is an HTTP proxy")
  }
  const failed = (error: Error & { readonly code?: unknown }): void => {
    if (answer.head !== undefined) return refused()
    const code = typeof error.code === "string" ? error.code : error.message
    const noTls = proxy.secure && /EPROTO|WRONG_VERSION/.test(code)
    fail(
      "unreachable",
      noTls
        ? "does not speak TLS. Write http:// in front of its address"
        : `cannot be reached: ${code}. Check its address, or add ${host} to NO_PROXY`,
    )
  }
  socket.on("readable", read).on("end", ended).on("error", failed).on("close", ended)
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: boltodds\r\n` +
      `${proxy.authorization === undefined ? "" : `Proxy-Authorization: ${proxy.authorization}\r\n`}\r\n`,
  )
  return () => settle(undefined)
}

const nameOf = ({ label, variable }: Proxy): string => `the proxy ${label} (${variable})`

/** The proxy was silent for this long. */
export const noAnswer = (proxy: Proxy, host: string, millis: number): ProxyError =>
  new ProxyError(
    "timeout",
    `${nameOf(proxy)} did not answer within ${millis / 1000} s. Check its address, or add ${host} to NO_PROXY`,
  )

/** What the proxy answered. */
interface Refusal {
  readonly status: number
  readonly said: string
  readonly words: string
}

const refusalText = (
  { variable, authorization }: Proxy,
  authority: string,
  host: string,
  { status, said, words }: Refusal,
): string => {
  if (status === 407) {
    return authorization === undefined
      ? `asks for credentials (${said}). Write them into ${variable}: http://user:password@host:port`
      : `does not accept the user and password in ${variable} (${said})`
  }
  return `does not connect to ${authority}: ${said}${words === "" ? "" : `, "${words}"`}. ` +
    `Ask its operator to allow ${authority}, or add ${host} to NO_PROXY`
}
