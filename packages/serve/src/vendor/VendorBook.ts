/** What clients of the vendor's protocol may hold: the book of the feed without what is not verified. */
import { type BatchItem, entryKey, FeedBook, type FeedGame, timestamp } from "@boltodds/feed-server"
import type { Control, FeedMessage, GameChange } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"

/**
 * What clients are sent when prices are no longer known to be live, for which the vendor's protocol has no word.
 *
 * `clear`: `book_clear` or `game_removed` for what is unverified, and an `initial_state` for each game once it is verified
 * again · `close`: their connections are closed, as the vendor would do; they get the same when they are back · `keep`:
 * nothing, and they go on with prices that may be old.
 */
export type OnGap = "clear" | "close" | "keep"

/** What a {@link VendorBook} calls. */
export interface VendorBookHost {
  readonly onGap: OnGap
  /** Sends messages to all clients, after the book has them. */
  readonly send: (items: ReadonlyArray<BatchItem>) => void
  /** Closes all connections. */
  readonly close: () => void
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** A message about one game. */
type GameMessage = Extract<
  FeedMessage,
  { readonly action: "initial_state" | "game_update" | "game_added" | "line_update" }
>

/** A message about all games of a sportsbook, or of one sport there. */
type ClearMessage = Extract<FeedMessage, { readonly action: "book_clear" | "sport_clear" }>

/**
 * Follows the records of the emit `messages` with `games`. A game is known from its opening on: the book of the run has
 * decided which messages count, by filters, sessions and their order.
 *
 * `served` is what clients hold. A game is in it while it is verified, and neither its session nor its sportsbook is stale.
 */
export class VendorBook {
  readonly served = new FeedBook()
  /** Goes up when a game comes or goes. */
  version = 0
  readonly #host: VendorBookHost
  /** All that the feed sent, verified or not. */
  readonly #known = new FeedBook()
  readonly #sessions = new Map<string, string>()
  readonly #unverified = new Set<string>()
  /** Messages of this frame about games that are not known yet, by game. */
  readonly #candidates = new Map<string, ReadonlyArray<Candidate>>()
  readonly #staleSessions = new Set<string>()
  readonly #staleSportsbooks = new Set<string>()
  /** Messages were lost on the way here: what is known of a game begins with its next full message. */
  #isLossy = false
  #items: Array<BatchItem> = []

  constructor(host: VendorBookHost) {
    this.#host = host
  }

  /** Takes the next records. */
  take(envelopes: ReadonlyArray<Envelope<unknown>>): void {
    for (const { _tag, value, text, session, last } of envelopes) {
      if (_tag === "Control") {
        if ("control" in value) this.#control(value)
        else if (value.change === "game_opened") this.#opened(value)
        else this.#gone(value)
      } else if (isMessage(value)) this.#message(value, text, session)
      // What opened no game by the end of its frame was not applied to the book.
      if (last && this.#candidates.size > 0) this.#candidates.clear()
    }
    const items = this.#items
    this.#items = []
    if (items.length > 0) this.#host.send(items)
  }

  #message(message: FeedMessage, text: string, session: string): void {
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update":
        return this.#game(message, text, session)
      case "game_removed": {
        const { sportsbook, game } = message.data
        const key = entryKey(sportsbook, game)
        this.#withdraw((other) => keyOf(other.message.data) === key && other.session === session)
        if (this.#sessions.get(key) !== session) return
        this.#forget(key)
        this.#known.apply(message)
        return this.#pass(message, text)
      }
      case "book_clear":
      case "sport_clear":
        return this.#clear(message, text, session)
      case "ping":
      case "socket_connected":
      case "subscription_updated":
      case "error":
        // Between the vendor and this process only.
        return
      default:
        // Not understood here; a client may understand it.
        this.#items.push({ message: undefined, text })
    }
  }

