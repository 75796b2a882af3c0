/** Letting the bytes of a socket out slowly. */
import type { Socket } from "node:net"

/** Between two portions. */
const tickMillis = 20

interface Waiting {
  readonly bytes: Uint8Array
  /** How much of it is out. */
  sent: number
  readonly done: ((error?: Error | null) => void) | undefined
}

type Done = (error?: Error | null) => void

/**
 * Stands between a WebSocket and its TCP socket, and lets so many bytes a second through, wherever that cuts a frame.
 *
 * It takes the place of the socket's own `write` and `end` for as long as it lasts: everything that the WebSocket sends
 * has to keep its order with what waits here, its close frame too.
 */
export class SocketThrottle {
  /** Bytes that wait. */
  pendingBytes = 0
  readonly #socket: Socket
  readonly #write: Socket["write"]
  readonly #end: Socket["end"]
  #bytesPerSecond: number
  #queue: Array<Waiting> = []
  #timer: NodeJS.Timeout | undefined
  #ending = false
  #due = 0

  constructor(socket: Socket, bytesPerSecond: number) {
    this.#socket = socket
    this.#bytesPerSecond = bytesPerSecond
    this.#write = socket.write
    this.#end = socket.end
    const write = (data: string | Uint8Array, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean => {
      const encoding = typeof encodingOrDone === "string" ? encodingOrDone : "utf8"
      const bytes = typeof data === "string" ? Buffer.from(data, encoding) : data
      this.#push(bytes, typeof encodingOrDone === "function" ? encodingOrDone : done)
      return false
    }
    socket.write = write
    socket.end = (): Socket => {
      this.#ending = true
      this.#finish()
      return socket
    }
    socket.once("close", this.#forget)
  }

  /** How many bytes a second from now on. */
  set bytesPerSecond(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Lets all out that waits, and gives the socket back. */
  release(): void {
    const queue = this.#queue
    this.#forget()
    this.#socket.off("close", this.#forget)
    this.#socket.write = this.#write
    this.#socket.end = this.#end
    for (const { bytes, sent, done } of queue) this.#socket.write(bytes.subarray(sent), done)
    if (this.#ending) this.#socket.end()
  }

  #push(bytes: Uint8Array, done: Done | undefined): void {
    this.#queue.push({ bytes, sent: 0, done })
    this.pendingBytes += bytes.length
    if (this.#timer === undefined) {
      this.#due = 0
      this.#timer = setInterval(this.#portion, tickMillis)
    }
  }

  readonly #portion = (): void => {
    this.#due += (this.#bytesPerSecond * tickMillis) / 1000
    while (this.#due >= 1 && this.#queue.length > 0) {
      const first = this.#queue[0]!
      const portion = first.bytes.subarray(first.sent, first.sent + Math.floor(this.#due))
      first.sent += portion.length
      this.#due -= portion.length
      this.pendingBytes -= portion.length
      const whole = first.sent === first.bytes.length
      if (whole) this.#queue.shift()
      this.#write.call(this.#socket, portion, undefined, whole ? first.done : undefined)
      // A slow socket may be slower still.
      if (portion.length === 0) break
    }
    this.#finish()
  }

  #finish(): void {
    if (this.#queue.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    if (this.#ending) Reflect.apply(this.#end, this.#socket, [])
  }

  readonly #forget = (): void => {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#queue = []
    this.pendingBytes = 0
  }
}
