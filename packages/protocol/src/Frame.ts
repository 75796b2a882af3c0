/** Decoding frames: text or bytes in, judged items out, never an exception. */
import { scanElements, splitByOpening } from "./elements.ts"
import type { Item, MessageItem, QuarantinedItem, RejectedOutcome, Scope } from "./Item.ts"
import type { FeedMessage } from "./Message.ts"
import { isOutcome } from "./Outcome.ts"
import { parseOdds } from "./Odds.ts"
import { salvageScope } from "./salvage.ts"

const strict = new TextDecoder("utf-8", { fatal: true })
const lossy = new TextDecoder("utf-8")

/**
 * Decodes one WebSocket frame into its messages. Total: never throws, whatever the frame holds.
 *
 * A frame is text or UTF-8 bytes and holds one message or an array of them; nested arrays are flattened, a byte order
 * mark is skipped, blank frames and a bare `ping` are no messages of note. Each message is judged alone, and within a
 * message each outcome: what cannot be read is returned as quarantined, with the reason and what it touches, and
 * everything around it stands. Source: PROTOCOL, "Frames".
 *
 * @example
 * ```ts
 * import { decodeFrame } from "@boltodds/protocol"
 *
 * for (const item of decodeFrame('[{"action":"ping"},{"action":"new_thing"},7]')) {
 *   console.log(item._tag) // Message, Unknown, Quarantined
 * }
 * ```
 */
export const decodeFrame = (raw: string | Uint8Array): ReadonlyArray<Item> => {
  let text: string
  let damaged = false
  if (typeof raw === "string") {
    text = raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw
  } else {
    try {
      text = strict.decode(raw)
    } catch {
      // Not UTF-8: read what can be read, and quarantine each message that the damage is in.
      text = lossy.decode(raw)
      damaged = true
    }
  }
  const first = text.charCodeAt(0)
  if (first <= 0x20 || text.charCodeAt(text.length - 1) <= 0x20) text = text.trim()
  if (text === "") return []
  if (text === "ping") return [messageItem({ action: "ping" }, text)]
  const items: Array<Item> = []
  if (text.charCodeAt(0) === 0x5b) decodeArray(text, items)
  else decodeOne(text, items)
  return damaged ? items.map(quarantineDamaged) : items
}

const decodeOne = (text: string, items: Array<Item>): void => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    items.push(quarantine(`not JSON: ${reasonOf(cause)}`, salvageScope(text), text))
    return
  }
  items.push(judge(value, text))
}

const decodeArray = (text: string, items: Array<Item>): void => {
  const elements = splitByOpening(text)
  if (elements === undefined) return decodeByScanning(text, items)
  for (const { value, text } of elements) items.push(judge(value, text))
}

const deepestArray = 8

/** The slow way: arrays that are nested, oddly spaced, of mixed openings, or broken. Elements that stand are kept. */
const decodeByScanning = (text: string, items: Array<Item>): void => {
  const pending = [{ text, depth: 1 }]
  while (pending.length > 0) {
    const { text, depth } = pending.pop()!
    if (text.charCodeAt(0) !== 0x5b) {
      decodeOne(text, items)
    } else if (depth > deepestArray) {
      items.push(quarantine(`arrays nested more than ${deepestArray} deep`, salvageScope(text), text))
    } else {
      const spans = scanElements(text)
      // Last first, so that elements come out in their order.
      for (let index = spans.length - 1; index >= 0; index--) {
        const inner = text.slice(spans[index]!.from, spans[index]!.to).trim()
        if (inner !== "") pending.push({ text: inner, depth: depth + 1 })
      }
    }
  }
}

const judge = (value: unknown, text: string): Item => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    if (value === "ping") return messageItem({ action: "ping" }, text)
    return quarantine("not an object", undefined, text)
  }
  const message = value as Record<string, unknown>
  const action = message["action"]
  switch (action) {
    case "line_update":
    case "initial_state":
    case "game_update":
    case "game_added":
    case "game_removed": {
      const wrong = wrongInGame(message)
      return wrong === undefined
        ? new LazyMessage(message as unknown as FeedMessage, text)
        : quarantine(`${action}: ${wrong}`, scopeOf(message), text)
    }
    case "book_clear":
    case "sport_clear": {
      const wrong = wrongInClear(message, action)
      return wrong === undefined
        ? new LazyMessage(message as unknown as FeedMessage, text)
        : quarantine(`${action}: ${wrong}`, scopeOf(message), text)
    }
    case "socket_connected": {
      const plan = message["plan"]
      if (!isText(plan)) return messageItem({ ...message, action, plan: null }, text)
      return messageItem(message as unknown as FeedMessage, text)
    }
    case "ping":
    case "error":
    case "subscription_updated":
      return messageItem(message as unknown as FeedMessage, text)
  }
  if (typeof action === "string") return { _tag: "Unknown", action, value, text }
  if ("error" in message) return messageItem({ message: message["error"], ...message, action: "error" }, text)
  return quarantine(action === undefined ? "no action" : "the action is not a string", scopeOf(message), text)
}

