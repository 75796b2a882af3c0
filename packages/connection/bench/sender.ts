/** A server that writes ready-made frames as fast as the client reads them, in a separate process. */
import { WebSocketServer } from "ws"
import * as process from "node:process"

const frameBytes = Number(process.argv[2])
const total = Number(process.argv[3])

const payload = JSON.stringify({
  timestamp: "2026-07-16T17:00:00.000000+00:00",
  action: "line_update",
  data: { sport: "MLB", sportsbook: "fanduel", game: "A vs B, 2026-07-16, 01", info: {}, outcomes: {}, pad: "" },
})
const text = Buffer.from(payload.replace('"pad":""', `"pad":"${"x".repeat(Math.max(0, frameBytes - payload.length))}"`))
// An unmasked text frame (RFC 6455, section 5.2), many in one write.
const head = text.length < 126
  ? Buffer.from([0x81, text.length])
  : text.length < 65_536
  ? Buffer.from([0x81, 126, text.length >> 8, text.length & 255])
  : Buffer.from([0x81, 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (text.length >> shift) & 255)])
const frame = Buffer.concat([head, text])
const perBlock = Math.max(1, Math.floor(262_144 / frame.length))
const block = Buffer.concat(Array.from({ length: perBlock }, () => frame))

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false })
server.on("connection", (socket, request) => {
  socket.send('{"action":"socket_connected","plan":"Pro"}')
  socket.once("message", () => {
    let left = total
    const write = (): void => {
      while (left > 0) {
        const count = Math.min(left, perBlock)
        left -= count
        if (!request.socket.write(count === perBlock ? block : block.subarray(0, count * frame.length))) {
          request.socket.once("drain", write)
          return
        }
      }
    }
    write()
  })
})
server.on("listening", () => process.send?.((server.address() as { port: number }).port))
