/** The server's own book: what every client must hold once it has received everything. */
import {
  americanOdds,
  type DataMessage,
  decodeFrame,
  type FeedMessage,
  type GameData,
  type InitialState,
  type Outcome,
} from "@boltodds/protocol"
import type { Subscription } from "./Subscription.ts"
import { timestamp } from "./timestamp.ts"

/** Where a game is found. */
export interface GameAt {
  readonly sport: string
  readonly sportsbook: string
  readonly game: string
}

/** One game at one sportsbook. */
export interface FeedGame {
  readonly sport: string
  readonly sportsbook: string
  readonly game: string
  /** The latest `data` sent of it; its outcomes are in `outcomes`. */
  data: GameData
  readonly outcomes: Map<string, Outcome>
  /** The server's time of the latest message about it, as sent. */
  sentAt: string | null
}

/** Where a game at a book is found. With the length in front no two pairs share a key, whatever is in the names. */
export const entryKey = (sportsbook: string, game: string): string => `${sportsbook.length}:${sportsbook}${game}`

/**
 * The book that messages make, by the plainest reading of PROTOCOL, "Messages". It shares no code with what it tests.
 *
 * It is an oracle: it must stay so simple that it is plainly right.
 */
export class FeedBook {
  readonly #entries = new Map<string, FeedGame>()

  /** Takes in one message. Messages that are not about odds change nothing. */
  apply(message: FeedMessage): void {
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
        // The entry stays the same object: an unfinished snapshot refers to it, and must not send its old state.
        this.entry(message.data.sportsbook, message.data.game)?.outcomes.clear()
        return this.#set(message)
      case "line_update":
        return this.#set(message)
      case "game_removed":
        return this.#remove(message)
      case "book_clear":
      case "sport_clear": {
        const { sportsbook } = message.data
        const sport = message.action === "sport_clear" ? message.data.sport : undefined
        for (const [key, entry] of this.#entries) {
          if (entry.sportsbook === sportsbook && (sport === undefined || entry.sport === sport)) {
            this.#entries.delete(key)
          }
        }
      }
    }
  }

  /** Takes in what can be read of a frame, and gives its messages. */
  applyFrame(raw: string | Uint8Array): ReadonlyArray<FeedMessage> {
    const messages: Array<FeedMessage> = []
    for (const item of decodeFrame(raw)) {
      if (item._tag !== "Message") continue
      messages.push(item.message)
      this.apply(item.message)
    }
    return messages
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear()
  }

  /** Every game at every sportsbook, in the order of their first message. */
  entries(): Iterable<FeedGame> {
    return this.#entries.values()
  }

  /** One game at one book. */
  entry(sportsbook: string, game: string): FeedGame | undefined {
    return this.#entries.get(entryKey(sportsbook, game))
  }

  /** How many (sportsbook, game) pairs there are. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * The odds that a client of this subscription must hold: `"sportsbook|game|outcome key"` to the odds as sent.
   * Suspended outcomes, and those whose odds cannot be read, are left out.
   */
  priced(subscription?: Subscription): Record<string, string> {
    const odds: Record<string, string> = {}
    for (const entry of this.#entries.values()) {
      if (subscription !== undefined && !subscription.takesGame(entry.sport, entry.sportsbook, entry.game)) continue
      for (const [key, outcome] of entry.outcomes) {
        if (subscription !== undefined && !subscription.takesOutcome(outcome)) continue
        const raw: unknown = typeof outcome === "object" && outcome !== null ? outcome.odds : undefined
        if (Number.isNaN(americanOdds(raw))) continue
        odds[`${entry.sportsbook}|${entry.game}|${key}`] = String(raw)
      }
    }
    return odds
  }

  /** What a new client of this subscription is sent: an `initial_state` for each game that has something for it. */
  snapshot(subscription: Subscription, nowMillis: number = Date.now()): ReadonlyArray<InitialState> {
    const messages: Array<InitialState> = []
    for (const entry of this.#entries.values()) {
      const message = initialState(entry, subscription, nowMillis)
      if (message !== undefined) messages.push(message)
    }
    return messages
  }

  #set(message: DataMessage): void {
    const { data } = message
    const key = entryKey(data.sportsbook, data.game)
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = {
        sport: data.sport,
        sportsbook: data.sportsbook,
        game: data.game,
        data,
        outcomes: new Map(),
        sentAt: null,
      }
      this.#entries.set(key, entry)
    }
    entry.data = data
    entry.sentAt = message.timestamp ?? null
    for (const outcome of Object.keys(data.outcomes)) entry.outcomes.set(outcome, data.outcomes[outcome]!)
  }

  #remove(message: DataMessage): void {
    this.#entries.delete(entryKey(message.data.sportsbook, message.data.game))
  }
}

/**
 * The initial state of one game for a new client of this subscription; undefined if the client gets none. Its time is
 * that of the last change of the game, as in the real feed, and `nowMillis` where that is not known.
 */
export const initialState = (
  entry: FeedGame,
  subscription: Subscription,
  nowMillis: number,
): InitialState | undefined => {
  if (!subscription.takesGame(entry.sport, entry.sportsbook, entry.game)) return undefined
  const outcomes = subscription.partOf({ ...entry.data, outcomes: Object.fromEntries(entry.outcomes) })
  const nothing = entry.outcomes.size > 0 && Object.keys(outcomes).length === 0
  if (nothing) return undefined
  const stamp = entry.sentAt ?? timestamp(nowMillis, entry.outcomes.size)
  return { timestamp: stamp, action: "initial_state", data: { ...entry.data, outcomes } }
}
