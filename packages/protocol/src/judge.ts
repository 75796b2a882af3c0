/** Judging what a frame holds: one value at a time, never an exception. */
import type { Item, MessageItem, QuarantinedItem, RejectedOutcome, Scope } from "./Item.ts"
import { memberText } from "./memberText.ts"
import { copyOf } from "./surrogates.ts"
import type { FeedMessage } from "./Message.ts"
import { isKeepAlive } from "./keepAlive.ts"
import { outcomeFault } from "./outcomeFault.ts"
import { salvageScope } from "./salvage.ts"

type Fields = Record<string, unknown>

/** Where an item's text comes from, if it is not at hand: one of several, cut out when somebody asks. */
export interface Texts {
  readonly at: (index: number) => string
}

/** The item that a parsed value is. `text` is its JSON on one line, or holds it at `index`. */
export const judge = (value: unknown, text: string | Texts, index = 0): Item =>
  isObject(value) && isGameAction(value["action"])
    ? judgeGame(value, value["action"], text, index)
    : judgeOther(value, textOf(text, index))

const isGameAction = (action: unknown): action is string =>
  action === "line_update" || action === "initial_state" || action === "game_update" || action === "game_added" ||
  action === "game_removed"

const judgeOther = (value: unknown, text: string): Item => {
  if (!isObject(value)) {
    if (isKeepAlive(value)) return value === "ping" ? barePing : messageItem({ action: "ping" }, text)
    // A message within a string (encoded twice) still says what it touches.
    const touches = typeof value === "string" ? salvageScope(value) : undefined
    return quarantine("not an object", touches, text, value)
  }
  const action = value["action"]
  switch (action) {
    case "book_clear":
    case "sport_clear":
      return judgeClear(value, action, text)
    case "socket_connected":
      return messageItem(isText(value["plan"]) ? value : { ...value, plan: null }, text)
    case "ping":
    case "error":
    case "subscription_updated":
      return messageItem(value, text)
  }
  if (isKeepAlive(value)) return messageItem({ ...value, action: "ping" }, text)
  if (typeof action === "string") return { _tag: "Unknown", action, value, text }
  if ("error" in value) return messageItem({ message: value["error"], ...value, action: "error" }, text)
  return quarantine(action === undefined ? "no action" : "the action is not a string", scopeOf(value), text, value)
}

const judgeGame = (message: Fields, action: string, text: string | Texts, index: number): Item => {
  const data = message["data"]
  if (!isObject(data)) return quarantine(`${action}: data is not an object`, {}, textOf(text, index), message)
  const wrong = !isName(data["sportsbook"])
    ? "data.sportsbook is not a name"
    : !isName(data["game"])
    ? "data.game is not a name"
    : typeof data["sport"] !== "string"
    ? "data.sport is not a string"
    : !isObject(data["outcomes"]) && action !== "game_removed"
    ? "data.outcomes is not an object"
    : undefined
  if (wrong !== undefined) return quarantine(`${action}: ${wrong}`, scopeOf(message) ?? {}, textOf(text, index))
  const info = data["info"]
  const asTyped = isText(message["timestamp"]) && isText(data["home_team"]) && isText(data["away_team"]) &&
    isText(data["universal_game_id"]) && (info === undefined || info === null || isObject(info)) &&
    isObject(data["outcomes"])
  const typed = asTyped ? message : { ...withTimestamp(message), data: tolerant(data) }
  const exact = isObject(info) && (isLongNumber(info["id"]) || isLongNumber(info["game_id"]))
  return new LazyMessage(exact ? withExactIds(typed, textOf(text, index)) : typed, text, index)
}

const judgeClear = (message: Fields, action: string, text: string): Item => {
  const data = message["data"]
  const wrong = !isObject(data)
    ? "data is not an object"
    : !isName(data["sportsbook"])
    ? "data.sportsbook is not a name"
    : action === "sport_clear" && !isName(data["sport"])
    ? "data.sport is not a name"
    : undefined
  if (wrong !== undefined) return quarantine(`${action}: ${wrong}`, scopeOf(message) ?? {}, text)
  return messageItem(isText(message["timestamp"]) ? message : withTimestamp(message), text)
}

