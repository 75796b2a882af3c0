/**
 * What a message costs for each client it goes to: processor time of the server, the kernel's included, beside a server that
 * calls `send` of the library for WebSockets for each client. Clients are raw sockets in another process. Run:
 * `pnpm bench serve [clients=300] [messages=400] [records=2] [rounds=5]`. Prints medians of rounds.
 */
import { changeCoalescing } from "@boltodds/lane"
import { where } from "@boltodds/pipeline"
import type { Change } from "@boltodds/protocol"
import { StreamServer } from "@boltodds/serve"
import { type Envelope, makeRecord } from "@boltodds/sink"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { WebSocketServer } from "ws"
import { lineChange } from "../../testing/src/changes.ts"

const args = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const clients = Number(args.get("clients") ?? 300)
const messages = Number(args.get("messages") ?? 400)
const records = Number(args.get("records") ?? 2)
const rounds = Number(args.get("rounds") ?? 5)

const form = { encode: (value: Change) => JSON.stringify(value) }
let seq = 0
const batch = (): ReadonlyArray<Envelope<Change>> =>
  Array.from({ length: records }, (_, index) => {
    seq += 1
    const value = lineChange({
      seq,
      outcome: `line ${seq % 500}`,
      odds: 100 + seq % 900,
      last: index === records - 1 ? true : undefined,
    })
    return makeRecord({ seq, at: seq, session: "main", epoch: 1, last: index === records - 1 }, value, form)
  })

/** Raw sockets that dial and read: what a client does costs the server nothing. */
const dial = async (port: number): Promise<() => void> => {
  const child = spawn(process.execPath, [
    "-e",
    `const { connect } = require("node:net")
     let open = 0
     for (let index = 0; index < ${clients}; index++) {
       const socket = connect(${port}, "127.0.0.1")
       socket.write("GET /v1/stream HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\\r\\n\\r\\n")
       socket.once("data", () => { if (++open === ${clients}) console.log("open") })
       socket.resume()
     }`,
  ], { stdio: ["ignore", "pipe", "inherit"] })
  await once(child.stdout, "data")
  return () => void child.kill("SIGKILL")
}

/** Sends all messages in turns; microseconds of processor time for each message and client. */
const measure = async (send: (envelopes: ReadonlyArray<Envelope<Change>>) => void, unsent: () => number) => {
  const made = Array.from({ length: messages }, batch)
  for (const envelopes of made) for (const { text } of envelopes) if (text === "") throw new Error("no text")
  const before = process.cpuUsage()
  for (const envelopes of made) {
    send(envelopes)
    do await new Promise((resolve) => setImmediate(resolve))
    while (unsent() > 0)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (messages * clients)
}

/** The server of this package. */
const shared = async (): Promise<number> => {
  const server = new StreamServer({ port: 0 })
  const stream = server.add<Change>({
    emit: "changes",
    run: "01J00000000000000000000000",
    coalescing: changeCoalescing,
    view: where,
  })
  await server.open()
  const hangUp = await dial(server.port)
  const cost = await measure((envelopes) => stream.write({ envelopes }), () => stream.counts.slow)
  hangUp()
  await server.stop()
  return cost
}

/** A server as people write it. */
const plain = async (): Promise<number> => {
  const http = createServer()
  const server = new WebSocketServer({ server: http })
  const sockets = new Set<Socket>()
  server.on("connection", (socket, { socket: tcp }) => {
    socket.on("error", () => socket.terminate())
    sockets.add(tcp)
    socket.send("{}")
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const hangUp = await dial((http.address() as AddressInfo).port)
  const cost = await measure((envelopes) => {
    const text = envelopes.map((each) => each.text).join("\n")
    for (const client of server.clients) client.send(text)
  }, () => [...sockets].filter((socket) => socket.writableLength > 1024 * 1024).length)
  hangUp()
  server.close()
  http.closeAllConnections()
  http.close()
  return cost
}

const medianOf = (values: ReadonlyArray<number>): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!
const costs: { readonly [name: string]: Array<number> } = { "this server": [], "ws.send(text)": [] }
for (let round = 0; round < rounds; round++) {
  costs["this server"]!.push(await shared())
  costs["ws.send(text)"]!.push(await plain())
}
const bytes = batch().reduce((sum, { text }) => sum + text.length + 1, 0)
console.log(`${clients} clients, messages of ${bytes} bytes`)
for (const [name, values] of Object.entries(costs)) {
  console.log(`${name}: ${medianOf(values).toFixed(2)} µs of processor time a message and client`)
}
