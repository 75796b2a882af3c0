/** Records as sentences for people. */
import { clean } from "./clean.ts"
import { controlSentence } from "./controlSentence.ts"
import type { Fields } from "./Fields.ts"
import { shownLine, shownOdds } from "./numbers.ts"

/** A sentence. A `warning` says something about all prices, and must not be lost to a limit. */
export interface Sentence {
  readonly text: string
  readonly warning: boolean
}

/** Escapes a name for the service that shows it. */
export type Escape = (name: string) => string

/** What a change or a control says to people; undefined where that is nothing, or of a kind not known. */
export const sentenceOf = (record: Fields, escape: Escape): Sentence | undefined => {
  const name = (field: string): string | undefined => {
    const value = record[field]
    return typeof value === "string" && clean(value) !== "" ? escape(clean(value)) : undefined
  }
  if (typeof record["control"] === "string") {
    const text = controlSentence(record, name)
    return text === undefined ? undefined : { text, warning: true }
  }
  // Told again, nothing has happened.
  if (record["cause"] === "snapshot") return undefined
  const said = record["outcome"] === undefined ? gameWords(record) : lineWords(record, name)
  return said === undefined ? undefined : { text: `${headOf(name)} — ${said}${doubts(record)}`, warning: false }
}

const headOf = (name: (field: string) => string | undefined): string => {
  const home = name("home_team")
  const away = name("away_team")
  const game = home === undefined || away === undefined ? name("game") : `${away} @ ${home}`
  return [name("sport"), name("sportsbook"), game].filter((part) => part !== undefined).join(" · ")
}

const gameWords = (record: Fields): string | undefined => {
  switch (record["change"]) {
    case "game_opened":
      return "game opened"
    case "game_closed":
      return record["cause"] === "filters" ? "game no longer followed" : "game closed, all its prices are gone"
  }
  return undefined
}

const lineWords = (record: Fields, name: (field: string) => string | undefined): string | undefined => {
  const market = name("market")
  const what = market === undefined ? name("outcome") ?? "a line" : [market, name("target")].filter(Boolean).join(" ")
  const side = record["side"] === "over" ? "Over" : record["side"] === "under" ? "Under" : undefined
  const signed = side === undefined
  const { line, previous_line: previousLine } = record
  const label = (value: unknown): string => [what, side, shownLine(value, signed)].filter(Boolean).join(" ")
  const odds = shownOdds(record["odds"])
  const before = shownOdds(record["previous_odds"])
  switch (record["change"]) {
    case "line_opened":
      return odds === undefined ? `${label(line)} opened without a price` : `${label(line)} opened at ${odds}`
    case "line_moved": {
      if (odds === undefined) return `${label(line)} changed, and has no price`
      if (previousLine !== line && shownLine(previousLine, signed) !== undefined) {
        const now = shownLine(line, signed) ?? "no line"
        return `${label(previousLine)} (${before ?? "no price"}) → ${now} (${odds})`
      }
      return before === undefined || before === odds
        ? `${label(line)} is at ${odds}`
        : `${label(line)} ${before} → ${odds}`
    }
    case "line_suspended":
      return `${label(line)} suspended${before === undefined ? "" : ` (was ${before})`}`
    case "line_resumed":
      return `${label(line)} is back${odds === undefined ? "" : ` at ${odds}`}`
    case "line_closed":
      return `${label(line)} closed`
  }
  return undefined
}

/** What keeps it from being the price of this moment, as far as it is known. */
const doubts = (record: Fields): string => {
  const all = [
    record["unverified"] === true ? "not confirmed" : undefined,
    record["cause"] === "resync" ? "found after a gap" : undefined,
    record["cause"] === "absent" ? "gone after a gap" : undefined,
    record["cause"] === "unreadable" ? "its price could not be read" : undefined,
    record["delayed"] === true ? "arrived late" : undefined,
  ].filter((doubt) => doubt !== undefined)
  return all.length === 0 ? "" : ` (${all.join(", ")})`
}
