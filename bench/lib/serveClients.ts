/**
 * Many clients of one server, in a process of their own: `node serveClients.ts URL FILTERS STUCK`, where FILTERS is a
 * JSON list with the query of each client, and the last STUCK of them stop to read once they are connected.
 *
 * Prints `ready` once all are connected and have been quiet for a second. At each line of standard input it prints what
 * has come since the line before, as JSON.
 */
import { createInterface } from "node:readline"
import { WebSocket } from "ws"

/** What clients got in a stretch of time. */
export interface Delivered {
  /** Records, of all clients that read. */
  readonly records: number
  readonly messages: number
  /** Milliseconds from the sending of the feed to the arrival, at each twentieth client, sorted. */
  readonly latencies: ReadonlyArray<number>
  /** Clients whose connection has ended. */
  readonly gone: number
}

/** Of so many clients, one reads the times that are in its records. */
const sampled = 20

let records = 0
let messages = 0
let latencies: Array<number> = []
let gone = 0
let lastAt = performance.now()

const countLines = (data: Buffer): number => {
  let lines = 1
  for (let at = data.indexOf(10); at >= 0 && at < data.length - 1; at = data.indexOf(10, at + 1)) lines++
  return lines
}

/** The feed puts the time of its sending into a link, in nanoseconds of the system's monotonic clock. */
const readTimes = (data: Buffer): void => {
  const now = process.hrtime.bigint()
  for (const [, stamp] of String(data).matchAll(/\?t=(\d+)/g)) latencies.push(Number(now - BigInt(stamp!)) / 1e6)
}

const connect = (url: string, index: number, isStuck: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    socket.binaryType = "nodebuffer"
    socket.on("error", reject)
    socket.on("close", () => gone++)
    socket.on("open", () => {
      if (isStuck) socket.pause()
      resolve()
    })
    socket.on("message", (data: Buffer) => {
      lastAt = performance.now()
      messages++
      records += countLines(data)
      if (index % sampled === 0) readTimes(data)
    })
  })

const [, , url, filters, stuck] = process.argv
if (url !== undefined) {
  const queries = JSON.parse(filters!) as ReadonlyArray<string>
  for (const [index, query] of queries.entries()) {
    await connect(`${url}${query}`, index, index >= queries.length - Number(stuck))
  }
  while (performance.now() - lastAt < 1000) await new Promise((resolve) => setTimeout(resolve, 50))
  console.log("ready")
  createInterface({ input: process.stdin }).on("line", () => {
    const delivered: Delivered = { records, messages, latencies: latencies.toSorted((a, b) => a - b), gone }
    records = 0
    messages = 0
    latencies = []
    console.log(JSON.stringify(delivered))
  })
}
