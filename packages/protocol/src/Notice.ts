/** What the server says in its own words, among its data. */
import type { Item } from "./Item.ts"
import { isObject } from "./judge.ts"

/** How serious a {@link Notice} is, as far as its form says. */
export type NoticeLevel = typeof noticeLevels[number]

/** Every {@link NoticeLevel}, the most serious first. */
export const noticeLevels = ["error", "warning", "info"] as const

/** A text of the server that is no data. */
export interface Notice {
  /** The message's own `action`; null where it has none. `{"error": …}` without an action is an `error`. */
  readonly action: string | null
  readonly level: NoticeLevel
  /** Its texts on one line, of at most 300 characters, without control characters and without what looks like a key. */
  readonly message: string
}

/** Fields that hold words, in the order in which they are read. */
const wordFields = [
  "error",
  "message",
  "warning",
  "notice",
  "info",
  "detail",
  "details",
  "reason",
  "msg",
  "text",
  "description",
  "title",
  "errors",
  "warnings",
  "notices",
  "messages",
] as const

/** Fields that name what the server did not take: their names are said with them. */
const refusedFields = ["ignored", "rejected", "invalid", "denied", "not_allowed", "skipped", "unsupported"] as const

/** What a keep-alive says of itself, and values that say nothing. */
const keepAlive = /^(ping|pong|ok|alive|keep.?alive|heart.?beat|null|true|false)$/i

const longest = 300
const mostTexts = 10
const deepest = 3

/**
 * The server's words in an item, or undefined where it has none. Total: never throws.
 *
 * Read are errors, acknowledgements that say something, messages of unknown actions that carry only text, objects
 * without an action that hold a text, and bare texts. The words may be a text, a list or an object, in any of the usual
 * fields (`message`, `error`, `warning`, `detail`, `reason`, …). Data has none.
 *
 * @example
 * ```ts
 * import { decodeFrame, noticeIn } from "@boltodds/protocol"
 *
 * const [item] = decodeFrame('{"error":"Your plan allows one sport. Ignoring: MLB"}')
 * console.log(noticeIn(item!)) // { action: "error", level: "error", message: "Your plan allows one sport. Ignoring: MLB" }
 * ```
 */
export const noticeIn = (item: Item): Notice | undefined => {
  switch (item._tag) {
    case "Message":
      switch (item.message.action) {
        case "error":
          return noticeOf("error", item.message, item.text, true)
        case "socket_connected":
        case "subscription_updated":
          return saysMore(noticeOf(item.message.action, item.message, item.text, false))
        case "ping": {
          const notice = noticeOf("ping", item.message, item.text, false)
          return notice === undefined || keepAlive.test(notice.message) ? undefined : notice
        }
        default:
          return undefined
      }
    case "Unknown":
      return isObject(item.value) ? noticeOf(item.action, item.value, item.text, isOnlyText(item.value)) : undefined
    case "Quarantined":
      return item.touches === undefined ? bareNotice(item.text) : undefined
  }
}

/** An acknowledgement that says no more than that it is one is no notice. */
const saysMore = (notice: Notice | undefined): Notice | undefined =>
  notice?.level === "info" && routine.test(notice.message) && !reservation.test(notice.message) ? undefined : notice

const routine = /\b(connected|established|updated|subscribed|subscriptions?|accepted|applied|welcome|success|ok)/i
const reservation =
  /\b(but|only|not?|none|limit|trial|plan|expir|ends?|ignor|warn|fail|except|invalid|unknown|reject|den[iy]|error|unsupported)/i

const noticeOf = (
  action: string | null,
  message: { readonly [field: string]: unknown },
  text: string,
  isAlwaysOne: boolean,
): Notice | undefined => {
  if (isData(message) || isData(message["data"])) return undefined
  const words = wordsIn(message)
  const said = cleanNotice(words.length > 0 ? words.join("; ") : isAlwaysOne ? text : "")
  return said === "" ? undefined : { action, level: levelOf(action, message), message: said }
}

const levelOf = (action: string | null, message: { readonly [field: string]: unknown }): NoticeLevel => {
  const name = action?.toLowerCase() ?? ""
  if (name.includes("error") || has(message, "error") || has(message, "errors")) return "error"
  const isWarning = /warn|denied|reject|refus|limit|expire/.test(name) || has(message, "warning") ||
    has(message, "warnings") || refusedFields.some((field) => has(message, field))
  return isWarning ? "warning" : "info"
}

const has = (message: { readonly [field: string]: unknown }, field: string): boolean => {
  const value = message[field]
  return value !== undefined && value !== null && value !== false && value !== "" &&
    !(Array.isArray(value) && value.length === 0)
}

