/** The index: every price of every selection, kept up to date by the records of the stream. */
import { makeSelectionReader, makeSportsbooks, maxStartSkewMillis, UnknownCounts } from "@boltodds/market"
import { type Change, type Control, gameId, isControl, isLineChange } from "@boltodds/protocol"
import type { EventCell, GameCell, Leg, Rung, Side } from "./cells.ts"
import { Games, type Removals } from "./Games.ts"
import { Legs, sweep } from "./Legs.ts"
import { settleEvent } from "./settleEvent.ts"
import { Touched } from "./Touched.ts"
import { isTorn, markDominated } from "./verdicts.ts"
import type { SignalSettings } from "../Settings.ts"

/** Why no price of a game may count. */
export type Unusable = "unverified" | "off_start" | "flipped"

/**
 * Every price of every selection, fed by changes and controls in their order: of a run, a file or another machine. It
 * believes exactly what `fold` of `@boltodds/protocol` believes, and knows which prices are of the same bet.
 *
 * Call `settle` after each group (a record with `last`), not within one: a frame is one thing that happened. A change of
 * a price costs the same however many events there are; the name of a market is read once for each line.
 *
 * Sportsbooks that take no bets (`bettable` false) are left out altogether.
 */
export class OddsIndex {
  /** Lines that are not understood, counted. */
  readonly unknown: UnknownCounts = new UnknownCounts()
  /** How far a start may be from that of most. */
  readonly maxSkewMillis: number
  readonly #touched = new Touched()
  readonly #legs: Legs
  readonly #games: Games
  /** Events of which a start has moved a short while ago. */
  readonly #conflicts = new Set<EventCell>()
  readonly #staleSessions = new Set<string>()
  readonly #staleSportsbooks = new Set<string>()
  #isLossy = false
  #run: string | undefined

