/**
 * The smallest server that passes a feed on: bare `ws`, and `send(text)` to each client for each message, without
 * filters, snapshots or bounds. `node broadcast.mjs URL` prints its address, and runs until SIGTERM.
 */
import { WebSocket, WebSocketServer } from "ws"

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false })
server.on("listening", () => console.error(`serving changes at http://127.0.0.1:${server.address().port}/v1/stream`))
server.on("connection", (client) => client.on("error", () => client.terminate()))

const feed = new WebSocket(process.argv[2], { perMessageDeflate: false })
feed.on("message", (data) => {
  const text = String(data)
  if (text.startsWith('{"action":"socket_connected"')) {
    feed.send('{"action":"subscribe","filters":{}}')
    return
  }
  for (const client of server.clients) client.send(text)
})
process.on("SIGTERM", () => process.exit(0))