  /** A clear is passed on unless a game that it names is another session's, and stays. */
  #clear(message: ClearMessage, text: string, session: string): void {
    const { sportsbook } = message.data
    const sport = message.action === "sport_clear" ? message.data.sport : undefined
    const isNamed = (at: { readonly sportsbook: string; readonly sport: string }): boolean =>
      at.sportsbook === sportsbook && (sport === undefined || at.sport === sport)
    this.#withdraw((other) => other.session === session && isNamed(other.message.data))
    const named = [...this.#known.entries()].filter(isNamed)
    const going = new Set(named.map(keyOf).filter((key) => this.#sessions.get(key) === session))
    for (const entry of named) {
      if (!going.has(keyOf(entry))) continue
      this.#forget(keyOf(entry))
      this.#known.apply(removalOf(entry, message.timestamp ?? ""))
    }
    if (going.size === named.length) this.#pass(message, text)
    else this.#take(({ key }) => going.has(key))
  }

  #game(message: GameMessage, text: string, session: string): void {
    const { sportsbook, game } = message.data
    const key = entryKey(sportsbook, game)
    // After a loss no opening comes of a game that the book has all along: its next full message is one.
    if (this.#isLossy && message.action !== "line_update" && !this.#sessions.has(key)) this.#sessions.set(key, session)
    const owner = this.#sessions.get(key)
    if (owner === undefined) {
      this.#candidates.set(key, [...this.#candidates.get(key) ?? [], { message, text, session }])
      return
    }
    if (owner !== session) return
    if (this.#isLossy) {
      // The controls that verify are withheld after a loss, so a full message does.
      if (message.action !== "line_update") this.#unverified.delete(key)
      this.#staleSessions.delete(session)
      this.#staleSportsbooks.delete(staleKey(session, sportsbook))
    }
    this.#known.apply(message)
    if (!this.#isVisible(key, sportsbook)) return
    if (this.served.entry(sportsbook, game) === undefined) this.#reveal(this.#known.entry(sportsbook, game))
    else this.#pass(message, text)
  }

  /** The messages since the last frame that are about the game are the ones that opened it. */
  #opened({ sportsbook, game, session }: GameChange): void {
    const key = entryKey(sportsbook, game)
    const opening = this.#candidates.get(key)?.filter((one) => one.session === session) ?? []
    if (opening.length === 0) return
    this.#candidates.delete(key)
    this.#sessions.set(key, session)
    for (const { message, text } of opening) this.#game(message, text, session)
  }

  #withdraw(isAbout: (candidate: Candidate) => boolean): void {
    for (const [key, waiting] of this.#candidates) this.#candidates.set(key, waiting.filter((one) => !isAbout(one)))
  }

  #control(control: Control): void {
    switch (control.control) {
      case "stream_started":
        this.#staleSessions.clear()
        this.#staleSportsbooks.clear()
        this.#isLossy = false
        return this.#clearAll()
      case "dropped":
        this.#isLossy = true
        return this.#clearAll()
      case "stream_stopped":
        return this.#invalidate(() => true)
      case "gap_opened":
        this.#staleSessions.delete(control.session)
        return this.#invalidate(({ key }) => this.#sessions.get(key) === control.session)
      case "clock_jumped":
        return this.#invalidate(({ key }) => this.#sessions.get(key) === control.session)
      case "quarantined":
        return this.#quarantined(control)
      case "game_verified": {
        const key = entryKey(control.sportsbook, control.game)
        this.#unverified.delete(key)
        if (this.#isVisible(key, control.sportsbook)) this.#reveal(this.#known.entry(control.sportsbook, control.game))
        return
      }
      case "stale":
        if (control.sportsbook === null) this.#staleSessions.add(control.session)
        else this.#staleSportsbooks.add(staleKey(control.session, control.sportsbook))
        return this.#hide(({ key, entry }) => !this.#isVisible(key, entry.sportsbook))
      case "fresh":
        if (control.sportsbook === null) this.#staleSessions.delete(control.session)
        else this.#staleSportsbooks.delete(staleKey(control.session, control.sportsbook))
        for (const entry of this.#known.entries()) {
          if (this.#isVisible(keyOf(entry), entry.sportsbook)) this.#reveal(entry)
        }
    }
  }

  #quarantined(control: Extract<Control, { readonly control: "quarantined" }>): void {
    const { touches, session, sportsbook, game } = control
    if (touches === "nothing") return
    if (touches === "outcome") return this.#suspend(session, sportsbook ?? "", game ?? "", control.outcome ?? "")
    this.#invalidate(({ key, entry }) =>
      this.#sessions.get(key) === session && (touches === "session" || entry.sportsbook === sportsbook) &&
      (touches !== "game" || entry.game === game)
    )
  }

  /** An outcome of which something cannot be read: the book has no price of it, so clients get none either. */
  #suspend(session: string, sportsbook: string, game: string, outcome: string): void {
    const key = entryKey(sportsbook, game)
    const entry = this.#known.entry(sportsbook, game)
    const found = entry?.outcomes.get(outcome)
    if (entry === undefined || found === undefined || this.#sessions.get(key) !== session) return
    const data = { ...entry.data, outcomes: { [outcome]: { ...found, odds: null } } }
    const message = { timestamp: entry.sentAt ?? timestamp(this.#host.now(), 0), action: "line_update", data } as const
    this.#known.apply(message)
    if (this.served.entry(sportsbook, game) !== undefined) this.#pass(message, undefined)
  }

  /** A game that the book has no more. */
  #gone({ change, sport, sportsbook, game, home_team, away_team }: GameChange): void {
    // Most closings follow a message that removed the game here.
    if (change !== "game_closed" || this.#known.entry(sportsbook, game) === undefined) return
    const message = {
      timestamp: timestamp(this.#host.now(), 0),
      action: "game_removed",
      data: { sport, sportsbook, game, home_team: home_team ?? "", away_team: away_team ?? "", info: {}, outcomes: {} },
    } as FeedMessage
    const text = JSON.stringify(message)
    this.#forget(entryKey(sportsbook, game))
    this.#known.apply(message)
    this.#pass(message, text)
  }

  #isVisible(key: string, sportsbook: string): boolean {
    if (this.#host.onGap === "keep") return true
    const session = this.#sessions.get(key) ?? ""
    return !this.#unverified.has(key) && !this.#staleSessions.has(session) &&
      !this.#staleSportsbooks.has(staleKey(session, sportsbook))
  }

  #forget(key: string): void {
    this.#unverified.delete(key)
    this.#sessions.delete(key)
  }

  #invalidate(isAbout: (at: Place) => boolean): void {
    for (const entry of this.#known.entries()) {
      const key = keyOf(entry)
      if (isAbout({ key, entry })) this.#unverified.add(key)
    }
    if (this.#host.onGap !== "keep") this.#hide(isAbout)
  }

  /** Nothing is known any more. */
  #clearAll(): void {
    this.#known.clear()
    this.#unverified.clear()
    this.#sessions.clear()
    this.#candidates.clear()
    // Also with `keep`: what is not known any more is not there to be kept.
    this.#hide(() => true)
  }

  /** Takes games that are not live from the clients, or the clients from their connections. */
  #hide(isAbout: (at: Place) => boolean): void {
    const { length } = this.#items
    if (!this.#take(isAbout) || this.#host.onGap !== "close") return
    this.#items.length = length
    this.#host.close()
  }

  /** Takes games from the clients: a whole sportsbook at once where none of its games stays. Returns whether any went. */
  #take(isAbout: (at: Place) => boolean): boolean {
    const going = new Map<string, Array<FeedGame>>()
    const staying = new Set<string>()
    for (const entry of this.served.entries()) {
      if (!isAbout({ key: keyOf(entry), entry })) staying.add(entry.sportsbook)
      else {
        const games = going.get(entry.sportsbook)
        if (games === undefined) going.set(entry.sportsbook, [entry])
        else games.push(entry)
      }
    }
    if (going.size === 0) return false
    const stamp = timestamp(this.#host.now(), 0)
    for (const [sportsbook, games] of going) {
      const messages = staying.has(sportsbook)
        ? games.map((entry) => removalOf(entry, stamp))
        : [{ timestamp: stamp, action: "book_clear", data: { ...nothing, sportsbook } }]
      for (const message of messages as ReadonlyArray<FeedMessage>) {
        this.served.apply(message)
        this.#items.push({ message, text: undefined })
      }
    }
    this.version += 1
    return true
  }

  /** Gives a game to the clients, as it is now. */
  #reveal(entry: FeedGame | undefined): void {
    if (entry === undefined || this.served.entry(entry.sportsbook, entry.game) !== undefined) return
    const data = { ...entry.data, outcomes: Object.fromEntries(entry.outcomes) }
    const message = {
      timestamp: entry.sentAt ?? timestamp(this.#host.now(), 0),
      action: "initial_state",
      data,
    } as const
    this.#pass(message, undefined)
  }

  #pass(message: FeedMessage, text: string | undefined): void {
    const { size } = this.served
    this.served.apply(message)
    if (this.served.size !== size) this.version += 1
    this.#items.push({ message, text })
  }
}

interface Candidate {
  readonly message: GameMessage
  readonly text: string
  readonly session: string
}

const removalOf = ({ data }: FeedGame, timestamp: string): FeedMessage => ({
  timestamp,
  action: "game_removed",
  data: { ...data, outcomes: {} },
})

interface Place {
  readonly key: string
  readonly entry: FeedGame
}

const nothing = { sport: {}, game: {}, home_team: {}, away_team: {}, info: {}, outcomes: {} }

const keyOf = ({ sportsbook, game }: { readonly sportsbook: string; readonly game: string }): string =>
  entryKey(sportsbook, game)

const staleKey = (session: string, sportsbook: string): string => `${session}\u0000${sportsbook}`

const isMessage = (value: unknown): value is FeedMessage =>
  typeof value === "object" && value !== null && "action" in value && typeof value.action === "string"
