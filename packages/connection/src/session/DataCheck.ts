/** The search for the first data of a connection. Once data within the filters has come, frames are not looked into. */
import {
  decodeFrame,
  type FilterMatch,
  type Filters,
  type Frame,
  type Item,
  makeFrame,
  matchFilters,
  type Millis,
  type QuarantinedItem,
} from "@boltodds/protocol"
import { scrub } from "../key/scrub.ts"
import type { NotUnderstood, OutsideFilters } from "./Diagnosis.ts"

const mostErrors = 10
/** A server that says why it closes says it in a short text. In characters or bytes. */
const longestLastWords = 1024
/** The longest quote of a text from the server, in characters. */
export const longestSample = 200
/** Frames keep what was decoded of them. Up to this many bytes of frames do so here. */
const mostKeptBytes = 1024 * 1024

/** What the frames of one connection say before and about the first data. All texts are without the key. */
export class DataCheck {
  readonly #secret: string
  #liveAt: Millis | undefined
  #errors: Array<string> = []
  #notUnderstood: NotUnderstood | undefined
  #match: FilterMatch | undefined
  #outside: OutsideFilters | undefined
  #isDone = false
  #checkedBytes = 0
  /** The last frame, if it is short enough to say why the server closes. */
  #lastShort: string | Uint8Array | undefined

  constructor(secret: string) {
    this.#secret = secret
  }

  /** When the first data came. */
  get liveAt(): Millis | undefined {
    return this.#liveAt
  }
  /** Whether data within the filters has come: no more frames need to be checked. */
  get isDone(): boolean {
    return this.#isDone
  }
  /** Whether no data came, or none within the filters. */
  get isMissing(): boolean {
    return this.#liveAt === undefined || this.outside !== undefined
  }
  /** The server's error messages before the first data. */
  get errors(): ReadonlyArray<string> {
    return this.#errors
  }
  /** Why the server closed, in its own words: the last frame's errors where data came, otherwise all errors. */
  get lastErrors(): ReadonlyArray<string> {
    if (this.#liveAt === undefined) return this.#errors
    const last = this.#lastShort
    if (last === undefined) return []
    return serverErrors(decodeFrame(last)).map((text) => scrub(text, this.#secret))
  }
  /** Messages before the first data that could not be understood. */
  get notUnderstood(): NotUnderstood | undefined {
    return this.#notUnderstood
  }
  /** Data outside the filters, while none within them has come. */
  get outside(): OutsideFilters | undefined {
    return this.#isDone ? undefined : this.#outside
  }

  /** These filters are sent now. */
  subscribed(filters: Filters): void {
    this.#match = matchFilters(filters)
    this.#outside = undefined
  }

  /** Remembers the last frame of a turn. */
  remember(last: string | Uint8Array): void {
    this.#lastShort = last.length <= longestLastWords ? last : undefined
  }

  /** Checks a frame. Returns whether it holds the first data of the connection. */
  check(frame: Frame): boolean {
    this.#checkedBytes += frame.raw.length
    // Beyond the bound a copy is decoded, or all frames that wait would keep what was decoded of them.
    const checked = this.#checkedBytes <= mostKeptBytes
      ? frame
      : makeFrame(frame.session, frame.epoch, frame.at, frame.raw)
    const isFirst = this.#liveAt === undefined && this.#isFirstData(checked)
    if (this.#liveAt === undefined || this.#match === undefined) return isFirst
    const games = this.#match.isOpen ? "within" : gamesIn(checked, this.#match)
    if (games === "within") this.#isDone = true
    else if (games !== undefined) {
      this.#outside = { ...games, ...this.#outside, messages: (this.#outside?.messages ?? 0) + games.messages }
    }
    return isFirst
  }

  #isFirstData(frame: Frame): boolean {
    for (const text of serverErrors(frame.items)) {
      if (this.#errors.length < mostErrors) this.#errors.push(scrub(text, this.#secret))
    }
    if (hasData(frame)) {
      this.#liveAt = frame.at
      return true
    }
    const texts = notUnderstood(frame)
    if (texts.length > 0) {
      this.#notUnderstood = {
        messages: (this.#notUnderstood?.messages ?? 0) + texts.length,
        first: this.#notUnderstood?.first ?? scrub(texts[0]!, this.#secret, longestSample),
      }
    }
    return false
  }
}

/** Whether a frame holds data of the feed: anything but acks, pings and errors. */
const hasData = (frame: Frame): boolean =>
  frame.items.some((item) => item._tag === "Message" && "data" in item.message && dataActions.has(item.message.action))

const dataActions: ReadonlySet<string> = new Set([
  "initial_state",
  "game_update",
  "game_added",
  "line_update",
  "game_removed",
  "book_clear",
  "sport_clear",
])

/** The texts in a frame that are neither data nor any other known message. Bare texts count as errors. */
const notUnderstood = (frame: Frame): ReadonlyArray<string> =>
  frame.items.flatMap((item) =>
    item._tag === "Unknown" || (item._tag === "Quarantined" && !isBareText(item)) ? [item.text] : []
  )

/** Text that is neither data nor an object: the server's own words. */
const isBareText = ({ touches, value }: QuarantinedItem): boolean =>
  touches === undefined && (typeof value !== "object" || value === null)

/** The texts of the errors in a frame. */
const serverErrors = (items: ReadonlyArray<Item>): ReadonlyArray<string> => {
  const texts: Array<string> = []
  for (const item of items) {
    if (item._tag === "Message" && item.message.action === "error") {
      const { message } = item.message
      texts.push(typeof message === "string" ? message : JSON.stringify(message) ?? "an error without a message")
    } else if (item._tag === "Quarantined" && isBareText(item)) {
      // The refusal of one connection too many is known to come as bare text (PROTOCOL, "Endpoints").
      texts.push(item.text)
    }
  }
  return texts
}

/**
 * How the games in a frame relate to the filters: `within` if at least one message is, otherwise those outside.
 * Undefined where no message is about a game.
 */
const gamesIn = (frame: Frame, match: FilterMatch): "within" | OutsideFilters | undefined => {
  let outside: OutsideFilters | undefined
  for (const item of frame.items) {
    if (item._tag !== "Message") continue
    const { message } = item
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update": {
        const { sport, sportsbook, game, outcomes } = message.data
        const all = Object.values(outcomes)
        const market = !match.hasMarkets || all.length === 0 ||
          all.some(({ outcome_name }) => match.market(outcome_name ?? null))
        // An empty sport could be known from earlier messages only.
        const known = sport === "" ? match.book(sportsbook) : match.game(sport, sportsbook, game)
        if (market && known) return "within"
        outside = {
          sport: outside?.sport ?? sport,
          sportsbook: outside?.sportsbook ?? sportsbook,
          messages: (outside?.messages ?? 0) + 1,
        }
      }
    }
  }
  return outside
}
