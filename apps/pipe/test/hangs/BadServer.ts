/** A feed, or a proxy in front of one, that stops being one at some stage of a connection. */
import { acceptOf, textFrame } from "@boltodds/testing/RawFeed"
import { type AddressInfo, createServer, type Socket } from "node:net"

/** How far it behaves. */
export const stages = ["tcp", "tls", "connect", "upgrade", "ack", "stream", "close"] as const
export type Stage = (typeof stages)[number]

/** What it does from there on. `deaf`: it writes and writes, and never reads. */
export const manners = ["silent", "trickle", "reset", "end", "deaf", "garbage", "half"] as const
export type Manner = (typeof manners)[number]

export interface BadServer {
  readonly port: number
  /** Resolves when a connection has come to the stage. */
  readonly reached: Promise<void>
  /** Connections that are open. */
  readonly open: () => number
  readonly stop: () => void
}

const accepted = (head: string): string => {
  const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1]?.trim() ?? ""
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`
}

const outcome = { odds: "-110", link: "", outcome_name: "Moneyline", outcome_line: null, outcome_over_under: null }
const game = {
  sport: "NBA",
  sportsbook: "draftkings",
  game: "Lakers vs Celtics, 2026-11-29, 0a1b2c3d4e5f",
  home_team: "Lakers",
  away_team: "Celtics",
  info: { id: 1, when: "2026-11-29, 07:00 PM" },
  outcomes: { ML: { ...outcome, outcome_target: "Lakers" } },
}
const snapshot = JSON.stringify([{ timestamp: new Date().toISOString(), action: "initial_state", data: game }])

/** What a peer would send next where it began, of which half may come: a head, an answer, a frame. */
const nextOf: Readonly<Record<Stage, Buffer>> = {
  tcp: Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
  tls: Buffer.from([0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3]),
  connect: Buffer.from("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"),
  upgrade: Buffer.from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
  ack: textFrame('{"action":"socket_connected"}'),
  stream: textFrame(snapshot),
  close: Buffer.from([0x88, 2, 3, 0xe8]),
}

/** Listens on this machine. */
export const badServer = async (stage: Stage, manner: Manner): Promise<BadServer> => {
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  let arrive = (): void => {}
  const reached = new Promise<void>((resolve) => arrive = resolve)

  const misbehave = (socket: Socket): void => {
    arrive()
    const next = nextOf[stage]
    switch (manner) {
      case "silent":
        return void socket.resume()
      case "reset":
        return void socket.resetAndDestroy()
      case "end":
        return void socket.resume().end()
      case "garbage":
        return void socket.resume().write(Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0x83, 0x7f, 0x3c, 0x68]))
      case "half":
        return void socket.resume().write(next.subarray(0, Math.ceil(next.length / 2)))
      case "trickle": {
        socket.resume()
        let sent = 0
        const timer = setInterval(() => {
          // Never the last byte.
          if (sent < next.length - 1) socket.write(next.subarray(sent, ++sent))
        }, 100)
        timers.add(timer)
        return
      }
      case "deaf": {
        socket.pause()
        const big = textFrame(snapshot)
        const write = (): void => {
          for (let n = 0; n < 100; n++) socket.write(stage === "stream" || stage === "close" ? big : next)
        }
        write()
        const timer = setInterval(() => {
          if (socket.writableLength < 1_000_000) write()
        }, 20)
        timers.add(timer)
      }
    }
  }

  /** Reads a head, whatever it asks for. */
  const withHead = (socket: Socket, then: (head: string) => void): void => {
    let text = ""
    const read = (chunk: Buffer): void => {
      text += chunk.toString("latin1")
      if (!text.includes("\r\n\r\n")) return
      socket.off("data", read)
      then(text)
    }
    socket.on("data", read)
  }

  const serve = (socket: Socket): void => {
    if (stage === "tcp" || stage === "tls") return misbehave(socket)
    withHead(socket, (head) => {
      // REST is as bad as the stage before it.
      if (stage === "connect" || stage === "upgrade" || !/^upgrade: websocket/im.test(head)) return misbehave(socket)
      socket.write(accepted(head))
      if (stage === "ack") return misbehave(socket)
      socket.write(textFrame('{"action":"socket_connected"}'))
      // Until the filters have come.
      socket.once("data", () => {
        socket.write(textFrame(snapshot))
        if (stage === "stream") return misbehave(socket)
        arrive()
        // Misbehaves once the client says goodbye.
        if (manner === "deaf") return misbehave(socket)
        socket.once("data", () => misbehave(socket))
      })
    })
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy())
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    port: (server.address() as AddressInfo).port,
    reached,
    open: () => sockets.size,
    stop: () => {
      for (const timer of timers) clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
