/**
 * The smallest honest loop: bare `ws`, `JSON.parse`, write the text on. What the command is measured against.
 * `node bareLoop.ts URL MESSAGES`: ends when it has had that many messages.
 */
import { WebSocket } from "ws"

const [url, wanted] = [process.argv[2]!, Number(process.argv[3])]
const socket = new WebSocket(url)
let messages = 0
socket.on("message", (data) => {
  const text = String(data)
  const value: unknown = JSON.parse(text)
  const action = (value as { action?: string }).action
  if (action === "socket_connected") socket.send('{"action":"subscribe","filters":{}}')
  if (action === "socket_connected" || action === "ping") return
  messages += Array.isArray(value) ? value.length : 1
  process.stdout.write(text + "\n")
  if (messages >= wanted) socket.close()
})
