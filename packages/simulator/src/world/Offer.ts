/** One game as one sportsbook offers it: its keys, its spelling, its prices. */
import type { DataMessage, FeedMessage, GameData, Outcome } from "@boltodds/protocol"
import type { Random } from "../Random.ts"
import { type Fixture, whenText } from "./Fixture.ts"
import type { Driver, Market, MarketSide } from "./Markets.ts"
import type { LineStyle, Sportsbook } from "./Sportsbooks.ts"

/** A market at one book. */
interface Slot {
  /** Its place in the offer. */
  readonly index: number
  readonly market: Market
  readonly keys: ReadonlyArray<string>
  readonly lines: ReadonlyArray<string | number | null>
  readonly targets: ReadonlyArray<string | null>
  readonly name: string
  /** The book's own opinion, in log-odds on the first side. */
  noise: number
  suspended: boolean
  /** Alternates come and go. */
  listed: boolean
}

/**
 * A message and its JSON.
 *
 * The text is put together from parts that were written out once: at 50,000 messages a second `JSON.stringify` alone
 * would take most of a processor. A test holds the two equal.
 */
export interface OfferEvent {
  readonly message: FeedMessage
  readonly text: string
}

/** The constant parts of an outcome's JSON: `"key":{"odds":` before the odds, `,"link":…}` after them. */
interface Parts {
  readonly before: string
  readonly priced: string
  readonly suspended: string
}

/** A game at one book. */
export class Offer {
  readonly book: Sportsbook
  readonly fixture: Fixture
  readonly game: string
  data: GameData
  readonly slots: ReadonlyArray<Slot>
  /** The same offer at the book's clone. */
  clone: Offer | undefined
  /** Whether the book shows it at present. */
  open = true
  readonly #flipped: boolean
  readonly #id: string
  /** By slot and side. */
  readonly #links: ReadonlyArray<ReadonlyArray<string>>
  readonly #parts: ReadonlyArray<ReadonlyArray<Parts>>
  /** The JSON of `data` up to where its outcomes begin. */
  #head: string

  constructor(book: Sportsbook, fixture: Fixture, random: Random, like?: Offer) {
    this.book = book
    this.fixture = fixture
    this.#flipped = book.flips && fixture.flippedKey !== fixture.key
    this.game = this.#flipped ? fixture.flippedKey : fixture.key
    this.#id = like === undefined ? String(10_000_000 + random.int(30_000_000)) : like.#id
    this.data = this.#describe()
    // A clone shares its twin's prices and suspensions, so it shares the slots themselves.
    this.slots = like?.slots ?? fixture.markets
      .filter((market) => book.depth === "full" || market.main)
      .map((market, index) => this.#slot(market, index, random))
    this.#links = this.slots.map((slot) => this.#linksOf(slot))
    this.#parts = this.slots.map((slot) => slot.market.sides.map((_, side) => this.#partsOf(slot, side)))
    this.#head = JSON.stringify(this.data).slice(0, -"}}".length)
  }

  /** A full message: all outcomes, suspended ones without a price. */
  full(action: "initial_state" | "game_update" | "game_added", timestamp: string): OfferEvent {
    return this.#tell(action, timestamp, this.slots.filter((slot) => slot.listed), null)
  }

  /** A line update of these markets. `suspendedOdds`: what a suspended outcome carries. */
  update(slots: ReadonlyArray<Slot>, timestamp: string, suspendedOdds: null | "" = null): OfferEvent {
    return this.#tell("line_update", timestamp, slots, suspendedOdds)
  }

  /** The start of the fixture is another. */
  putOff(): void {
    this.data = this.#describe()
    this.#head = JSON.stringify(this.data).slice(0, -"}}".length)
  }

  /** The book takes the game down. */
  removed(timestamp: string): OfferEvent {
    return this.#tell("game_removed", timestamp, [], null)
  }

  #tell(action: DataMessage["action"], timestamp: string, slots: ReadonlyArray<Slot>, noOdds: null | ""): OfferEvent {
    const outcomes: Record<string, Outcome> = {}
    let text = ""
    for (const slot of slots) {
      const { market } = slot
      const links = this.#links[slot.index]!
      const parts = this.#parts[slot.index]!
      for (let index = 0; index < market.sides.length; index++) {
        const side = market.sides[index]!
        const part = parts[index]!
        const odds = slot.suspended ? noOdds : this.#price(slot, side, index)
        text += `${text === "" ? "" : ","}${part.before}${odds === null ? "null" : `"${odds}"`}${
          slot.suspended ? part.suspended : part.priced
        }`
        outcomes[slot.keys[index]!] = {
          odds,
          link: slot.suspended ? "" : links[index]!,
          outcome_name: slot.name,
          outcome_line: slot.lines[index]!,
          outcome_over_under: overUnder(market, side),
          outcome_target: slot.targets[index]!,
        }
      }
    }
    const { sport, sportsbook, game, universal_game_id = null, home_team = null, away_team = null, info = null } =
      this.data
    const data = { sport, sportsbook, game, universal_game_id, home_team, away_team, info, outcomes }
    return {
      // Each kind of message by itself is of one action; TypeScript does not take the union of them apart.
      message: { timestamp, action, data } as DataMessage,
      text: `{"timestamp":"${timestamp}","action":"${action}","data":${this.#head}${text}}}}`,
    }
  }

