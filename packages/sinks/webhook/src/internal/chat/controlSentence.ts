/** Controls as sentences: what makes prices unverified, and what verifies them. */
import type { ChatFields } from "./ChatFields.ts"

/** Undefined for controls that are for programs (heartbeats, single games verified) or of a kind not known. */
export const controlSentence = (
  record: ChatFields,
  name: (field: string) => string | undefined,
): string | undefined => {
  const count = (field: string, one: string): string => counted(record[field], one)
  const reason = (): string => name("reason") === undefined ? "" : ` (${name("reason")})`
  const book = name("sportsbook")
  switch (record["control"]) {
    case "stream_started":
      return "The stream has started: earlier prices here are history"
    case "stream_resumed":
      return "The stream goes on after a restart"
    case "stream_stopped":
      return `⚠ The stream has stopped${reason()}: no price here is live`
    case "gap_opened":
      return `⚠ Connection lost${reason()}: all prices are unverified, ${count("games", "game")}`
    case "gap_closed":
      return `Connection is back after ${seconds(record["duration_ms"])}: ${count("changed", "price")} had changed, ` +
        `${count("absent", "game")} gone` +
        (record["complete"] === true ? "" : `. ⚠ ${count("unverified", "game")} still unverified`)
    case "synced":
      return `In step with the feed: ${count("games", "game")}`
    case "stale":
      if (record["reason"] === "late") {
        return `⚠ Updates of ${book} arrive ${seconds(record["age_ms"])} late: its prices are stale`
      }
      return `⚠ Nothing received from ${book ?? "the feed"} for ${seconds(record["age_ms"])}: its prices are stale`
    case "fresh":
      return `${book ?? "The feed"} is back: its prices are fresh`
    case "dropped":
      return `⚠ ${count("count", "record")} lost on the way here${reason()}: prices may have moved unseen`
    case "clock_jumped":
      return `⚠ The clock jumped by ${seconds(record["jump_ms"])}: all prices are unverified`
    case "feed_notice":
      return record["level"] === "info" ? undefined : `⚠ The feed says: ${name("message")}`
    case "quarantined":
      if (record["reason"] === "dropped") {
        return isLostGame(record)
          ? `⚠ ${count("count", "record")} lost on the way here: prices of ${
            name("game")
          } at ${book} may have moved unseen`
          : undefined
      }
      return unreadable(record["touches"], book, name("game"))
  }
  return undefined
}

/** Whether a lane lost records of one game. It says so for each session, and counts them in one. */
export const isLostGame = ({ control, reason, touches, count }: ChatFields): boolean =>
  control === "quarantined" && reason === "dropped" && touches === "game" && count !== 0

/** Many of these in one sentence. */
export const lostGamesSentence = (lost: ReadonlyArray<ChatFields>): string => {
  const sum = lost.reduce((total, { count }) => total + (typeof count === "number" ? count : 0), 0)
  return `⚠ ${counted(sum, "record")} lost on the way here: prices of ${lost.length} games may have moved unseen`
}

/** One outcome that could not be read is suspended, which has a sentence of its own. */
const unreadable = (touches: unknown, book: string | undefined, game: string | undefined): string | undefined => {
  const whose = touches === "session"
    ? "all prices"
    : touches === "sportsbook"
    ? book
    : touches === "game"
    ? game
    : undefined
  if (whose === undefined) return undefined
  return `⚠ A message could not be read: ${touches === "session" ? whose : `prices of ${whose}`} are unverified`
}

const counted = (value: unknown, one: string): string =>
  typeof value === "number" && Number.isFinite(value) ? `${value} ${one}${value === 1 ? "" : "s"}` : `some ${one}s`

const seconds = (millis: unknown): string =>
  typeof millis === "number" && Number.isFinite(millis) ? `${Math.round(Math.abs(millis) / 100) / 10} s` : "a while"
