/** Puts the legs of games into markets, rungs and ladders, and takes them out again. */
import {
  isDraw,
  ladderStep,
  type LineFields,
  marketKey,
  pairLine,
  participantKey,
  participantKeys,
  type Selection,
  selectionKey,
  type SelectionReader,
  suffixedKey,
  type UnknownCounts,
} from "@boltodds/market"
import {
  type EventCell,
  type GameCell,
  type Ladder,
  type Leg,
  legAt,
  type Market,
  type Namesakes,
  namesPlayer,
  type Pair,
  type Rung,
  type Side,
} from "./cells.ts"
import type { Touched } from "./Touched.ts"

/** Reads legs once, when what they say of the bet changes; a price does not. */
export class Legs {
  readonly #reader: SelectionReader
  readonly #unknown: UnknownCounts
  readonly #touched: Touched
  /** Names of which a leg has come or gone since the last call of `settle`. */
  readonly #unread = new Set<Namesakes>()

  constructor(reader: SelectionReader, unknown: UnknownCounts, touched: Touched) {
    this.#reader = reader
    this.#unknown = unknown
    this.#touched = touched
  }

  /** Reads a leg that is in its game, and puts it where it belongs. */
  attach(leg: Leg): void {
    const { game, market } = leg
    if (market !== null && isDraw(fieldsOf(leg))) this.seeDraws(game, [market])
    this.#attachRead(leg)
  }

  /** Markets of a game, and of other games of its sportsbook in the event, have a draw. */
  seeDraws({ event, past }: GameCell, markets: Iterable<string> = []): void {
    for (const market of markets) {
      if (past.draws?.has(market) === true) continue
      ;(past.draws ??= new Set()).add(market)
      // The other sides of the market are not what they were.
      for (const game of event.games) {
        if (game.past !== past) continue
        for (const other of game.legs.values()) {
          if (other.market !== market) continue
          this.detach(other)
          this.#attachRead(other)
        }
      }
    }
  }

  /** Puts all legs whose names are shared where they belong now. Until then those that changed are nowhere. */
  settle(): void {
    for (const namesakes of this.#unread) this.#attachNamesakes(namesakes)
    this.#unread.clear()
  }

  #attachRead(leg: Leg): void {
    const selection = this.#read(leg, undefined)
    const { target, game: { event } } = leg
    if (selection !== undefined && namesPlayer(selection) && target !== null) {
      const base = participantKey(target)
      const people = event.people ??= new Map()
      const known = people.get(base) ?? { forms: new Set(), legs: undefined }
      people.set(base, known)
      known.forms.add(suffixedKey(target))
      if (known.forms.size > 1) known.legs ??= legsOf(event, base)
    }
    const namesakes = this.#namesakesOf(leg)
    if (namesakes?.legs === undefined) return this.#place(leg, selection)
    this.detach(leg)
    namesakes.legs.add(leg)
    this.#unread.add(namesakes)
  }

  /** Takes a leg out of where it is. */
  detach(leg: Leg): void {
    const { pair, side, game } = leg
    if (pair === undefined || side === undefined) return
    this.#touched.leg(leg)
    leg.pair = undefined
    leg.side = undefined
    side.legs--
    const first = legAt(pair, side.at)
    if (first === leg) put(pair, side.at, leg.twin)
    else for (let each = first; each !== undefined; each = each.twin) if (each.twin === leg) each.twin = leg.twin
    leg.twin = undefined
    if (side.rung.odd !== undefined) this.#agree(side.rung, leg, undefined)
    if (
      pair.first === undefined && pair.second === undefined && pair.more?.some((each) => each !== undefined) !== true
    ) {
      const { pairs } = pair.rung
      pairs.splice(pairs.indexOf(pair), 1)
    }
    if (side.ladder !== undefined) {
      const legs = side.ladder.legs.get(game.sportsbook)
      legs?.splice(legs.indexOf(leg), 1)
      if (legs?.length === 0) side.ladder.legs.delete(game.sportsbook)
    }
    leg.dominated = false
  }

  /** Takes a leg out that is gone, or another bet from now on. */
  remove(leg: Leg): void {
    this.detach(leg)
    const namesakes = this.#namesakesOf(leg)
    if (namesakes?.legs?.delete(leg) === true) this.#unread.add(namesakes)
  }