  #price(slot: Slot, side: MarketSide, index: number): string {
    const { market } = slot
    const driver = driftOf(this.fixture, market.driver) * side.sign
    const opinion = slot.noise * (index === 0 ? 1 : -1)
    const extreme = this.book.extremes === true && !market.main ? 4 : 1
    return americanPrice(logistic((side.lean + driver + opinion) * extreme), this.book.margin, 99_900)
  }

  #linksOf({ index, market }: Slot): ReadonlyArray<string> {
    const { book } = this
    const none = book.links === "none" || (book.links === "some" && !market.main)
    return market.sides.map((_, side) =>
      none ? "" : `https://${book.name}.example/event/${this.#id}?outcomes=${this.#id}-${index * 16 + side}`
    )
  }

  #partsOf(slot: Slot, index: number): Parts {
    const rest = (link: string): string => {
      const fields = {
        link,
        outcome_name: slot.name,
        outcome_line: slot.lines[index],
        outcome_over_under: overUnder(slot.market, slot.market.sides[index]!),
        outcome_target: slot.targets[index],
      }
      return `,${JSON.stringify(fields).slice(1)}`
    }
    return {
      before: `${JSON.stringify(slot.keys[index])}:{"odds":`,
      priced: rest(this.#links[slot.index]![index]!),
      suspended: rest(""),
    }
  }

  #describe(): GameData {
    const { book, fixture } = this
    const [home, away] = this.#flipped ? [fixture.away, fixture.home] : [fixture.home, fixture.away]
    const universalId = this.#flipped ? fixture.flippedUniversalId : fixture.universalId
    const info: Record<string, unknown> = {}
    if (book.id === "number") info["id"] = Number(this.#id)
    if (book.id === "text") info["id"] = this.#id
    if (book.id === "game_id") info["game_id"] = this.#id
    info["when"] = whenText(fixture.date, fixture.startMinute + book.whenOffsetMinutes)
    info["link"] = book.links === "none" ? "" : `https://${book.name}.example/event/${this.#id}`
    info["game"] = this.game
    if (book.origTeams) info["orig_teams"] = `${shortName(home)} vs ${shortName(away)}`
    info["universal_id"] = universalId
    return {
      sport: fixture.sport,
      sportsbook: book.name,
      game: this.game,
      universal_game_id: universalId,
      home_team: home,
      away_team: away,
      info,
      outcomes: {},
    }
  }

  #slot(market: Market, index: number, random: Random): Slot {
    const { book, fixture } = this
    const bareTotal = market.form === "total" && market.main && book.totals === "bare"
    const name = market.name.replace("{home}", fixture.home).replace("{away}", fixture.away) +
      (bareTotal && market.name === "Total" ? ` ${unitOf(fixture.sport)}` : "")
    const targets = market.sides.map((side) => targetName(side, fixture))
    const lines = market.sides.map((side, index) => writeLine(book.lines, market, side.line, index))
    const keys = market.sides.map((side, index) => {
      const target = targets[index]
      if (side.line === null) return `${target} ${name}`
      const line = typeof lines[index] === "string" ? lines[index] : String(side.line)
      switch (market.form) {
        case "total": {
          // The name of a team in the key of a game total, its target null: PROTOCOL, "the key in `outcomes`".
          const letter = side.over === "over" ? "O" : "U"
          if (book.totals === "bare") return `${letter} ${line} ${name}`
          const team = side.over === "over" ? fixture.home : fixture.away
          return market.name === "Total" ? `${team} ${letter} ${line}` : `${team} ${letter} ${line} ${name}`
        }
        case "team_total":
          return `${target} ${side.over === "over" ? "O" : "U"} ${line} ${name}`
        case "prop":
          return `${target} ${side.over === "over" ? "Over" : "Under"} ${line} ${name}`
        default:
          return `${target} ${line} ${name}`
      }
    })
    const noise = random.normal() * 0.03
    const listed = market.main || random.chance(0.9)
    return { index, market, keys, lines, targets, name, noise, suspended: false, listed }
  }
}

