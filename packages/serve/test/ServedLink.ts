/** A reader's connection to a stream of a server, whose bytes arrive when a test says so. */
import type { Change } from "@boltodds/protocol"
import { ServedFollower } from "../src/reader/ServedFollower.ts"
import type { RecordStream } from "../src/stream/RecordStream.ts"
import { MemoryPort } from "./MemoryPort.ts"

export const staleMillis = 25_000

export class ServedLink {
  readonly follower: ServedFollower
  readonly faults: Array<string> = []
  port: MemoryPort | undefined
  snapshots = 0
  resumed = 0

  constructor(origin: string) {
    this.follower = new ServedFollower({ origin, staleMillis, onFault: (fault) => this.faults.push(fault) })
  }

  dial(stream: RecordStream<Change>): void {
    const { after } = this.follower
    const port = new MemoryPort("placed")
    this.port = port
    stream.join(() => port, {}, after === "" ? undefined : after)
    this.follower.connected()
  }

  cut(): void {
    this.port?.cut()
    this.port = undefined
    this.follower.disconnected()
  }

  read(now: number): void {
    for (const message of this.port?.readMessages() ?? []) {
      if (message.startsWith('{"stream":"snapshot"')) this.snapshots += 1
      if (message.startsWith('{"stream":"resumed"')) this.resumed += 1
      this.follower.take(message, now)
    }
  }

  /** Dials where there is no connection, and reads all that the server has for it. */
  settle(stream: RecordStream<Change>, now: number): void {
    if (this.port === undefined || this.port.closedWith !== undefined) {
      this.cut()
      this.dial(stream)
    }
    for (let taken = 0; taken < 1_000 && this.port!.backlogBytes > 0; taken++) this.port!.take(2_000)
    this.read(now)
  }
}
