/** A server that accepts WebSockets and then writes whatever bytes a test gives it: what `ws` would never send. */
import type * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { createHash } from "node:crypto"
import type { Duplex } from "node:stream"
import { type LocalServer, localServer } from "./LocalServer.ts"

const acceptOf = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")

/** Writes the beginning of a connection: `socket` is the server's end. It answers nothing by itself. */
export const rawFeed = (begin: (socket: Duplex) => void): Effect.Effect<LocalServer, never, Scope> =>
  localServer({
    upgrade: (socket, request) => {
      socket.on("error", () => {}).resume()
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${acceptOf(request.headers["sec-websocket-key"]!)}\r\n\r\n`,
      )
      begin(socket)
    },
  })

/** A frame as RFC 6455, section 5.2 has it; unmasked, as servers send them. `first` is the byte of flags and opcode. */
export const rawFrame = (first: number, payload: string | Uint8Array, length = Buffer.from(payload).length): Buffer => {
  const head = length < 126
    ? Buffer.from([first, length])
    : length < 65_536
    ? Buffer.from([first, 126, length >> 8, length & 255])
    : Buffer.from([first, 127, ...bigEndian(BigInt(length))])
  return Buffer.concat([head, Buffer.from(payload)])
}

const bigEndian = (length: bigint): Array<number> =>
  Array.from({ length: 8 }, (_, index) => Number((length >> BigInt(8 * (7 - index))) & 255n))

/** A whole text frame. */
export const textFrame = (text: string): Buffer => rawFrame(0x81, text)