/** A description of a wrong type is left out: it must not cost the prices beside it. */
const tolerant = (data: Fields): Fields => {
  const copy = { ...data }
  for (const field of ["home_team", "away_team", "universal_game_id"]) if (!isText(data[field])) copy[field] = null
  if (!isObject(data["info"]) && data["info"] !== undefined) copy["info"] = null
  if (!isObject(data["outcomes"])) copy["outcomes"] = {}
  return copy
}

/** A time may come as seconds or milliseconds since the epoch: kept as its digits. */
const withTimestamp = (message: Fields): Fields => {
  const { timestamp } = message
  if (isText(timestamp)) return message
  return { ...message, timestamp: typeof timestamp === "number" && timestamp > 0 ? String(timestamp) : null }
}

/** A number of more digits than a double holds: as one, it may be that of another id too. */
const isLongNumber = (value: unknown): boolean =>
  typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER && value - value === 0

/** The ids of a message's `info` as the digits that were sent. */
const withExactIds = (message: Fields, text: string): Fields => {
  const data = message["data"] as Fields
  const info = { ...data["info"] as Fields }
  for (const field of ["id", "game_id"]) {
    if (isLongNumber(info[field])) {
      info[field] = copyOf(memberText(text, ["data", "info", field]) ?? String(info[field]))
    }
  }
  return { ...message, data: { ...data, info } }
}

const textOf = (text: string | Texts, index: number): string => typeof text === "string" ? text : text.at(index)

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
/** No name holds a NUL, so that it can stand between the parts of an identity. */
const isName = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !value.includes("\u0000")
const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === "string"

/** What a message that parsed but cannot be read touches; undefined where it does not look like feed data. */
const scopeOf = (message: Fields): Scope | undefined => {
  const data = message["data"]
  const { sportsbook, game } = isObject(data) ? data : message
  if (!isName(sportsbook)) return "data" in message || "outcomes" in message || "odds" in message ? {} : undefined
  return isName(game) ? { sportsbook, game } : { sportsbook }
}

/** Its text is cut and its outcomes are judged when somebody asks: some readers want the one, some the other. */
class LazyMessage implements MessageItem {
  readonly _tag = "Message"
  readonly message: FeedMessage
  readonly #text: string | Texts
  readonly #index: number
  #rejected: ReadonlyArray<RejectedOutcome> | undefined

  constructor(message: Fields, text: string | Texts, index: number) {
    this.message = message as unknown as FeedMessage
    this.#text = text
    this.#index = index
    this.#rejected = undefined
  }

  get text(): string {
    return textOf(this.#text, this.#index)
  }

  get rejected(): ReadonlyArray<RejectedOutcome> {
    return this.#rejected ??= rejectedOutcomes(this.message)
  }
}

const nothing: ReadonlyArray<RejectedOutcome> = []

const messageItem = (message: Fields, text: string): MessageItem => ({
  _tag: "Message",
  message: message as unknown as FeedMessage,
  rejected: nothing,
  text,
})

/** A bare keep-alive. A text that is not JSON becomes the ping that it means. */
export const pingItem = (text: string): MessageItem =>
  firstOfScalar.test(text) ? messageItem({ action: "ping" }, text) : barePing

/** Of null, true, false and numbers; no bare word is one of them. */
const firstOfScalar = /^(?:null|true|false|[-\d].*)$/

const barePing: MessageItem = messageItem({ action: "ping" }, '{"action":"ping"}')

/** Something that cannot be read. */
export const quarantine = (
  reason: string,
  touches: Scope | undefined,
  text: string,
  value?: unknown,
): QuarantinedItem =>
  value === undefined
    ? { _tag: "Quarantined", reason, touches, text }
    : { _tag: "Quarantined", reason, touches, text, value }

/** The outcomes of a message that cannot be read, in their order; none where it carries no outcomes. */
export const rejectedOutcomes = (message: FeedMessage): ReadonlyArray<RejectedOutcome> => {
  switch (message.action) {
    case "line_update":
    case "initial_state":
    case "game_update":
    case "game_added":
    case "game_removed":
      break
    default:
      return nothing
  }
  const outcomes = message.data.outcomes
  let rejected: Array<RejectedOutcome> | undefined
  for (const key of Object.keys(outcomes)) {
    const value: unknown = outcomes[key]
    const reason = outcomeFault(value)
    if (reason !== undefined) (rejected ??= []).push({ key, reason, value })
  }
  return rejected ?? nothing
}
