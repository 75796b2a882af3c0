/** One sentence about a market of a game at a sportsbook. */
import type { ChatFields } from "./ChatFields.ts"
import { hrefOf } from "./clean.ts"
import type { Words } from "./lineWords.ts"
import { shownStart } from "./shown.ts"

/** Outcomes in one sentence: home, draw and away, and a sentence stays well within a message. */
const mostOutcomes = 3

/** An outcome in the sentence. */
interface Part extends Words {
  readonly doubts: string
}

/** What a batch opens or closes. */
export type AlertTurn = "opened" | "closed"

/** One sentence that grows while outcomes of its market come. */
export class Alert {
  readonly sportsbook: string | undefined
  readonly gameKey: string
  readonly isGame: boolean
  readonly #head: string
  readonly #parts: Array<Part> = []
  readonly #outcomes = new Set<unknown>()
  readonly #turns = new Set<AlertTurn | undefined>()
  #href: string | undefined

  constructor(record: ChatFields, name: (field: string) => string | undefined, words: Words) {
    const home = name("home_team")
    const away = name("away_team")
    const game = home === undefined || away === undefined ? name("game") : `${away} @ ${home}`
    this.sportsbook = name("sportsbook")
    this.gameKey = JSON.stringify([record["sportsbook"], record["game"]])
    this.isGame = record["outcome"] === undefined
    this.#head = [name("sport"), this.sportsbook, game, shownStart(record["starts_at"], record["at"])]
      .filter((part) => part !== undefined).join(" · ")
    this.#take(record, words)
  }

  /** Takes another outcome of the market; false where it has this one already, or no room. */
  add(record: ChatFields, words: Words): boolean {
    if (this.#outcomes.has(record["outcome"]) || this.#outcomes.size === mostOutcomes) return false
    this.#take(record, words)
    return true
  }

  /** How many outcomes it is about. */
  get outcomes(): number {
    return this.#outcomes.size
  }

  /** What all of it is; undefined for anything but openings alone or closings alone. */
  get turn(): AlertTurn | undefined {
    const [turn, other] = this.#turns
    return other === undefined && this.#turns.size === 1 ? turn : undefined
  }

  /** The sentence, with its link written this way. */
  text(link: (href: string) => string): string {
    const [{ market, doubts }] = this.#parts as [Part]
    const isShared = this.#parts.every((part) => part.doubts === doubts)
    const said = this.#parts.map(({ label, said, doubts }) =>
      [label, said].filter((part) => part !== "").join(" ") + (isShared ? "" : doubts)
    )
    const words = [market, said.join(", ")].filter((part) => part !== undefined).join(" ")
    return `${this.#head} — ${words}${isShared ? doubts : ""}${this.#href === undefined ? "" : ` ${link(this.#href)}`}`
  }

  #take(record: ChatFields, words: Words): void {
    this.#outcomes.add(record["outcome"])
    this.#parts.push({ ...words, doubts: doubtsOf(record) })
    this.#turns.add(turnOf(record["change"]))
    // Only where there is a price to be had.
    if (typeof record["odds"] === "number" && record["change"] !== "line_closed") {
      this.#href ??= hrefOf(record["link"])
    }
  }
}

const turnOf = (change: unknown): AlertTurn | undefined =>
  change === "line_opened" || change === "game_opened"
    ? "opened"
    : change === "line_closed" || change === "game_closed"
    ? "closed"
    : undefined

/** What keeps it from being the price of this moment, as far as it is known. */
const doubtsOf = (record: ChatFields): string => {
  const all = [
    record["unverified"] === true ? "not confirmed" : undefined,
    record["cause"] === "resync" ? "found after a gap" : undefined,
    record["cause"] === "absent" ? "gone after a gap" : undefined,
    record["cause"] === "unreadable" ? "its price could not be read" : undefined,
    record["delayed"] === true ? "arrived late" : undefined,
  ].filter((doubt) => doubt !== undefined)
  return all.length === 0 ? "" : ` (${all.join(", ")})`
}
