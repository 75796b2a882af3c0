/** What goes out of one connection, and what waits: held back, let out slowly, or never to go. */
import type { Socket } from "node:net"
import type { WebSocket } from "ws"
import { type FrameKind, type Held, isDataFrame } from "../hooks.ts"
import { SocketThrottle } from "./SocketThrottle.ts"

/** What an outlet needs of its server. */
export interface OutboundHost {
  /** What may wait for one client, in bytes. */
  readonly maxBacklogBytes: number
  /** Something was handed to the kernel: there may be room again. */
  readonly flushed: () => void
  /** A connection was cut because too much waited for it. */
  readonly overflowed: () => void
}

type Data = string | Uint8Array

/** What is held back of what. Past all behaviors: undefined. */
const holds = (held: Held, kind: FrameKind | undefined): boolean =>
  held !== "data" || kind !== undefined && isDataFrame(kind)

/** The way out of one connection. */
export class Outbound {
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  readonly #host: OutboundHost
  readonly #flushed: () => void
  readonly #holds = new Set<{ readonly what: Held }>()
  #queue: Array<{ readonly kind: FrameKind | undefined; readonly data: Data }> = []
  #queuedBytes = 0
  #frozen = false
  #drip: SocketThrottle | undefined

  /** `flushed`: called when a frame was handed to the kernel. */
  constructor(webSocket: WebSocket, socket: Socket, host: OutboundHost, flushed: () => void) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#host = host
    this.#flushed = () => {
      flushed()
      host.flushed()
    }
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === 1
  }

  /** Bytes that wait, here and in the socket. */
  get backlogBytes(): number {
    return this.#queuedBytes + this.#webSocket.bufferedAmount + (this.#drip?.pendingBytes ?? 0)
  }

  /** Bytes that the system took so far. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  /** Whether a fault keeps something from going out: nobody is to wait for it. */
  get isHindered(): boolean {
    return this.#frozen || this.#holds.size > 0 || this.#drip !== undefined
  }

  /** Whether odds wait here rather than go out. */
  get holdsData(): boolean {
    return this.#frozen || this.#holds.size > 0
  }

  /** Sends a frame, or has it wait. */
  send(kind: FrameKind | undefined, data: Data): void {
    // Nobody is at the other end: what is sent is gone.
    if (!this.isOpen || this.#frozen) return
    if (this.#isHeld(kind)) {
      this.#queue.push({ kind, data })
      this.#queuedBytes += data.length
    } else this.#write(data)
    if (this.isHindered && this.backlogBytes > this.#host.maxBacklogBytes) {
      // What waits because of a fault is bounded, and a client is never left with a hole in its stream.
      this.#host.overflowed()
      this.#webSocket.terminate()
    }
  }

  /** Answers a WebSocket ping (RFC 6455, section 5.5.3), if anything goes out at all. */
  pong(data: Uint8Array): void {
    if (!this.isOpen || this.#frozen) return
    for (const { what } of this.#holds) if (what === "everything") return
    this.#webSocket.pong(data)
  }

  /** Holds back; gives what lets go again. */
  hold(what: Held): () => void {
    const held = { what }
    this.#holds.add(held)
    return () => {
      if (this.#holds.delete(held)) this.#release()
    }
  }

  /** Writes and reads nothing any more. To the other end this looks like a slow network. */
  freeze(): void {
    if (!this.isOpen) return
    this.#frozen = true
    this.#queue = []
    this.#queuedBytes = 0
    this.#webSocket.pause()
  }

  /** Lets so many bytes out a second; undefined: as they come. */
  throttle(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === undefined) {
      this.#drip?.release()
      this.#drip = undefined
    } else if (this.#drip === undefined) this.#drip = new SocketThrottle(this.#socket, bytesPerSecond)
    else this.#drip.bytesPerSecond = bytesPerSecond
  }

  /** Resets the TCP connection (RST). */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  #isHeld(kind: FrameKind | undefined): boolean {
    if (this.#holds.size === 0) return false
    for (const { what } of this.#holds) if (holds(what, kind)) return true
    return false
  }

  #release(): void {
    const queue = this.#queue
    this.#queue = []
    this.#queuedBytes = 0
    for (const { kind, data } of queue) this.send(kind, data)
    this.#flushed()
  }

  #write(data: Data): void {
    this.#webSocket.send(data, { binary: typeof data !== "string" }, this.#flushed)
  }
}
