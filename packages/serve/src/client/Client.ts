/** One client of a stream: on the path that all share, or on its own with merged records while it is slow. */
import { type Coalescing, coalescingStore } from "@boltodds/lane"
import type { Envelope, Store } from "@boltodds/sink"
import type { Limits } from "../limits.ts"
import { encodeRecords, type Encoding, lengthOf } from "./frames.ts"
import type { ClientPort } from "./ClientPort.ts"

/** Why a server ends the connection of a client. */
export type CutReason = "too much unsent" | "no progress"

/** What a client is set up with. */
export interface ClientOptions<A> {
  /** The run of records that name none. */
  readonly run: string
  readonly limits: Limits
  /** How its records are merged while it is slow. Without rules they are not merged. */
  readonly rules: Coalescing<A> | undefined
  /** Called when it is cut off. */
  readonly onCut: (why: CutReason) => void
}

/** Above this much unsent, a slow client gets nothing more before it has taken it. */
const roomBytes = 256 * 1024

/**
 * A client of a stream.
 *
 * It gets the bytes that are made for all clients of its filter. With more than `slowBytes` unsent, what comes next is
 * kept in a store that merges: of each line the newest, suspensions and what invalidates first. Once it has taken all of
 * that it is back on the shared path. The snapshot at its beginning does not count.
 */
export class Client<A> {
  readonly port: ClientPort
  readonly #options: ClientOptions<A>
  #store: Store<A> | undefined
  /** Bytes that were written, and those up to the end of the latest snapshot. */
  #written = 0
  #snapshotEnd = 0
  /** When it last took bytes, and how many it had taken. */
  #progressAt: number
  #taken = 0

  constructor(port: ClientPort, options: ClientOptions<A>) {
    this.port = port
    this.#options = options
    this.#progressAt = performance.now()
    port.onDrain(() => this.#pump())
  }

  get encoding(): Encoding {
    return this.port.encoding
  }

  /** Whether it gets merged records now. */
  get isSlow(): boolean {
    return this.#store !== undefined
  }

  /** Unsent bytes, without those of a snapshot. */
  get backlogBytes(): number {
    return Math.min(this.port.backlogBytes, this.#written - this.#snapshotEnd) + (this.#store?.bytes ?? 0)
  }

  /** Sends what a client begins with: it counts for no bound, and replaces what waits. */
  begin(pieces: ReadonlyArray<Uint8Array>): void {
    this.#store = undefined
    this.#write(pieces)
    this.#snapshotEnd = this.#written
  }

  /** Sends the next records; `shared` makes their bytes for all clients. */
  send(envelopes: ReadonlyArray<Envelope<A>>, shared: (encoding: Encoding) => ReadonlyArray<Uint8Array>): void {
    const { limits, rules } = this.#options
    if (this.#store !== undefined) this.#store.add(envelopes, Date.now())
    else {
      this.#write(shared(this.encoding))
      if (rules !== undefined && this.backlogBytes > limits.slowBytes) {
        this.#store = coalescingStore(rules)
      }
    }
    if (this.backlogBytes > limits.maxBytes) this.#cut("too much unsent")
  }

  /** Cuts it off if it has taken nothing for too long. Called now and then. */
  check(now: number): void {
    const unsent = this.port.backlogBytes
    const taken = this.#written - unsent
    if (unsent === 0 || taken !== this.#taken) {
      this.#taken = taken
      this.#progressAt = now
    } else if (now - this.#progressAt >= this.#options.limits.stallMillis) this.#cut("no progress")
  }

  #pump(): void {
    const { run } = this.#options
    while (this.#store !== undefined && this.port.backlogBytes < roomBytes) {
      const taken = this.#store.take({ records: 4_096, bytes: roomBytes })
      if (taken.length === 0) {
        this.#store = undefined
        return
      }
      this.#store.settle(taken)
      this.#write(encodeRecords(taken, this.encoding, { run }))
    }
  }

  #write(pieces: ReadonlyArray<Uint8Array>): void {
    this.#written += lengthOf(pieces)
    for (const piece of pieces) this.port.write(piece)
  }

  #cut(why: CutReason): void {
    this.#options.onCut(why)
    this.port.close(1013, why)
  }
}
