/**
 * The smallest honest loop: bare `ws`, `JSON.parse`, and each message written on as a line, once per turn of the event
 * loop. `node bareLoop.mjs URL` runs until SIGTERM.
 */
import { WebSocket } from "ws"

const socket = new WebSocket(process.argv[2], { perMessageDeflate: false })
let lines = []

const write = () => {
  process.stdout.write(lines.join(""))
  lines = []
}

socket.on("message", (data) => {
  const text = String(data)
  const value = JSON.parse(text)
  if (!Array.isArray(value)) {
    const { action } = value
    if (action === "socket_connected") socket.send('{"action":"subscribe","filters":{}}')
    if (action === "socket_connected" || action === "ping") return
  }
  if (lines.length === 0) setImmediate(write)
  // An array holds several messages: each becomes a line of its own.
  if (Array.isArray(value)) { for (const message of value) lines.push(JSON.stringify(message) + "\n") }
  else lines.push(text + "\n")
})
process.on("SIGTERM", () => process.exit(0))
