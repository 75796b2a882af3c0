/** A receiver of signed webhooks that can misbehave, and keeps all deliveries. */
import type { Change, Control } from "@boltodds/protocol"
import type { ServerResponse } from "node:http"
import { Webhook } from "standardwebhooks"
import { type Received, Receiver } from "./Receiver.ts"

/** A line of the emit `changes`. */
export type Row = Change | Control

/** One request, as it came. */
export interface Delivery {
  readonly id: string
  readonly body: string
  readonly records: ReadonlyArray<Row>
  /** By the clock of this process, in milliseconds since the Unix epoch. */
  readonly atMillis: number
  /** Whether the answer was 2xx. */
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

/** Accepts the delivery. */
export const taken: Answer = { status: 204 }

/** The secret that bodies are signed with. */
export const hookSecret: string = `whsec_${Buffer.from("a secret of these tests, 32 byte").toString("base64")}`

/** A receiver on this machine. Each request is verified, kept, and then answered. */
export class HookReceiver {
  readonly deliveries: Array<Delivery> = []
  /** What is wrong with signatures and ids: always empty, or the sender has a bug. */
  readonly forged: Array<string> = []
  answer: (delivery: Delivery, index: number) => Answer | Promise<Answer>
  readonly #receiver = new Receiver((request, response) => this.#take(request, response))

  constructor(answer: HookReceiver["answer"] = () => taken) {
    this.answer = answer
  }

  get url(): string {
    return `${this.#receiver.url}/odds`
  }

  /** Listens: the first time on a free port, later on the same one. */
  up(): Promise<void> {
    return this.#receiver.up()
  }

  /** Refuses connections and breaks the open ones. */
  down(): Promise<void> {
    return this.#receiver.down()
  }

  get acknowledged(): ReadonlyArray<Delivery> {
    return this.deliveries.filter(({ isAcknowledged }) => isAcknowledged)
  }

  /** Resolves when the condition holds; evaluated at each request and after each answer. */
  until(condition: () => boolean): Promise<void> {
    return this.#receiver.until(condition)
  }

  #take({ headers, body }: Received, response: ServerResponse): void {
    const id = headers["webhook-id"] ?? ""
    try {
      new Webhook(hookSecret).verify(body, { ...headers })
    } catch (cause) {
      this.forged.push(`${id}: ${String(cause)}`)
    }
    const { id: own, records } = JSON.parse(body) as { readonly id: string; readonly records: ReadonlyArray<Row> }
    if (own !== id) this.forged.push(`${id}: its body says ${own}`)
    const delivery: Delivery = { id, body, records, atMillis: Date.now(), isAcknowledged: false }
    this.deliveries.push(delivery)
    void this.#respond(delivery, this.deliveries.length - 1, response)
  }

  async #respond(delivery: Delivery, index: number, response: ServerResponse): Promise<void> {
    const given = this.answer(delivery, index)
    let answer: Answer
    // At once if possible: a test that kills the sender at this request finds it in this state.
    if (given instanceof Promise) {
      this.#receiver.changed()
      answer = await given
    } else answer = given
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
    this.#receiver.changed()
  }
}

/** A receiver that is up. */
export const openReceiver = async (answer?: HookReceiver["answer"]): Promise<HookReceiver> => {
  const receiver = new HookReceiver(answer)
  await receiver.up()
  return receiver
}