  /** Takes out all legs of a game that is gone, or of another event from now on. */
  removeAll({ legs }: GameCell, leave: () => void): void {
    for (const leg of legs.values()) this.remove(leg)
    leave()
  }

  /** The players of a leg's name: if there are two, who is meant depends on what the others say. */
  #namesakesOf({ target, game: { event: { people } } }: Leg): Namesakes | undefined {
    return people === undefined || target === null ? undefined : people.get(participantKey(target))
  }

  #read(leg: Leg, participants: ReadonlyMap<string, string | undefined> | undefined): Selection | undefined {
    const { game, market } = leg
    const reading = this.#reader.read(fieldsOf(leg), {
      sport: game.sport,
      sportsbook: game.sportsbook.name,
      home_team: game.homeTeam,
      away_team: game.awayTeam,
    }, {
      draw: market !== null && game.past.draws?.has(market) === true,
      ...participants === undefined ? {} : { participants },
    })
    if (reading._tag === "Selection") return reading.selection
    const { reason, raw } = reading
    this.#unknown.add(game.sportsbook.name, game.sport, { market: raw, reason })
    return undefined
  }

  /** Each leg is read with all names of its market and of the other games. */
  #attachNamesakes({ legs = new Set() }: Namesakes): void {
    const games = new Map<GameCell, Map<string | null, Set<string>>>()
    for (const { game, market, target } of legs) {
      const markets = games.get(game) ?? new Map<string | null, Set<string>>()
      games.set(game, markets)
      markets.set(market, (markets.get(market) ?? new Set()).add(target!))
    }
    const names = new Map(
      [...games].map(([game, markets]) => [game, [...markets.values()].flatMap((each) => [...each])]),
    )
    const keys = new Map<GameCell, Map<string | null, ReadonlyMap<string, string | undefined>>>()
    for (const [game, markets] of games) {
      const others = [...names].flatMap(([other, its]) => other === game ? [] : [its])
      keys.set(game, new Map([...markets].map(([market, own]) => [market, participantKeys(own, others)])))
    }
    for (const leg of legs) this.#place(leg, this.#read(leg, keys.get(leg.game)?.get(leg.market)))
  }

  #place(leg: Leg, selection: Selection | undefined): void {
    // Namesakes are placed anew.
    this.detach(leg)
    // A kind that is known and not compared has no selection.
    if (selection === undefined || selection.kind === "other") return
    const side = sideOf(leg.game.event, selection)
    const { rung } = side
    const { sportsbook } = leg.game
    let pair = rung.pairs.find((each) => each.sportsbook === sportsbook)
    if (pair === undefined) {
      pair = { rung, sportsbook, first: undefined, second: undefined, more: undefined, torn: false, fair: undefined }
      const after = rung.pairs.findIndex((each) => each.sportsbook.name > sportsbook.name)
      rung.pairs.splice(after === -1 ? rung.pairs.length : after, 0, pair)
    }
    leg.side = side
    leg.pair = pair
    leg.twin = legAt(pair, side.at)
    put(pair, side.at, leg)
    side.legs++
    const { outcomes, winners } = selection
    if (rung.odd !== undefined || rung.says.outcomes !== outcomes || rung.says.winners !== winners) {
      this.#agree(rung, leg, { outcomes, winners })
    }
    if (side.ladder !== undefined) insert(side.ladder, leg, side.hardness)
    this.#touched.leg(leg)
  }

  /**
   * A leg has come that says this of a rung, or has gone. Sportsbooks may call the sport by different names: what is not certain
   * is not known, until all that are left agree.
   */
  #agree(rung: Rung, leg: Leg, says: Rung["says"] | undefined): void {
    const odd = rung.odd ??= new Map()
    if (says === undefined || isSame(says, rung.says)) odd.delete(leg)
    else odd.set(leg, says)
    let legs = 0
    for (const side of rung.sides) legs += side.legs
    const [other] = odd.values()
    if (other !== undefined && odd.size === legs) {
      // What the first one said is gone with it.
      rung.says = other
      for (const [each, its] of odd) if (isSame(its, other)) odd.delete(each)
    }
    if (odd.size === 0) rung.odd = undefined
    const outcomes = rung.odd === undefined ? rung.says.outcomes : null
    rung.winners = rung.says.winners
    if (rung.outcomes === outcomes) return
    rung.outcomes = outcomes
    // What is complete, torn or fair on the rung depends on it.
    for (const pair of rung.pairs) this.#touched.pairs.add(pair)
    for (const side of rung.sides) this.#touched.sides.add(side)
  }
}

