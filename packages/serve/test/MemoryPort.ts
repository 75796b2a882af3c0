/** The connection of a client whose other side takes bytes when a test says so. */
import type { ClientPort } from "../src/client/ClientPort.ts"
import type { Encoding } from "../src/client/frames.ts"

export class MemoryPort implements ClientPort {
  readonly encoding: Encoding
  readonly #drains: Array<() => void> = []
  readonly #closes: Array<() => void> = []
  #queue: Array<Uint8Array> = []
  /** Bytes that arrived at the other side. */
  #arrived: Array<Uint8Array> = []
  backlogBytes = 0
  closedWith: number | undefined

  constructor(encoding: Encoding) {
    this.encoding = encoding
  }

  write(bytes: Uint8Array): void {
    if (this.closedWith !== undefined) return
    this.#queue.push(bytes)
    this.backlogBytes += bytes.length
  }

  ping(): void {}

  onDrain(call: () => void): void {
    this.#drains.push(call)
  }

  onClose(call: () => void): void {
    this.#closes.push(call)
  }

  close(code: number): void {
    this.closedWith = code
    this.cut()
  }

  /** The connection is gone, with what is unsent. */
  cut(): void {
    this.#queue = []
    this.backlogBytes = 0
    for (const call of this.#closes) call()
  }

  /** The other side takes up to so many bytes. */
  take(most: number): void {
    let left = most
    while (left > 0 && this.#queue.length > 0) {
      const first = this.#queue[0]!
      const part = first.subarray(0, left)
      this.#arrived.push(part)
      left -= part.length
      this.backlogBytes -= part.length
      if (part.length === first.length) this.#queue.shift()
      else this.#queue[0] = first.subarray(part.length)
      if (this.#queue.length === 0) { for (const call of this.#drains) call() }
    }
  }

  /** What arrived and was not read yet, as far as it is whole: records with the id that a browser would have after each. */
  read(): ReadonlyArray<{ readonly text: string; readonly id: string | undefined }> {
    if (this.encoding !== "events") {
      return this.readMessages().flatMap((message) => message.split("\n")).map((text) => ({ text, id: undefined }))
    }
    const bytes = Buffer.concat(this.#arrived)
    const [records, used] = readEvents(bytes)
    this.#arrived = [bytes.subarray(used)]
    return records
  }

  /** The same as whole messages of a WebSocket. */
  readMessages(): ReadonlyArray<string> {
    const bytes = Buffer.concat(this.#arrived)
    const [messages, used] = readFrames(bytes)
    this.#arrived = [bytes.subarray(used)]
    return messages
  }
}

type Read = readonly [ReadonlyArray<{ readonly text: string; readonly id: string | undefined }>, number]

/** By the HTML standard, "Interpreting an event stream", for what this server sends; `id` is undefined where none is set. */
const readEvents = (bytes: Buffer): Read => {
  const end = bytes.lastIndexOf("\n\n")
  if (end < 0) return [[], 0]
  const events = bytes.toString("utf8", 0, end).split("\n\n")
  return [
    events.filter((event) => !event.startsWith(":")).map((event) => {
      const lines = event.split("\n")
      const id = lines.find((line) => line.startsWith("id:"))?.slice(3).trim()
      return { text: lines.find((line) => line.startsWith("data: "))!.slice(6), id }
    }),
    end + 2,
  ]
}

/** By RFC 6455, 5.2, for frames that are not masked. */
const readFrames = (bytes: Buffer): readonly [ReadonlyArray<string>, number] => {
  const messages: Array<string> = []
  let at = 0
  for (;;) {
    if (bytes.length < at + 2) return [messages, at]
    const short = bytes[at + 1]!
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length < at + header) return [messages, at]
    const length = header === 2
      ? short
      : header === 4
      ? bytes.readUInt16BE(at + 2)
      : Number(bytes.readBigUInt64BE(at + 2))
    if (bytes.length < at + header + length) return [messages, at]
    messages.push(bytes.toString("utf8", at + header, at + header + length))
    at += header + length
  }
}
