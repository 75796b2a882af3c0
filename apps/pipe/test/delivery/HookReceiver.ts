/** A receiver of webhooks that misbehaves as it is told, and keeps all that it was sent. */
import type { Change, Control } from "@boltodds/protocol"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Webhook } from "standardwebhooks"

/** A line of the emit `changes`. */
export type Row = Change | Control

/** One request, as it came. */
export interface Delivery {
  readonly id: string
  readonly body: string
  readonly records: ReadonlyArray<Row>
  /** By the clock of this process, in milliseconds since the Unix epoch. */
  readonly atMillis: number
  /** It was answered with 2xx: the receiver has taken it. */
  isAcknowledged: boolean
}

/**
 * How a request is answered. `hang`: never · `cut`: the connection breaks within the head of a 200 · `drop`: the connection
 * breaks before it · `torn`: it breaks within the body of a 200.
 */
export type Answer = "hang" | "cut" | "drop" | "torn" | {
  readonly status: number
  readonly headers?: Record<string, string>
}

/** Everything is taken. */
export const taken: Answer = { status: 204 }

/** The secret that bodies are signed with. */
export const hookSecret: string = `whsec_${Buffer.from("a secret of these tests, 32 byte").toString("base64")}`

/** A receiver on this machine. Each request is verified, kept, and then answered. */
export class HookReceiver {
  readonly deliveries: Array<Delivery> = []
  /** What was wrong with signatures: nothing, or somebody has a bug. */
  readonly forged: Array<string> = []
  answer: (delivery: Delivery, index: number) => Answer | Promise<Answer>
  readonly #server = createServer((request, response) => this.#take(request, response))
  readonly #watchers = new Set<() => void>()
  #port = 0

  constructor(answer: HookReceiver["answer"] = () => taken) {
    this.answer = answer
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/odds`
  }

  /** Listens: at first on any port, later on the same. */
  up(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject)
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#port = (this.#server.address() as AddressInfo).port
        resolve()
      })
    })
  }

  /** Refuses connections, and breaks those that are there. */
  down(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  get acknowledged(): ReadonlyArray<Delivery> {
    return this.deliveries.filter(({ isAcknowledged }) => isAcknowledged)
  }

  /** Resolves once the condition holds; looks whenever a request has come, and when it was answered. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    // A sender that is killed leaves half a request: it sent nothing.
    request.on("error", () => {})
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8")
      const headers = request.headers as Record<string, string>
      const id = headers["webhook-id"] ?? ""
      try {
        new Webhook(hookSecret).verify(body, headers)
      } catch (cause) {
        this.forged.push(`${id}: ${String(cause)}`)
      }
      const { id: own, records } = JSON.parse(body) as { readonly id: string; readonly records: ReadonlyArray<Row> }
      if (own !== id) this.forged.push(`${id}: its body says ${own}`)
      const delivery: Delivery = { id, body, records, atMillis: Date.now(), isAcknowledged: false }
      this.deliveries.push(delivery)
      void this.#respond(delivery, this.deliveries.length - 1, response)
    })
  }

  async #respond(delivery: Delivery, index: number, response: ServerResponse): Promise<void> {
    const given = this.answer(delivery, index)
    // At once where it can be: whoever kills the sender at this request finds it as it stands.
    const answer = given instanceof Promise ? await this.#looked(given) : given
    if (answer === "cut") {
      response.socket?.write("HTTP/1.1 200 OK\r\ncontent-len", () => response.destroy())
    } else if (answer === "torn") {
      delivery.isAcknowledged = true
      response.writeHead(200, { "content-length": 100 }).write("half", () => response.destroy())
    } else if (answer === "drop") response.destroy()
    else if (answer !== "hang") {
      delivery.isAcknowledged = answer.status >= 200 && answer.status < 300
      response.writeHead(answer.status, answer.headers ?? {}).end()
    }
    this.#looked(undefined)
  }

  #looked<A>(value: A): A {
    for (const look of this.#watchers) look()
    return value
  }
}

/** A receiver that is up. */
export const openReceiver = async (answer?: HookReceiver["answer"]): Promise<HookReceiver> => {
  const receiver = new HookReceiver(answer)
  await receiver.up()
  return receiver
}
