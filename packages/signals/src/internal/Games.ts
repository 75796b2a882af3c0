/** The games of the index, with their legs: what changes do to them. */
import { eventKey, isLargeMove, type Sportsbooks } from "@boltodds/market"
import { americanToDecimal, netOdds } from "@boltodds/odds"
import { type Change, type ChangeCause, type GameChange, gameId, type LineChange } from "@boltodds/protocol"
import { millisOf } from "../SignalRecord.ts"
import type { EventCell, GameCell, Leg, SportsbookCell } from "./cells.ts"
import type { Legs } from "./Legs.ts"
import { Pasts } from "./Pasts.ts"
import type { Touched } from "./Touched.ts"

/** What the games are kept with. */
export interface GamesOptions {
  readonly sportsbooks: Sportsbooks
  /** Names of sportsbooks; undefined: all. */
  readonly betAt: ReadonlySet<string> | undefined
  readonly maxSkewMillis: number
}

/** Takes note of a leg that goes: why, and the time of the record. `unverified`: all was forgotten. */
export type Removals = (leg: Leg, cause: ChangeCause | "unverified", at: string) => void

/** Games and events by their keys. Games of sportsbooks that take no bets are not kept. */
export class Games {
  readonly byId = new Map<string, GameCell>()
  readonly events = new Map<string, EventCell>()
  readonly #options: GamesOptions
  readonly #legs: Legs
  readonly #touched: Touched
  readonly #sportsbooks = new Map<string, SportsbookCell>()
  readonly #pasts = new Pasts()
  onRemoved: Removals | undefined
  /** The game of the last record: the next one is usually about it too. */
  #last: GameCell | undefined

  constructor(options: GamesOptions, legs: Legs, touched: Touched) {
    this.#options = options
    this.#legs = legs
    this.#touched = touched
  }

  find(sportsbook: string, game: string): GameCell | undefined {
    const last = this.#last
    if (last !== undefined && last.game === game && last.sportsbook.name === sportsbook) return last
    const found = this.byId.get(gameId(sportsbook, game))
    if (found !== undefined) this.#last = found
    return found
  }

  /** All games end. What was seen of them stays known. */
  clear(at: string): void {
    for (const game of this.byId.values()) this.#remove(game, "unverified", at)
    this.byId.clear()
    this.#last = undefined
  }

  /** All games end with their run. */
  forget(at: string): void {
    this.clear(at)
    this.#pasts.clear()
  }

  game(change: GameChange): void {
    switch (change.change) {
      case "game_opened":
        this.#open(change, change.partial)
        return
      case "game_amended": {
        const game = this.find(change.sportsbook, change.game)
        if (game === undefined) this.#open(change, change.partial)
        else this.#amend(game, change)
        return
      }
      case "game_closed": {
        const game = this.find(change.sportsbook, change.game)
        if (game === undefined) return
        this.byId.delete(gameId(change.sportsbook, change.game))
        this.#last = undefined
        this.#remove(game, change.cause, change.at)
        return
      }
    }
  }

  line(change: LineChange): void {
    let game = this.find(change.sportsbook, change.game)
    if (change.change === "line_closed") {
      const leg = game?.legs.get(change.outcome)
      if (game === undefined || leg === undefined) return
      this.onRemoved?.(leg, change.cause, change.at)
      game.legs.delete(change.outcome)
      this.#legs.remove(leg)
      return
    }
    game ??= this.#open(change, true)
    if (game === undefined) return
    const known = game.legs.get(change.outcome)
    const leg = known ?? legOf(game, change)
    const { odds } = change
    if (leg.odds !== odds || known === undefined) {
      if (odds === null) leg.before = leg.odds ?? leg.before
      leg.odds = odds
      const decimal = odds === null ? 0 : americanToDecimal(odds) ?? 0
      leg.net = decimal === 0 || !game.sportsbook.hasFee ? decimal : netOdds(decimal, game.sportsbook.facts.fee) ?? 0
      // When a price was set that was found after a gap, or is sent again, is not known.
      leg.pricedAt = change.cause === "feed" ? millisOf(change.at) - game.sportsbook.since : null
      leg.seq = change.seq
    }
    leg.link = change.link
    leg.verified = change.unverified !== true
    if (known === undefined) {
      game.legs.set(change.outcome, leg)
      this.#legs.attach(leg)
    } else if (isOtherBet(leg, change)) {
      this.onRemoved?.(leg, "feed", change.at)
      game.legs.delete(change.outcome)
      this.#legs.remove(leg)
      write(leg, change)
      game.legs.set(change.outcome, leg)
      this.#legs.attach(leg)
    } else this.#touched.leg(leg)
  }