  constructor(settings: SignalSettings = {}) {
    const { aliases, betAt, maxStartSkewMillis: maxSkewMillis = maxStartSkewMillis } = settings
    const sportsbooks = makeSportsbooks(settings.sportsbooks)
    const reader = makeSelectionReader(aliases === undefined ? {} : { aliases })
    this.maxSkewMillis = maxSkewMillis
    this.#legs = new Legs(reader, this.unknown, this.#touched)
    this.#games = new Games(
      {
        sportsbooks,
        betAt: betAt === undefined ? undefined : new Set(betAt.map((name) => sportsbooks.of(name).name)),
        maxSkewMillis,
      },
      this.#legs,
      this.#touched,
    )
  }

  /** Whether nothing is known, or records were lost: it needs a snapshot. */
  get isEmpty(): boolean {
    return this.#run === undefined || this.#isLossy
  }

  /** How many games, events, sides and legs it holds. */
  get size(): { readonly games: number; readonly events: number; readonly sides: number; readonly legs: number } {
    let legs = 0
    let sides = 0
    for (const game of this.#games.byId.values()) legs += game.legs.size
    for (const _ of this.sides()) sides++
    return { games: this.#games.byId.size, events: this.#games.events.size, sides, legs }
  }

  /** Takes the next record. */
  apply(record: Change | Control): void {
    if (isControl(record)) this.#control(record)
    else if (isLineChange(record)) this.#games.line(record)
    else this.#games.game(record)
    this.#run ??= record.run
  }

  /**
   * The sides and pairs whose prices, or what is known of them, have changed since the last call, and the events whose
   * games, starts or teams have. `at`: the time of the
   * group, in milliseconds since the epoch. Call {@link OddsIndex.sweep} when they have been looked at.
   */
  settle(at: number): Pick<Touched, "sides" | "pairs" | "events"> {
    const touched = this.#touched
    this.#legs.settle()
    for (const event of touched.events) {
      if (event.games.size === 0) {
        if (this.#games.events.get(event.key) === event) this.#games.events.delete(event.key)
        continue
      }
      const wasOff = event.offStart.size > 0
      const until = event.conflictUntil
      settleEvent(event, at, this.maxSkewMillis)
      if (event.conflictUntil > at) this.#conflicts.add(event)
      // What depends on a conflict depends on all prices of the event.
      const isOff = event.offStart.size > 0
      if (isOff !== wasOff || event.conflictUntil !== until) event.games.forEach((game) => touched.game(game))
      for (const game of event.games) this.#refresh(game)
    }
    for (const event of this.#conflicts) {
      if (event.conflictUntil > at) continue
      this.#conflicts.delete(event)
      event.games.forEach((game) => touched.game(game))
    }
    for (const pair of touched.pairs) {
      const torn = isTorn(pair)
      if (torn === pair.torn) continue
      pair.torn = torn
      for (const side of pair.rung.sides) touched.sides.add(side)
    }
    for (const [ladder, sportsbooks] of touched.ladders) {
      for (const sportsbook of sportsbooks) markDominated(ladder.legs.get(sportsbook) ?? none, touched)
    }
    for (const pair of touched.pairs) pair.fair = undefined
    return touched
  }

  /** Forgets what was touched, and cells without prices. */
  sweep(): void {
    for (const side of this.#touched.sides) sweep(side)
    this.#touched.clear()
  }

  /** All sides that have prices. */
  *sides(): IterableIterator<Side> {
    for (const { markets } of this.#games.events.values()) {
      for (const { rungs } of markets.values()) for (const { sides } of rungs.values()) yield* sides
    }
  }

  /** All rungs on which a session has prices. */
  rungsOf(session: string): ReadonlySet<Rung> {
    const rungs = new Set<Rung>()
    for (const game of this.#games.byId.values()) {
      if (game.session !== session) continue
      for (const { side } of game.legs.values()) if (side !== undefined) rungs.add(side.rung)
    }
    return rungs
  }

  /** Calls this with each leg that goes, while it is still in its place. */
  onRemoved(notice: Removals): void {
    this.#games.onRemoved = notice
  }

  /** Whether the feed of a game is stale: its session, or its sportsbook in it. */
  isStale({ session, sportsbook: { name } }: GameCell): boolean {
    return this.#staleSessions.has(session) || this.#staleSportsbooks.has(gameId(session, name))
  }

  /** Why no price of this game may count; undefined if they may. */
  whyUnusable({ partial, session, sportsbook, event }: GameCell): Unusable | undefined {
    if (partial || this.#isLossy || this.#staleSessions.has(session)) return "unverified"
    if (this.#staleSportsbooks.size > 0 && this.#staleSportsbooks.has(gameId(session, sportsbook.name))) {
      return "unverified"
    }
    if (event.flipped) return "flipped"
    return event.offStart.has(sportsbook.name) ? "off_start" : undefined
  }

  #refresh(game: GameCell): void {
    const usable = this.whyUnusable(game) === undefined
    if (usable === game.usable) return
    game.usable = usable
    this.#touched.game(game)
  }

  #refreshAll(): void {
    for (const game of this.#games.byId.values()) this.#refresh(game)
  }

  /** As `fold` does. */
  #control(control: Control): void {
    switch (control.control) {
      case "stream_started":
        if (this.#run === control.run) this.#games.clear(control.at)
        else this.#games.forget(control.at)
        this.#staleSessions.clear()
        this.#staleSportsbooks.clear()
        this.#isLossy = false
        this.#run = control.run
        return
      case "stream_resumed":
        if (this.#run !== control.resumes) {
          this.#games.forget(control.at)
          this.#staleSportsbooks.clear()
          this.#isLossy = true
        }
        this.#staleSessions.clear()
        this.#invalidate(() => true)
        this.#run = control.run
        return
      case "dropped":
        this.#isLossy = true
        this.#refreshAll()
        return
      case "stream_stopped":
        this.#invalidate(() => true)
        return
      case "gap_opened":
        this.#staleSessions.delete(control.session)
        this.#invalidate((game) => game.session === control.session)
        return
      case "clock_jumped":
        this.#invalidate((game) => game.session === control.session)
        return
      case "game_verified":
        this.#verify(this.#games.find(control.sportsbook, control.game))
        return
      case "quarantined":
        this.#quarantined(control)
        return
      case "stale":
        if (control.sportsbook === null) this.#staleSessions.add(control.session)
        else this.#staleSportsbooks.add(gameId(control.session, control.sportsbook))
        this.#refreshAll()
        return
      case "fresh":
        if (control.sportsbook === null) this.#staleSessions.delete(control.session)
        else this.#staleSportsbooks.delete(gameId(control.session, control.sportsbook))
        this.#refreshAll()
        return
    }
  }

  #quarantined({ touches, session, sportsbook, game }: Extract<Control, { readonly control: "quarantined" }>): void {
    if (touches === "session") this.#invalidate((each) => each.session === session)
    else if (touches === "sportsbook") {
      this.#invalidate((each) => each.session === session && each.sportsbook.name === sportsbook)
    } else if (touches === "game") {
      const found = this.#games.find(sportsbook ?? "", game ?? "")
      // What another session could not read says nothing of the games of this one.
      if (found?.session === session) this.#setVerified(found, false)
    }
  }

  #verify(game: GameCell | undefined): void {
    if (game !== undefined) this.#setVerified(game, true)
  }

  #invalidate(within: (game: GameCell) => boolean): void {
    for (const game of this.#games.byId.values()) {
      if (!within(game)) continue
      this.#setVerified(game, false)
      this.#refresh(game)
    }
  }

  #setVerified(game: GameCell, verified: boolean): void {
    for (const leg of game.legs.values()) {
      if (leg.verified === verified) continue
      leg.verified = verified
      this.#touched.leg(leg)
    }
  }
}

const none: ReadonlyArray<Leg> = []
