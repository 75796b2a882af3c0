/** A book held from the events of one session. */
import { withinHeap } from "@boltodds/parts/recording"
import { type FeedEvent, type FeedMessage, type Millis, parseTimestamp, ulid } from "@boltodds/protocol"
import { defaultStateLimits, type Draft, freshness, make, type State, type StateLimits, thaw } from "@boltodds/state"

/** A game that a full message was about. */
export interface FullMessage {
  readonly sportsbook: string
  readonly game: string
  /** The server's time of the message; null where it says none that can be read. */
  readonly sentAt: Millis | null
}

/** How long no `initial_state` must come: as long as the reducer waits. */
const settleMillis = 10_000

/** The book, and what a comparison must know of it. */
export class HeldBook {
  plan: string | undefined
  /** The latest messages of each sportsbook: those with the latest of the server's times. */
  readonly #latest = new Map<string, { readonly sentAt: Millis; readonly games: Set<string> }>()
  readonly #draft: Draft
  readonly #limits: StateLimits
  readonly #onFull: (games: ReadonlyArray<FullMessage>) => void
  #now: Millis = 0
  #isSynced = false
  #snapshotAt: Millis | undefined
  #sealed: State | undefined

  constructor(
    limits: Partial<StateLimits> | undefined,
    onFull: (games: ReadonlyArray<FullMessage>) => void = () => {},
  ) {
    const bounds = withinHeap(limits)
    this.#limits = { ...defaultStateLimits, ...bounds }
    this.#draft = thaw(make({ run: ulid(Date.now()), limits: bounds }))
    this.#onFull = onFull
  }

  /** The book as it is now. */
  get state(): State {
    return this.#sealed ??= this.#draft.seal()
  }

  /**
   * Whether a snapshot has settled on this connection: the reducer says `synced`; where games stay unverified it cannot,
   * and 10 s without an `initial_state` count as the end.
   */
  get isSettled(): boolean {
    return this.#isSynced || (this.#snapshotAt !== undefined && this.#now - this.#snapshotAt >= settleMillis)
  }

  /** The sportsbooks that are stale by now. */
  get staleSportsbooks(): ReadonlySet<string> {
    return new Set(freshness(this.state, this.#now).flatMap(({ stale, sportsbook }) => stale ? [sportsbook] : []))
  }

  /** Applies one turn. */
  take(events: ReadonlyArray<FeedEvent>): void {
    this.#sealed = undefined
    const full: Array<FullMessage> = []
    for (const { event, records } of this.#draft.apply(events)) {
      this.#now = event.at
      if (event._tag === "Connected") this.plan = event.plan
      if (event._tag === "Frame") this.#frame(event.items, full)
      for (const record of records) {
        if (!("control" in record)) continue
        if (record.control === "synced") this.#isSynced = true
        if (record.control === "gap_opened") {
          this.#isSynced = false
          this.#snapshotAt = undefined
        }
      }
    }
    if (full.length > 0) this.#onFull(full)
  }

  /**
   * Whether a message that was sent at this time cannot be missing here: a later message of its sportsbook has arrived, or
   * one about the same game with the same time. Messages about several games can have the same time.
   */
  mustHave({ sportsbook, game, sentAt }: FullMessage): boolean {
    const latest = this.#latest.get(sportsbook)
    if (latest === undefined || sentAt === null) return false
    return sentAt < latest.sentAt || (sentAt === latest.sentAt && latest.games.has(game))
  }

  /** Remembers as many sportsbooks as the book holds. */
  #remember(sportsbook: string, game: string, sentAt: Millis): void {
    const latest = this.#latest.get(sportsbook)
    if (latest !== undefined && sentAt < latest.sentAt) return
    const { sportsbooks, games, characters } = this.#limits
    if (sportsbook.length > characters || game.length > characters) return
    if (sentAt === latest?.sentAt) {
      if (latest.games.size < games) latest.games.add(game)
    } else if (latest !== undefined || this.#latest.size < sportsbooks) {
      this.#latest.set(sportsbook, { sentAt, games: new Set([game]) })
    }
  }

  #frame(items: Extract<FeedEvent, { readonly _tag: "Frame" }>["items"], full: Array<FullMessage>): void {
    for (const item of items) {
      if (item._tag !== "Message" || !isData(item.message)) continue
      const { action, data: { sportsbook, game }, timestamp } = item.message
      if (action === "initial_state") this.#snapshotAt = this.#now
      const sentAt = parseTimestamp(timestamp)
      if (sentAt !== null) this.#remember(sportsbook, game, sentAt)
      if (action === "initial_state" || action === "game_update" || action === "game_added") {
        full.push({ sportsbook, game, sentAt })
      }
    }
  }
}

type DataMessage = Extract<
  FeedMessage,
  { readonly action: "line_update" | "initial_state" | "game_update" | "game_added" }
>

const isData = (message: FeedMessage): message is DataMessage =>
  message.action === "line_update" || message.action === "initial_state" || message.action === "game_update" ||
  message.action === "game_added"
