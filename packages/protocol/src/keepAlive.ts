/** Keep-alives in other forms than the feed's own `{"action":"ping"}`. */

const words: ReadonlySet<string> = new Set(["ping", "pong", "heartbeat", "keepalive", "hb"])

/** `PING`, `keep-alive` and `KEEP_ALIVE` are one word. */
const isKeepAliveWord = (text: string): boolean =>
  text.length <= 12 && words.has(text.trim().toLowerCase().replaceAll(/[-_ ]/g, ""))

/** The fields that name the kind of a message in one protocol or another. */
const kindFields = ["action", "type", "event", "op", "msg", "message", "kind", "method", "cmd"] as const

/**
 * Whether a parsed value only keeps the connection: an empty object, a word such as `PING`, or an object whose kind is
 * one and that carries no object or array. What carries more may be data.
 */
export const isKeepAlive = (value: unknown): boolean => {
  if (typeof value === "string") return isKeepAliveWord(value)
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const fields = value as Record<string, unknown>
  const names = Object.keys(fields)
  if (names.length === 0) return true
  if (names.length > 8 || names.some((name) => carries(fields[name]))) return false
  if (names.length === 1 && isKeepAliveWord(names[0]!)) return true
  return kindFields.some((field) => {
    const kind = fields[field]
    return typeof kind === "string" && isKeepAliveWord(kind)
  })
}

/** An empty object or array carries nothing; a long text may hold a message. */
const carries = (value: unknown): boolean =>
  typeof value === "string" ? value.length > 64 : typeof value === "object" && value !== null && !isEmpty(value)

const isEmpty = (value: object): boolean => Object.keys(value).length === 0

const bare = /^(?:null|true|false|-?\d{1,20}(?:\.\d{1,20})?)$/

/** Whether the text of a whole frame is a bare keep-alive: a word such as `PING`, a number, `null`, `true` or `false`. */
export const isKeepAliveText = (text: string): boolean => isKeepAliveWord(text) || bare.test(text)

/** A longer text is no bare keep-alive. */
export const longestKeepAlive = 42
