/** A client that does what docs/faults.md asks of a good one, as plainly as can be: the yardstick of the faults. */
import type { DataMessage, FeedMessage, Filters } from "@boltodds/protocol"
import { Subscription } from "@boltodds/feed-server"
import type { Simulator } from "@boltodds/simulator"
import { Conditions } from "@boltodds/testing/Conditions"
import { WebSocket } from "ws"

interface Game {
  readonly sport: string
  readonly sportsbook: string
  readonly game: string
  readonly odds: Map<string, string>
}

const retryMillis = 5

/** How long a subscribe may go unanswered. A client that waits longer would wait for ever where it was ignored. */
const answerMillis = 2000

export class Comeback {
  /** Texts of all frames, over all connections. */
  readonly frames: Array<string> = []
  connections = 0
  pings = 0
  readonly #simulator: Pick<Simulator, "url" | "key">
  #filters: Filters
  #subscription: Subscription
  #games = new Map<string, Game>()
  /** The latest timestamp of a removal, by game, or by book or sport of a book where all was cleared. */
  #gone = new Map<string, string>()
  #socket: WebSocket | undefined
  #stopped = false
  readonly #conditions = new Conditions()

  constructor(simulator: Pick<Simulator, "url" | "key">, filters: Filters = {}) {
    this.#simulator = simulator
    this.#filters = filters
    this.#subscription = new Subscription(filters)
    this.#dial()
  }

  get book(): Record<string, string> {
    const book: Record<string, string> = {}
    for (const { sportsbook, game, odds } of this.#games.values()) {
      for (const [outcome, price] of odds) book[`${sportsbook}|${game}|${outcome}`] = price
    }
    return book
  }

  /** Asks for other games on the live connection. */
  ask(filters: Filters): void {
    this.#filters = filters
    this.#subscription = new Subscription(filters)
    for (const [key, { sport, sportsbook, game }] of this.#games) {
      if (!this.#subscription.takesGame(sport, sportsbook, game)) this.#games.delete(key)
    }
    this.#subscribe()
  }

  until(condition: () => boolean): Promise<void> {
    return this.#conditions.until(condition)
  }

  stop(): void {
    this.#stopped = true
    this.#socket?.terminate()
  }

  #dial(): void {
    const socket = this.#socket = new WebSocket(`${this.#simulator.url}?key=${this.#simulator.key}`)
    socket.on("open", () => {
      this.connections++
      // No message ends a snapshot: the client drops what an earlier connection sent.
      this.#games = new Map()
      this.#gone = new Map()
      this.#subscribe()
    })
    const unanswered = setTimeout(() => socket.terminate(), answerMillis)
    let isAnswered = false
    socket.on("message", (data) => {
      const text = String(data)
      if (!isAnswered) {
        // Pings come to connections that have no snapshot too, and say nothing about their book.
        if (/"ping"/.test(text)) return
        isAnswered = !/"socket_connected"/.test(text)
        if (isAnswered) clearTimeout(unanswered)
      }
      this.#received(text)
    })
    socket.on("error", () => {})
    socket.on("close", () => {
      clearTimeout(unanswered)
      if (!this.#stopped) setTimeout(() => this.#stopped || this.#dial(), retryMillis)
    })
  }

  #subscribe(): void {
    this.#socket!.send(JSON.stringify({ action: "subscribe", filters: this.#filters }))
  }

  #received(text: string): void {
    this.frames.push(text)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      // A frame that cannot be read is not the end: nothing more can be known of it here.
    }
    for (const message of [value].flat(9)) {
      if (typeof message === "object" && message !== null && "action" in message) this.#apply(message as FeedMessage)
    }
    this.#conditions.changed()
  }

  #apply(message: FeedMessage): void {
    switch (message.action) {
      case "ping":
        this.pings++
        break
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update":
        this.#odds(message)
        break
      case "game_removed": {
        const { sportsbook, game } = message.data
        this.#games.delete(`${sportsbook}|${game}`)
        this.#gone.set(`${sportsbook}|${game}`, message.timestamp ?? "")
        break
      }
      case "book_clear":
      case "sport_clear": {
        const { sportsbook } = message.data
        const sport = message.action === "sport_clear" ? message.data.sport : undefined
        this.#gone.set(sport === undefined ? sportsbook : `${sportsbook}|sport|${sport}`, message.timestamp ?? "")
        for (const [key, game] of this.#games) {
          if (game.sportsbook === sportsbook && (sport === undefined || game.sport === sport)) this.#games.delete(key)
        }
      }
    }
  }

  #odds(message: DataMessage): void {
    const { sport, sportsbook, game, outcomes } = message.data
    if (!this.#subscription.takesGame(sport, sportsbook, game)) return
    const key = `${sportsbook}|${game}`
    let known = this.#games.get(key)
    if (known === undefined) {
      const removals = [key, sportsbook, `${sportsbook}|sport|${sport}`].map((scope) => this.#gone.get(scope) ?? "")
      if (message.action === "line_update" && removals.some((removal) => (message.timestamp ?? "") < removal)) return
    }
    if (known === undefined || message.action !== "line_update") {
      known = { sport, sportsbook, game, odds: new Map() }
      this.#games.set(key, known)
    }
    for (const [outcome, { odds }] of Object.entries(outcomes)) {
      if (typeof odds === "string" && /^[+-]\d{3,}$/.test(odds)) known.odds.set(outcome, odds)
      else known.odds.delete(outcome)
    }
  }
}
