/**
 * The load for the throughput bench: a server that sends one client everything it has, as fast as the socket takes it.
 * Bare `ws`, so that what is measured against it owes nothing to this repository.
 *
 * Started with `messages=N`, it prints its port, and for each client one line of JSON when the client has gone: how many
 * messages it was sent, and when it subscribed.
 */
import { WebSocketServer } from "ws"
import { feed } from "./feed.ts"

const settings = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const { frames, messages } = feed({
  messages: Number(settings.get("messages") ?? 200_000),
  perFrame: Number(settings.get("perFrame") ?? 8),
})

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false })
server.on("listening", () => console.log(JSON.stringify({ port: (server.address() as { port: number }).port })))
server.on("connection", (socket) => {
  let from = 0
  let sent = 0
  socket.send('{"action":"socket_connected","plan":"Pro"}')
  socket.once("message", () => {
    from = Date.now()
    const pump = (): void => {
      while (sent < frames.length && socket.bufferedAmount < 4_000_000) socket.send(frames[sent++]!)
      if (sent < frames.length) setImmediate(pump)
      else if (socket.bufferedAmount > 0) setImmediate(pump)
    }
    pump()
  })
  const keepAlive = setInterval(() => socket.send('{"action":"ping"}'), 1_000)
  socket.on("close", () => {
    clearInterval(keepAlive)
    if (from > 0) console.log(JSON.stringify({ messages, from }))
  })
  // A client that has what it wants may go without a word.
  socket.on("error", () => socket.terminate())
})