  #sportsbook(name: string, at: string): SportsbookCell {
    const known = this.#sportsbooks.get(name)
    if (known !== undefined) return known
    const { sportsbooks, betAt } = this.#options
    const facts = sportsbooks.of(name)
    const mayBet = betAt === undefined || betAt.has(facts.name)
    const cell = { name, names: [name], since: millisOf(at), facts, hasFee: Object.keys(facts.fee).length > 0, mayBet }
    this.#sportsbooks.set(name, cell)
    return cell
  }

  /** A game starts anew, without lines. */
  #open(change: Change, partial: boolean): GameCell | undefined {
    const sportsbook = this.#sportsbook(change.sportsbook, change.at)
    if (!sportsbook.facts.bettable) return undefined
    const before = this.find(change.sportsbook, change.game)
    if (before !== undefined) this.#remove(before, change.cause, change.at)
    const startsAt = startOf(change.starts_at)
    const event = this.#event(eventKey(change))
    const past = this.#pasts.use(change.sportsbook, event.key)
    const game: GameCell = {
      sportsbook,
      game: change.game,
      session: change.session,
      sport: change.sport,
      homeTeam: change.home_team,
      awayTeam: change.away_team,
      startsAt,
      movedAt: this.#movedAt(before ?? past, startsAt, change.at),
      partial,
      usable: false,
      event,
      legs: new Map(),
      past,
    }
    remember(game)
    event.games.add(game)
    if (before !== undefined) this.#legs.seeDraws(game, before.past.draws)
    this.byId.set(gameId(change.sportsbook, change.game), game)
    this.#last = game
    this.#touched.event(event)
    return game
  }

  #amend(game: GameCell, change: GameChange): void {
    const startsAt = startOf(change.starts_at)
    const key = eventKey(change)
    const { event, sport, homeTeam, awayTeam } = game
    const isOther = key !== event.key || sport !== change.sport || homeTeam !== change.home_team ||
      awayTeam !== change.away_team
    this.#touched.event(event)
    // Where the teams change places, each bet is another one.
    if (isOther && this.onRemoved !== undefined) {
      for (const leg of game.legs.values()) this.onRemoved(leg, "feed", change.at)
    }
    if (isOther) this.#legs.removeAll(game, () => event.games.delete(game))
    game.movedAt = this.#movedAt(game, startsAt, change.at)
    game.startsAt = startsAt
    game.session = change.session
    game.sport = change.sport
    game.homeTeam = change.home_team
    game.awayTeam = change.away_team
    game.partial = change.partial
    if (key !== event.key) {
      const { past } = game
      game.event = this.#event(key)
      game.past = this.#pasts.use(change.sportsbook, key)
      this.#pasts.leave(past)
      this.#legs.seeDraws(game, past.draws)
    }
    remember(game)
    game.event.games.add(game)
    this.#touched.event(game.event)
    if (isOther) { for (const leg of game.legs.values()) this.#legs.attach(leg) }
  }

  #event(key: string): EventCell {
    const known = this.events.get(key)
    if (known !== undefined) return known
    const event: EventCell = {
      key,
      games: new Set(),
      anchor: null,
      offStart: new Set(),
      conflictUntil: 0,
      flipped: false,
      markets: new Map(),
      ladders: new Map(),
      people: undefined,
    }
    this.events.set(key, event)
    return event
  }

  #remove(game: GameCell, cause: ChangeCause | "unverified", at: string): void {
    if (this.onRemoved !== undefined) { for (const leg of game.legs.values()) this.onRemoved(leg, cause, at) }
    this.#legs.removeAll(game, () => game.event.games.delete(game))
    game.legs.clear()
    this.#pasts.leave(game.past)
    this.#touched.event(game.event)
  }

  #movedAt(
    { startsAt: from, movedAt }: Pick<GameCell, "startsAt" | "movedAt">,
    startsAt: number | null,
    at: string,
  ): number | undefined {
    return isLargeMove(from, startsAt, this.#options.maxSkewMillis) ? millisOf(at) : movedAt
  }
}

const remember = ({ past, startsAt, movedAt }: GameCell): void => {
  if (startsAt !== null) past.startsAt = startsAt
  if (movedAt !== undefined && movedAt > (past.movedAt ?? -Infinity)) past.movedAt = movedAt
}

const startOf = (iso: string | null): number | null => iso === null ? null : millisOf(iso)

const legOf = (game: GameCell, change: LineChange): Leg => ({
  game,
  outcome: change.outcome,
  market: change.market,
  target: change.target,
  targetKind: change.target_kind,
  over: change.side,
  line: change.line,
  odds: null,
  net: 0,
  before: null,
  verified: false,
  link: null,
  pricedAt: null,
  seq: 0,
  side: undefined,
  pair: undefined,
  twin: undefined,
  dominated: false,
})

const isOtherBet = (leg: Leg, change: LineChange): boolean =>
  leg.line !== change.line || leg.over !== change.side || leg.targetKind !== change.target_kind ||
  leg.market !== change.market || leg.target !== change.target

const write = (leg: Leg, { market, target, target_kind, side, line }: LineChange): void => {
  leg.market = market
  leg.target = target
  leg.targetKind = target_kind
  leg.over = side
  leg.line = line
}