const driftOf = (fixture: Fixture, driver: Driver): number => driver === "own" ? 0 : fixture.drift[driver]

const overUnder = (market: Market, side: MarketSide): string | null => {
  if (side.over === null) return null
  if (market.form === "prop") return side.over === "over" ? "Over" : "Under"
  return side.over === "over" ? "O" : "U"
}

const targetName = (side: MarketSide, fixture: Fixture): string | null => {
  switch (side.target) {
    case "home":
      return fixture.home
    case "away":
      return fixture.away
    case "Draw":
    case null:
      return side.target
    default:
      return side.target.name
  }
}

const writeLine = (style: LineStyle, market: Market, line: number | null, index: number): string | number | null => {
  if (line === null) return null
  const decimals = Number.isInteger(line) ? `${line}.0` : String(line)
  switch (style) {
    case "text":
      return String(line)
    case "decimal_text":
      return decimals
    case "number":
      return line
    case "mixed":
      return index === 0 ? String(line) : line
    case "comma":
      return market.form === "spread" && !market.main ? String(line).replace(".", ",") : String(line)
    case "missing_on_main_spread":
      return market.form === "spread" && market.main ? null : String(line)
  }
}

const unitOf = (sport: string): string => sport === "MLB" ? "Runs" : sport === "NBA" ? "Points" : "Goals"

/** `Chicago Bears` as a book may spell it: `CHI Bears`. */
const shortName = (team: string): string => {
  const words = team.split(" ")
  return words.length === 1 ? team : `${words[0]!.slice(0, 3).toUpperCase()} ${words.slice(1).join(" ")}`
}

/**
 * A probability with the book's margin on top, as American odds text: signed, whole, |odds| from 100 to `limit`, even
 * money `"+100"`, coarser the longer the odds.
 */
export const americanPrice = (probability: number, margin: number, limit: number): string => {
  const asked = Math.min(Math.max(probability * (1 + margin), 0.0005), 0.9995)
  const exact = asked >= 0.5 ? (100 * asked) / (1 - asked) : (100 * (1 - asked)) / asked
  const step = exact < 200 ? 1 : exact < 500 ? 5 : exact < 1000 ? 10 : exact < 5000 ? 50 : 100
  const size = Math.min(Math.max(Math.round(exact / step) * step, 100), limit)
  return size === 100 || asked < 0.5 ? `+${size}` : `-${size}`
}

/**
 * 1 / (1 + e^-x) without `Math.exp`, which engines may round differently: a rational approximation of tanh, exact to
 * about 2 %, monotone on the range used. A simulated price need not be closer, but it must be the same everywhere.
 */
export const logistic = (x: number): number => {
  const half = Math.min(Math.max(x / 2, -4.9), 4.9)
  const square = half * half
  const tanh = (half * (135135 + square * (17325 + square * (378 + square)))) /
    (135135 + square * (62370 + square * (3150 + square * 28)))
  return 0.5 + 0.5 * Math.min(Math.max(tanh, -1), 1)
}