/** All legs of an event that name players of this name. */
const legsOf = (event: EventCell, base: string): Set<Leg> => {
  const named = new Set<Leg>()
  for (const { legs } of event.games) {
    for (const leg of legs.values()) if (leg.target !== null && participantKey(leg.target) === base) named.add(leg)
  }
  return named
}

const fieldsOf = (leg: Leg): LineFields => ({
  outcome: leg.outcome,
  market: leg.market,
  target: leg.target,
  target_kind: leg.targetKind,
  side: leg.over,
  line: leg.line,
})

/** By hardness, the hardest first. */
const insert = (ladder: Ladder, leg: Leg, hardness: number): void => {
  const legs = ladder.legs.get(leg.game.sportsbook)
  if (legs === undefined) return void ladder.legs.set(leg.game.sportsbook, [leg])
  let at = legs.length
  while (at > 0 && legs[at - 1]!.side!.hardness < hardness) at--
  // A list of its own length: one that grows has room for sixteen more.
  ladder.legs.set(leg.game.sportsbook, legs.toSpliced(at, 0, leg))
}

const sideOf = (event: EventCell, selection: Selection): Side => {
  const key = marketKey(event.key, selection)
  let market = event.markets.get(key)
  if (market === undefined) {
    market = { key, event, family: selection.family, selection, rungs: new Map(), version: 0 }
    event.markets.set(key, market)
  }
  const rung = rungOf(market, selection)
  const known = rung.sides.find(({ name }) => name === selection.side)
  if (known !== undefined) return known
  const step = ladderStep(selection)
  const side: Side = {
    rung,
    key: selectionKey(event.key, selection),
    name: selection.side,
    selection,
    at: rung.sides.length,
    ladder: step === undefined ? undefined : ladderOf(event, step.ladder),
    hardness: step?.hardness ?? 0,
    legs: 0,
  }
  rung.sides = rung.sides.concat(side)
  if (side.ladder !== undefined) side.ladder.sides++
  return side
}

const rungOf = (market: Market, selection: Selection): Rung => {
  const line = pairLine(selection)
  const { outcomes, winners } = selection
  const known = market.rungs.get(line)
  if (known !== undefined) return known
  const key = `${market.key}|${line ?? ""}`
  const says = { outcomes, winners }
  const rung: Rung = { market, line, key, outcomes, winners, says, odd: undefined, sides: [], pairs: [] }
  market.rungs.set(line, rung)
  return rung
}

const isSame = (a: Rung["says"], b: Rung["says"]): boolean => a.outcomes === b.outcomes && a.winners === b.winners

/** Puts a leg at the place of its side. */
const put = (pair: Pair, at: number, leg: Leg | undefined): void => {
  if (at === 0) pair.first = leg
  else if (at === 1) pair.second = leg
  else (pair.more ??= [undefined])[at - 2] = leg
}

const ladderOf = (event: EventCell, key: string): Ladder => {
  const known = event.ladders.get(key)
  if (known !== undefined) return known
  const ladder = { key, event, legs: new Map(), sides: 0 }
  event.ladders.set(key, ladder)
  return ladder
}

/** Removes the rung of a side, its market and its ladders, where none of them has a leg any more. */
export const sweep = ({ legs, rung }: Side): void => {
  const { market, sides, line } = rung
  if (legs > 0 || sides.some((side) => side.legs > 0) || market.rungs.get(line) !== rung) return
  for (const { ladder } of sides) {
    if (ladder !== undefined && --ladder.sides === 0) market.event.ladders.delete(ladder.key)
  }
  market.rungs.delete(line)
  if (market.rungs.size === 0) market.event.markets.delete(market.key)
}
