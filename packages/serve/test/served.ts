/** A server with a stream of changes, and clients with real sockets. */
import { changeCoalescing } from "@boltodds/lane"
import { changes, where } from "@boltodds/pipeline"
import type { Change, Control, FeedEvent } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import { get, type IncomingMessage } from "node:http"
import { onTestFinished } from "vitest"
import { WebSocket } from "ws"
import { message, outcome, Script } from "../../state/test/events.ts"
import { type RecordStream, StreamServer, type StreamServerOptions } from "../src/index.ts"

export type StreamRecord = Change | Control

export const run = "01J00000000000000000000000"

export interface Served {
  readonly server: StreamServer
  readonly stream: RecordStream<Change>
  readonly script: Script
  /** Feeds what the script has since the last call. */
  readonly feed: () => void
}

/** A server on a free port, and a feed that a test writes. */
export const serve = async (options: StreamServerOptions = {}): Promise<Served> => {
  const server = new StreamServer({ port: 0, ...options })
  const stream = server.add<Change>({
    emit: "changes",
    run,
    coalescing: changeCoalescing,
    view: where,
    condition: (text) => {
      if (text !== "odds > 100") throw new Error("Cannot use this expression: it is not understood")
      return (change) => typeof change === "object" && change !== null && "odds" in change && Number(change.odds) > 100
    },
  })
  await server.open()
  onTestFinished(() => server.stop())
  const draft = thaw(make({ run }))
  const emission = changes().open({ state: { run } })
  const script = new Script()
  let fed = 0
  return {
    server,
    stream,
    script,
    feed: () => {
      const events: ReadonlyArray<FeedEvent> = script.events.slice(fed)
      fed = script.events.length
      const envelopes = emission.of(draft.apply(events))
      if (envelopes.length > 0) stream.write({ envelopes })
    },
  }
}

export { message, outcome }

/** What arrives at a client. `until` resolves once a record meets the condition. */
export class Arrivals {
  readonly records: Array<StreamRecord> = []
  readonly ids: Array<string> = []
  #waiting: Array<
    { readonly holds: (record: StreamRecord) => boolean; readonly resolve: (record: StreamRecord) => void }
  > = []

  add(record: StreamRecord): void {
    this.records.push(record)
    const met = this.#waiting.filter(({ holds }) => holds(record))
    if (met.length === 0) return
    this.#waiting = this.#waiting.filter((one) => !met.includes(one))
    for (const { resolve } of met) resolve(record)
  }

  until(holds: (record: StreamRecord) => boolean): Promise<StreamRecord> {
    const found = this.records.find(holds)
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((resolve) => void this.#waiting.push({ holds, resolve }))
  }

  /** `line_opened`, `gap_opened`, … in their order. */
  get kinds(): ReadonlyArray<string> {
    return this.records.map((record) => "control" in record ? record.control : record.change)
  }
}

/** Whether a record is of a kind. */
export const isKind = (kind: string) => (record: StreamRecord): boolean =>
  ("control" in record ? record.control : record.change) === kind

/** A WebSocket client. */
export const dial = (
  { port }: { readonly port: number },
  query = "",
  headers: Readonly<Record<string, string>> = {},
  options: object = {},
): { readonly socket: WebSocket; readonly arrivals: Arrivals; readonly errors: Array<string> } => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream${query}`, { headers, ...options })
  onTestFinished(() => socket.terminate())
  const arrivals = new Arrivals()
  const errors: Array<string> = []
  socket.on("error", () => {})
  socket.on("message", (data) => {
    for (const line of String(data).split("\n")) {
      const value = JSON.parse(line)
      if ("error" in value) errors.push(value.error)
      else arrivals.add(value)
    }
  })
  return { socket, arrivals, errors }
}

/** The status with which a dial is answered: 101 if it is accepted. */
export const statusOf = ({ socket }: { readonly socket: WebSocket }): Promise<number> =>
  new Promise((resolve) => {
    socket.once("open", () => resolve(101))
    socket.once("unexpected-response", (_, response) => resolve(response.statusCode ?? 0))
  })

/** A request as a program makes it; the body once it is whole. */
export const ask = (
  { port }: { readonly port: number },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [status: number, body: string]> =>
  new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, headers }, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (text: string) => void (body += text))
      response.on("end", () => resolve([response.statusCode ?? 0, body]))
    }).on("error", reject)
  })

/** A client of Server-Sent Events. */
export const listen = (
  { port }: { readonly port: number },
  query = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly response: IncomingMessage; readonly arrivals: Arrivals }> =>
  new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path: `/v1/stream${query}`, headers }, (response) => {
      const arrivals = new Arrivals()
      let rest = ""
      response.setEncoding("utf8").on("data", (text: string) => {
        const events = (rest + text).split("\n\n")
        rest = events.pop()!
        for (const event of events) {
          const lines = event.split("\n")
          const data = lines.find((line) => line.startsWith("data: "))
          if (data === undefined) continue
          arrivals.ids.push(lines.find((line) => line.startsWith("id:"))?.slice(3).trim() ?? "-")
          arrivals.add(JSON.parse(data.slice(6)))
        }
      })
      response.on("error", () => {})
      resolve({ response, arrivals })
    })
    request.on("error", reject)
    onTestFinished(() => void request.destroy())
  })
