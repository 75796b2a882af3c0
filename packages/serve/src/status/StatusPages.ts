/** The pages of a server about its process: `/livez`, `/readyz`, `/feedz`, `/status`, `/metrics` and `/v1/tap`. */
import type { RestAnswer } from "@boltodds/feed-server"
import type { LatestStatus } from "@boltodds/pipeline"
import type { StatusRecord } from "@boltodds/protocol"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Limits } from "../limits.ts"
import { ClientMistake } from "../stream/Filter.ts"
import { RecordStream } from "../stream/RecordStream.ts"
import { expositionText, expositionType } from "./exposition.ts"
import { feedAnswer, liveAnswer, readyAnswer, type ServedStream } from "./healthPages.ts"
import { Metrics } from "./metrics.ts"
import { statusCoalescing, statusEmit, statusEnvelopes } from "./statusStream.ts"
import { TapWriter } from "./TapWriter.ts"

/** Pages for probes, which may have no token. */
export const openPages: ReadonlySet<string> = new Set(["/livez", "/readyz", "/feedz"])

/** Taps at one time. */
const mostTaps = 16

/** Answers for a process. */
export class StatusPages {
  /** The records, for clients that ask for `emit=status`. */
  readonly stream: RecordStream<StatusRecord>
  readonly #status: LatestStatus
  readonly #metrics = new Metrics()
  readonly #streams: () => ReadonlyArray<ServedStream>
  readonly #end: () => void
  #seq = 0
  #taps = 0

  /** `streams`: those that the server has now. */
  constructor(status: LatestStatus, limits: Limits, streams: () => ReadonlyArray<ServedStream>) {
    this.#status = status
    this.#streams = streams
    this.stream = new RecordStream<StatusRecord>({ emit: statusEmit, run: "", coalescing: statusCoalescing }, limits)
    const take = (records: ReadonlyArray<StatusRecord>): void =>
      this.stream.write({ envelopes: statusEnvelopes(records, ++this.#seq) })
    take(status.records)
    this.#end = status.subscribe(take)
  }

  /** The answer of a page; undefined where there is none at this path. */
  answer(path: string): RestAnswer | undefined {
    const { byKind, ageMillis } = this.#status
    switch (path) {
      case "/livez":
        return liveAnswer(byKind, ageMillis)
      case "/readyz":
        return readyAnswer(byKind, this.#streams())
      case "/feedz":
        return feedAnswer(byKind, ageMillis)
      case "/status":
        return {
          status: 200,
          body: `${JSON.stringify(byKind)}\n`,
          headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
        }
      case "/metrics":
        return {
          status: 200,
          body: expositionText(this.#metrics.of(byKind, ageMillis)),
          headers: { "Content-Type": expositionType, "Cache-Control": "no-store" },
        }
      default:
        return undefined
    }
  }

  /** Streams what a sink gets, until the client leaves. Throws {@link ClientMistake}. */
  tap(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const sink = query.get("sink") ?? ""
    if (this.#taps >= mostTaps) throw new ClientMistake(`Cannot tap another sink: there are ${mostTaps} taps`, 503)
    const writer = new TapWriter({
      backlogBytes: () => response.writableLength,
      write: (text) => void response.write(text),
    })
    const stop = this.#status.tap(sink, (envelopes) => writer.take(envelopes))
    if (stop === undefined) {
      const names = this.#status.sinks
      throw new ClientMistake(
        names.length === 0
          ? "Cannot tap a sink: nothing runs now"
          : `Unknown sink ${JSON.stringify(sink.slice(0, 100))}. This process has ${names.join(", ")}`,
        404,
      )
    }
    this.#taps += 1
    response.writeHead(200, { "Content-Type": "application/x-ndjson", "Cache-Control": "no-store" })
    response.flushHeaders()
    response.on("drain", () => writer.drain())
    const end = (): void => {
      stop()
      this.#taps -= 1
    }
    response.once("close", end)
    request.once("error", () => response.destroy())
  }

  /** Takes no more records. */
  close(): void {
    this.#end()
    this.stream.close()
  }
}
