/** The cells of the index: what is known of each game, event, market and price. */
import type { Family, Selection, Sportsbook } from "@boltodds/market"
import { americanToDecimal } from "@boltodds/odds"
import type { LineChange } from "@boltodds/protocol"
import type { Past } from "./Pasts.ts"

/** A sportsbook, once for all its games. */
export interface SportsbookCell {
  readonly name: string
  /** The name alone in a list. */
  readonly names: ReadonlyArray<string>
  /** When it was first seen, in milliseconds since the epoch: times of its prices count from here, which keeps them small. */
  readonly since: number
  readonly facts: Sportsbook
  readonly hasFee: boolean
  /** Whether its prices may be bet on: its name is in `betAt`, if there is one. */
  readonly mayBet: boolean
}

/** One game at one sportsbook. */
export interface GameCell {
  readonly sportsbook: SportsbookCell
  readonly game: string
  session: string
  sport: string
  homeTeam: string | null
  awayTeam: string | null
  /** Milliseconds since the epoch; null where it is not known. */
  startsAt: number | null
  /** When its start last moved so far that it may be another game's. */
  movedAt: number | undefined
  partial: boolean
  /** Whether its prices may count: see `whyUnusable`. */
  usable: boolean
  event: EventCell
  readonly legs: Map<string, Leg>
  /** What its sportsbook had of the event before, and has with other games. */
  past: Past
}

/** One match, at all sportsbooks that have it. */
export interface EventCell {
  readonly key: string
  readonly games: Set<GameCell>
  /** Milliseconds since the epoch; null where no sportsbook says one. */
  anchor: number | null
  /** Sportsbooks that may mean another game. */
  offStart: ReadonlySet<string>
  /** A start moved by so much that it may be another game's: until then nothing may be opened. */
  conflictUntil: number
  /** It has home and away both ways round: one key would be two opposite bets. */
  flipped: boolean
  readonly markets: Map<string, Market>
  readonly ladders: Map<string, Ladder>
  /** Players by the key of their name without its suffix. */
  people: Map<string, Namesakes> | undefined
}

/** Players of one name. */
export interface Namesakes {
  /** The spellings of the name, with their suffixes. */
  readonly forms: Set<string>
  /** All lines that name one of them, once there are two spellings. */
  legs: Set<Leg> | undefined
}

/** All lines and sides of one market of an event. */
export interface Market {
  readonly key: string
  readonly event: EventCell
  readonly family: Family
  readonly selection: Selection
  readonly rungs: Map<number | null, Rung>
  /** Counts the groups that changed it. */
  version: number
}

/** One line of a market: the sides of which one wins. */
export interface Rung {
  readonly market: Market
  readonly line: number | null
  readonly key: string
  /** How many sides make it complete; null where that is not known, or where its legs do not agree. */
  outcomes: number | null
  winners: number | null
  /** What its first leg says of the two, as long as one leg says so. */
  says: Pick<Selection, "outcomes" | "winners">
  /** The legs that say something else. */
  odd: Map<Leg, Pick<Selection, "outcomes" | "winners">> | undefined
  sides: ReadonlyArray<Side>
  /** One for each sportsbook, in order of names. */
  readonly pairs: Array<Pair>
}

/** One selection: a bet that is the same at every sportsbook. */
export interface Side {
  readonly rung: Rung
  readonly key: string
  readonly name: string
  readonly selection: Selection
  /** Its place among the sides of its rung, and among the legs of a pair. */
  readonly at: number
  readonly ladder: Ladder | undefined
  readonly hardness: number
  /** How many legs it has. */
  legs: number
}

/** The sides of one rung at one sportsbook. */
export interface Pair {
  readonly rung: Rung
  readonly sportsbook: SportsbookCell
  /** The legs of its first two sides, and of the others: see {@link legAt}. Nearly all pairs have two. */
  first: Leg | undefined
  second: Leg | undefined
  more: Array<Leg | undefined> | undefined
  /** Its own prices add up to less than the number of winners: one of them is not right. */
  torn: boolean
  /** The fair probabilities of its prices; null if it has none, undefined if they are not worked out. See `pairFair`. */
  fair: ReadonlyArray<number> | null | undefined
}

