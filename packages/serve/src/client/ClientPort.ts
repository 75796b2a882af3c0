/** The connection of a client: prepared bytes go straight to its socket. */
import type { ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { type Encoding, webSocketFrame } from "./frames.ts"

/** The connection of a client. */
export interface ClientPort {
  readonly encoding: Encoding
  /** Bytes that the system has not taken yet. */
  readonly backlogBytes: number
  readonly write: (bytes: Uint8Array) => void
  /** Shows the other side, and what is between, that this one lives; cuts a connection that does not answer. */
  readonly ping: () => void
  /** `call` is called when all bytes are taken. */
  readonly onDrain: (call: () => void) => void
  readonly onClose: (call: () => void) => void
  /** Ends the connection with a code of WebSocket. */
  readonly close: (code: number, reason: string) => void
}

/** How long the other side may take to read a close frame. */
const closeMillis = 2_000

/** How soon a browser dials again, in milliseconds: its own default is some seconds. */
const retryField = "retry: 1000\n\n"

const pingFrame = webSocketFrame(new Uint8Array(0), { opcode: 9 })

/** A WebSocket. Its frames are written past `ws`, which holds back nothing of its own: it compresses nothing here. */
export const webSocketPort = (webSocket: WebSocket, socket: Duplex, encoding: Encoding): ClientPort => {
  let isAlive = true
  webSocket.on("pong", () => {
    isAlive = true
  })
  return {
    encoding,
    get backlogBytes() {
      return socket.writableLength
    },
    write: (bytes) => {
      if (webSocket.readyState === webSocket.OPEN) socket.write(bytes)
    },
    ping: () => {
      if (webSocket.readyState !== webSocket.OPEN) return
      // One that has much to read first cannot answer yet; whether it reads is looked at elsewhere.
      if (!isAlive && socket.writableLength === 0) return webSocket.terminate()
      isAlive = false
      socket.write(pingFrame)
    },
    onDrain: (call) => void socket.on("drain", call),
    onClose: (call) => void webSocket.on("close", call),
    close: (code, reason) => {
      if (webSocket.readyState !== webSocket.OPEN) return
      webSocket.close(code, reason)
      setTimeout(() => webSocket.terminate(), closeMillis).unref()
    },
  }
}

/** A stream of Server-Sent Events. The body ends with the connection, so that its bytes need no frames of HTTP. */
export const eventsPort = (response: ServerResponse, headers: Readonly<Record<string, string>>): ClientPort => {
  const socket = response.socket!
  response.useChunkedEncodingByDefault = false
  response.writeHead(200, {
    ...headers,
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
    Connection: "close",
  })
  response.flushHeaders()
  socket.write(retryField)
  return {
    encoding: "events",
    get backlogBytes() {
      return socket.writableLength
    },
    write: (bytes) => {
      if (!socket.destroyed) socket.write(bytes)
    },
    ping: () => {
      if (!socket.destroyed && socket.writableLength === 0) socket.write(":\n\n")
    },
    onDrain: (call) => void socket.on("drain", call),
    onClose: (call) => void socket.on("close", call),
    close: (code) => {
      // What is slow is cut at once; what is only over is sent first.
      if (code === 1013) socket.destroy()
      else response.end()
      setTimeout(() => socket.destroy(), closeMillis).unref()
    },
  }
}
