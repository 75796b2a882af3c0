/** A plain WebSocket client that keeps all it receives. */
import type { DataMessage, FeedMessage, Filters } from "@boltodds/protocol"
import { Conditions } from "@boltodds/testing/Conditions"
import { WebSocket } from "ws"

/** A dial that was not accepted. */
export class Refused extends Error {
  readonly status: number
  readonly headers: Record<string, string | Array<string> | undefined>
  readonly body: string
  constructor(status: number, headers: Record<string, string | Array<string> | undefined>, body: string) {
    super(`refused with ${status}`)
    this.status = status
    this.headers = headers
    this.body = body
  }
}

export interface Received {
  readonly data: string
  readonly isBinary: boolean
}

interface Where {
  readonly url: string
  readonly key: string
}

export class Probe {
  readonly socket: WebSocket
  readonly frames: Array<Received> = []
  closed: { readonly code: number; readonly reason: string } | undefined
  pongs = 0
  readonly #conditions = new Conditions()
  readonly #messages: Array<FeedMessage> = []
  #read = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    const changed = (): void => this.#conditions.changed()
    socket.on("message", (data, isBinary) => {
      this.frames.push({ data: String(data), isBinary })
      changed()
    })
    socket.on("pong", () => {
      this.pongs++
      changed()
    })
    socket.on("error", () => {})
    socket.on("close", (code, reason) => {
      this.closed = { code, reason: String(reason) }
      changed()
    })
  }

  static dial({ url, key }: Where): Promise<Probe> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}?key=${encodeURIComponent(key)}`)
      const probe = new Probe(socket)
      socket.on("open", () => resolve(probe))
      socket.on("unexpected-response", (_, response) => {
        let body = ""
        response.on("data", (chunk) => body += String(chunk))
        response.on("end", () => reject(new Refused(response.statusCode ?? 0, response.headers, body)))
      })
      socket.on("error", reject)
    })
  }

  /** Dials, waits for the acknowledgement, subscribes. */
  static async subscribed(where: Where, filters: Filters = {}): Promise<Probe> {
    const probe = await Probe.dial(where)
    await probe.until(() => probe.frames.length > 0)
    probe.subscribe(filters)
    return probe
  }

  subscribe(filters: Filters): void {
    this.socket.send(JSON.stringify({ action: "subscribe", filters }))
  }

  /** Resolves when the condition holds; evaluated at each frame, pong, and the close. */
  until(condition: () => boolean): Promise<void> {
    return this.#conditions.until(condition)
  }

  /** Waits for the next ping: with a quiet server, all that was sent before it has arrived then. */
  async ping(simulator: { readonly ping: () => void }): Promise<void> {
    const before = this.actions("ping").length
    simulator.ping()
    await this.until(() => this.actions("ping").length > before)
  }

  /** All that was received and is JSON, arrays taken apart. */
  get messages(): ReadonlyArray<FeedMessage> {
    for (; this.#read < this.frames.length; this.#read++) {
      try {
        const value: unknown = JSON.parse(this.frames[this.#read]!.data)
        this.#messages.push(...(Array.isArray(value) ? value : [value]) as ReadonlyArray<FeedMessage>)
      } catch {
        // Garbage on purpose is not a message.
      }
    }
    return this.#messages
  }

  actions(action: FeedMessage["action"]): ReadonlyArray<FeedMessage> {
    return this.messages.filter((message) => message?.action === action)
  }

  /** The messages that carry data, as if all were about a game. */
  get dataMessages(): ReadonlyArray<DataMessage> {
    return this.messages.filter((message) =>
      typeof message === "object" && message !== null && "data" in message
    ) as ReadonlyArray<DataMessage>
  }

  /** What this client must believe: the plainest fold of what it received, written apart from the server's. */
  get book(): Record<string, string> {
    const games: Record<string, { sport: string; odds: Record<string, string> }> = {}
    for (const message of this.messages) {
      if (typeof message !== "object" || message === null) continue
      const { action } = message
      if (action === "book_clear" || action === "sport_clear") {
        for (const key of Object.keys(games)) {
          const ofBook = key.startsWith(`${message.data.sportsbook}|`)
          if (ofBook && (action === "book_clear" || games[key]!.sport === message.data.sport)) delete games[key]
        }
        continue
      }
      const { data } = message as DataMessage
      if (typeof data?.outcomes !== "object") continue
      const key = `${data.sportsbook}|${data.game}|`
      if (action === "game_removed") {
        delete games[key]
        continue
      }
      if (action !== "line_update" || games[key] === undefined) games[key] ??= { sport: data.sport, odds: {} }
      if (action !== "line_update") games[key] = { sport: data.sport, odds: {} }
      for (const [outcome, { odds }] of Object.entries(data.outcomes)) {
        if (typeof odds === "string" && /^[+-]\d{3,}$/.test(odds)) games[key].odds[outcome] = odds
        else delete games[key].odds[outcome]
      }
    }
    const book: Record<string, string> = {}
    for (const [key, { odds }] of Object.entries(games)) {
      for (const [outcome, price] of Object.entries(odds)) book[key + outcome] = price
    }
    return book
  }

  stop(): void {
    this.socket.terminate()
  }
}