/** Bets that are ordered by how hard they are to win: one direction of a total or a spread. */
export interface Ladder {
  readonly key: string
  readonly event: EventCell
  /** The hardest first. */
  readonly legs: Map<SportsbookCell, Array<Leg>>
  /** How many sides are on it. */
  sides: number
}

/** One outcome at one sportsbook. */
export interface Leg {
  readonly game: GameCell
  readonly outcome: string
  market: string | null
  target: string | null
  targetKind: LineChange["target_kind"]
  over: LineChange["side"]
  line: number | null
  /** American; null while suspended. */
  odds: number | null
  /** The last price, American, while suspended. */
  before: number | null
  /** Decimal, after fees; 0 if it cannot win. */
  net: number
  verified: boolean
  link: string | null
  /** When the price was set, in milliseconds since `since` of its sportsbook; null if that is not known. See {@link pricedAt}. */
  pricedAt: number | null
  /** The record that set the price. */
  seq: number
  /** Undefined where the line is not understood. */
  side: Side | undefined
  pair: Pair | undefined
  /** Another outcome of the same sportsbook with the same selection. */
  twin: Leg | undefined
  /** A strictly harder bet of its sportsbook is priced shorter. */
  dominated: boolean
}

/** The leg of a pair at the place of a side: the first of them where two outcomes are one bet. */
export const legAt = (pair: Pair, at: number): Leg | undefined =>
  at === 0 ? pair.first : at === 1 ? pair.second : pair.more?.[at - 2]

/** The decimal odds of a leg before fees; 0 while suspended. */
export const decimalOf = ({ net, odds, game }: Leg): number =>
  net === 0 || !game.sportsbook.hasFee ? net : americanToDecimal(odds!) ?? 0

/** When the price of a leg was set, in milliseconds since the epoch; null if that is not known. */
export const pricedAt = ({ pricedAt: millis, game }: Leg): number | null =>
  millis === null ? null : game.sportsbook.since + millis

/** Whether another outcome of its sportsbook is the same bet. */
export const isTwin = (leg: Leg): boolean =>
  leg.twin !== undefined || (leg.pair !== undefined && leg.side !== undefined && legAt(leg.pair, leg.side.at) !== leg)

/** Whether a leg alone has a price that is known to be right. Two outcomes of one selection: see {@link candidateOf}. */
export const isLivePrice = (leg: Leg): boolean => leg.net > 0 && leg.verified && leg.game.usable

/** Whether the target of a line is the name of a player. */
export const namesPlayer = ({ scope, kind, side }: Selection): boolean =>
  scope === "player" || (kind === "first" && side !== "none")

/**
 * The price of a sportsbook for one side, if it may be bet on. Where two of its outcomes are the same selection, it is the
 * worse one: none while one of them is suspended, unverified or in a game that may not count, or if they name their
 * player in different ways.
 */
export const candidateOf = (pair: Pair, at: number): Leg | undefined => {
  const leg = legAt(pair, at)
  if (leg === undefined) return undefined
  if (leg.twin === undefined) return isLivePrice(leg) ? leg : undefined
  let worst: Leg | undefined
  for (let each: Leg | undefined = leg; each !== undefined; each = each.twin) {
    if (each.target !== leg.target && each.side !== undefined && namesPlayer(each.side.selection)) return undefined
    if (!isLivePrice(each)) return undefined
    if (
      worst === undefined || each.net < worst.net ||
      (each.net === worst.net && (each.game.game < worst.game.game ||
        (each.game.game === worst.game.game && each.outcome < worst.outcome)))
    ) worst = each
  }
  return worst
}