/** What is wrong with a message about a game, or undefined: the equal of the GameData schema without its outcomes. */
const wrongInGame = (message: Record<string, unknown>): string | undefined => {
  const data = message["data"]
  if (!isObject(data)) return "data is not an object"
  if (!isName(data["sportsbook"])) return "data.sportsbook is not a name"
  if (!isName(data["game"])) return "data.game is not a name"
  if (typeof data["sport"] !== "string") return "data.sport is not a string"
  if (!isObject(data["outcomes"])) return "data.outcomes is not an object"
  if (!isText(message["timestamp"])) return "timestamp is not a string"
  if (!isText(data["home_team"]) || !isText(data["away_team"])) return "a team is not a string"
  if (!isText(data["universal_game_id"])) return "data.universal_game_id is not a string"
  const info = data["info"]
  if (info !== undefined && info !== null && !isObject(info)) return "data.info is not an object"
  return undefined
}

const wrongInClear = (message: Record<string, unknown>, action: string): string | undefined => {
  const data = message["data"]
  if (!isObject(data)) return "data is not an object"
  if (!isName(data["sportsbook"])) return "data.sportsbook is not a name"
  if (action === "sport_clear" && !isName(data["sport"])) return "data.sport is not a name"
  if (!isText(message["timestamp"])) return "timestamp is not a string"
  return undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const isName = (value: unknown): value is string => typeof value === "string" && value !== ""
const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === "string"

/** What a message that parsed but cannot be read touches. */
const scopeOf = (message: Record<string, unknown>): Scope | undefined => {
  const data = message["data"]
  const looksLikeData = "data" in message || "outcomes" in message
  if (!isObject(data)) return looksLikeData ? {} : undefined
  const { sportsbook, game } = data
  if (!isName(sportsbook)) return {}
  return isName(game) ? { sportsbook, game } : { sportsbook }
}

class LazyMessage implements MessageItem {
  readonly _tag = "Message"
  readonly message: FeedMessage
  readonly text: string
  #rejected: ReadonlyArray<RejectedOutcome> | undefined

  constructor(message: FeedMessage, text: string) {
    this.message = message
    this.text = text
    this.#rejected = undefined
  }

  get rejected(): ReadonlyArray<RejectedOutcome> {
    return this.#rejected ??= rejectedOutcomes(this.message)
  }
}

const nothing: ReadonlyArray<RejectedOutcome> = []
const messageItem = (message: FeedMessage, text: string): MessageItem => ({
  _tag: "Message",
  message,
  rejected: nothing,
  text,
})

const quarantine = (reason: string, touches: Scope | undefined, text: string): QuarantinedItem => ({
  _tag: "Quarantined",
  reason,
  touches,
  text,
})

/** Why one outcome cannot be read, or undefined where it can (a suspended one can). */
export const outcomeFault = (value: unknown): string | undefined => {
  if (!isOutcome(value)) return "not the shape of an outcome"
  const odds = parseOdds(value.odds)
  return odds._tag === "Unreadable" ? odds.reason : undefined
}

/** The outcomes of a message that cannot be read, in their order. */
export const rejectedOutcomes = (message: FeedMessage): ReadonlyArray<RejectedOutcome> => {
  if (!("data" in message) || message.action === "book_clear" || message.action === "sport_clear") return nothing
  const outcomes = (message.data as { outcomes?: Record<string, unknown> }).outcomes
  if (!isObject(outcomes)) return nothing
  let rejected: Array<RejectedOutcome> | undefined
  for (const key of Object.keys(outcomes)) {
    const value = outcomes[key]
    const reason = outcomeFault(value)
    if (reason !== undefined) (rejected ??= []).push({ key, reason, value })
  }
  return rejected ?? nothing
}

const quarantineDamaged = (item: Item): Item =>
  item.text.includes("\uFFFD") && item._tag !== "Quarantined"
    ? quarantine("not UTF-8", salvageScope(item.text), item.text)
    : item

const reasonOf = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.length > 120 ? message.slice(0, 120) + "…" : message
}
