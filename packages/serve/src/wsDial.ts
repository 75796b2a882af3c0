/** Dials with `ws`: it pauses a connection that is not read, and sees why a server refuses. */
import { Buffer } from "node:buffer"
import { WebSocket } from "ws"
import type { ServeDial } from "./reader/ServeDial.ts"
import { endText } from "./reader/webDial.ts"

/** Options of {@link wsDial}. */
export interface WsDialOptions {
  /** Certificates of authorities (PEM) to trust instead of the well-known ones. */
  readonly ca?: string | undefined
}

/** How long a server may take to answer, in milliseconds. */
const handshakeMillis = 10_000
/** How much of what a server says is kept, in bytes. */
const mostSaid = 2_000
/** The largest message, in bytes. A server sends 256 Ki characters and one record more. */
const largestMessage = 64 * 1024 * 1024

/** Dials with `ws`, for Node, Deno and Bun. The token goes into a header. */
export const wsDial = ({ ca }: WsDialOptions = {}): ServeDial => (address, token, events) => {
  const socket = new WebSocket(address, {
    handshakeTimeout: handshakeMillis,
    maxPayload: largestMessage,
    followRedirects: false,
    ...ca === undefined ? {} : { ca },
    ...token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } },
  })
  let hasEnded = false
  const end = (ended: Parameters<typeof events.end>[0]): void => {
    if (hasEnded) return
    hasEnded = true
    events.end(ended)
  }
  socket.on("open", () => events.open())
  socket.on("message", (data) => {
    if (!hasEnded) events.message(String(data))
  })
  socket.on("unexpected-response", (request, response) => {
    const said: Array<Buffer> = []
    let length = 0
    const finish = (): void => {
      const body = Buffer.concat(said).toString("utf8").slice(0, mostSaid)
      const status = response.statusCode ?? 0
      request.destroy()
      end({ why: `the server answers HTTP ${status}${body === "" ? "" : `: ${body}`}`, status, body })
    }
    response.on("data", (bytes: Buffer) => {
      said.push(bytes)
      length += bytes.length
      if (length > mostSaid) finish()
    })
    response.on("end", finish).on("error", finish)
  })
  socket.on("error", ({ message }) => end({ why: message }))
  socket.on("close", (code, reason) => end({ why: endText(code, reason.toString()) }))
  return {
    pause: () => {
      if (socket.readyState === socket.OPEN) socket.pause()
    },
    resume: () => {
      if (socket.readyState === socket.OPEN) socket.resume()
    },
    close: () => {
      hasEnded = true
      socket.terminate()
    },
  }
}