/** A text that is no message of the feed: words, unless it looks like a part of something else. */
const bareNotice = (text: string): Notice | undefined => {
  const beginning = text.slice(0, 4 * longest)
  if (beginning.startsWith("{") || beginning.startsWith("[")) return ofObject(text)
  const bare = beginning.startsWith('"') ? parsed(text) : beginning
  if (typeof bare !== "string" || !/\p{L}{3}/u.test(bare) || /\uFFFD/.test(bare) || hasBinary(bare)) return undefined
  const said = cleanNotice(bare)
  if (said === "" || keepAlive.test(said)) return undefined
  return { action: null, level: /error|invalid|denied|too many|limit/i.test(said) ? "error" : "info", message: said }
}

/** `{"message": "…"}` without an action. */
const ofObject = (text: string): Notice | undefined => {
  const value = text.length > 1_000_000 ? undefined : parsed(text)
  return isObject(value) ? noticeOf(null, value, text, false) : undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // In broken JSON words cannot be separated from punctuation.
    return undefined
  }
}

const hasBinary = (text: string): boolean => /\p{Cc}/u.test(withoutEscapes(text))

/** Without CSI and OSC sequences (ECMA-48), whole, or their letters would stay. */
const withoutEscapes = (text: string): string =>
  text.replace(/[\t\n\r]+/g, " ").replace(/\p{Cc}\[[0-?]*[ -/]*[@-~]|\p{Cc}\][^\p{Cc}]*(?:\p{Cc}\\?)?/gu, "")

/** Whether a value is about odds: its texts are not words of the server. */
const isData = (value: unknown): boolean =>
  isObject(value) && ("outcomes" in value || "odds" in value || ("sportsbook" in value && "game" in value))

/** A message of texts and numbers alone, of which one text is neither its action nor its time. */
const isOnlyText = (value: { readonly [field: string]: unknown }): boolean => {
  let texts = 0
  for (const [field, held] of Object.entries(value)) {
    if (typeof held === "object" && held !== null) return false
    if (typeof held === "string" && held !== "" && field !== "action" && field !== "timestamp") texts++
  }
  return texts > 0
}

const wordsIn = (value: { readonly [field: string]: unknown }): ReadonlyArray<string> => {
  const texts = new Set<string>()
  collect(value, 0, texts)
  for (const field of ["data", "payload", "body"]) {
    if (typeof value[field] === "string" || isObject(value[field])) collect(value[field], 1, texts)
  }
  return [...texts]
}

const collect = (value: unknown, depth: number, texts: Set<string>): void => {
  if (texts.size >= mostTexts || depth > deepest) return
  if (typeof value === "string") {
    const text = value.slice(0, 4 * longest).trim()
    if (text !== "") texts.add(text)
  } else if (typeof value === "number") texts.add(String(value))
  else if (Array.isArray(value)) { for (const each of value.slice(0, mostTexts)) collect(each, depth + 1, texts) }
  else if (isObject(value)) {
    for (const field of wordFields) if (field in value) collect(value[field], depth + 1, texts)
    for (const field of refusedFields) {
      const names = new Set<string>()
      collect(value[field], depth + 1, names)
      if (names.size > 0) texts.add(`${field}: ${[...names].join(", ")}`)
    }
  }
}

/** A longer frame is data: a server's words are short. */
const longestFrame = 65_536
const quote = 0x22
const t = 0x74

/**
 * Whether a frame may hold words of the server, judged by its beginning, without reading it: frames of data begin with
 * the `timestamp` of their first message. Words after data in one frame are not found this way.
 */
export const mayHoldNotice = (raw: string | Uint8Array): boolean => {
  if (raw.length > longestFrame) return false
  const at = (index: number): number => typeof raw === "string" ? raw.charCodeAt(index) : raw[index]!
  // `{"t` or `[{"t`.
  for (let index = 1; index < 4; index++) if (at(index) === quote) return at(index + 1) !== t
  return true
}

/** From the first question mark of a word on only: from each of them, a long word takes its length squared. */
const query = /(?<!\?[^\s"'<>?]*)\?[^\s"'<>]*=[^\s"'<>]*/g

/**
 * Foreign words made fit for a terminal and a log: on one line, without escape sequences, control, bidirectional and
 * other invisible characters, without the query of an URL or anything named a key, of at most 300 characters.
 */
export const cleanNotice = (text: string): string => {
  const clean = withoutEscapes(text.slice(0, 8 * longest))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(query, "?[redacted]")
    .replace(/\b((?:api[_-]?)?key|token|secret)(["']?\s*[=:]\s*["']?)[^\s"'&;,]+/gi, "$1$2[redacted]")
    .replace(/\s+/g, " ")
    .trim()
  return clean.length > longest ? `${clean.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : clean
}
