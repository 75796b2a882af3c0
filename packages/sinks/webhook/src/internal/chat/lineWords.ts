/** What happened to a line or a game, in words. */
import type { ChatFields } from "./ChatFields.ts"
import { shownLine, shownOdds } from "./shown.ts"

/** The words of one outcome: `market label said`. */
export interface Words {
  /** The market, where it is known. */
  readonly market?: string | undefined
  /** The outcome within its market, with its line: `Over 220.5`. */
  readonly label: string
  /** What happened: `-110 → -105`. */
  readonly said: string
}

/** What happened to a game; undefined where that is nothing for people. */
export const gameWords = (record: ChatFields): string | undefined => {
  switch (record["change"]) {
    case "game_opened":
      return "game opened"
    case "game_closed":
      return record["cause"] === "filters" ? "game no longer followed" : "game closed, all its prices are gone"
  }
  return undefined
}

/** What happened to a line; undefined where that is nothing for people, or of a kind not known. */
export const lineWords = (record: ChatFields, name: (field: string) => string | undefined): Words | undefined => {
  const market = name("market")
  const what = market === undefined ? name("outcome") ?? "a line" : name("target")
  const side = record["side"] === "over" ? "Over" : record["side"] === "under" ? "Under" : undefined
  const signed = side === undefined
  const { line, previous_line: previousLine } = record
  const label = (value: unknown): string => [what, side, shownLine(value, signed)].filter(Boolean).join(" ")
  const words = (said: string, value: unknown = line): Words => ({ market, label: label(value), said })
  const odds = shownOdds(record["odds"])
  const before = shownOdds(record["previous_odds"])
  switch (record["change"]) {
    case "line_opened":
      return words(odds === undefined ? "opened without a price" : `opened at ${odds}`)
    case "line_moved": {
      if (odds === undefined) return words("changed, and has no price")
      if (previousLine !== line && shownLine(previousLine, signed) !== undefined) {
        return words(`(${before ?? "no price"}) → ${shownLine(line, signed) ?? "no line"} (${odds})`, previousLine)
      }
      return words(before === undefined || before === odds ? `is at ${odds}` : `${before} → ${odds}`)
    }
    case "line_suspended":
      return words(before === undefined ? "suspended" : `suspended (was ${before})`)
    case "line_resumed":
      return words(odds === undefined ? "is back" : `is back at ${odds}`)
    case "line_closed":
      return words("closed")
  }
  return undefined
}
