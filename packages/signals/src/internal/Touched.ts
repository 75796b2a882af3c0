/** What has changed since the last group of records. */
import type { EventCell, GameCell, Ladder, Leg, Pair, Side, SportsbookCell } from "./cells.ts"

/** Collects, so that each thing is worked out once for a group. */
export class Touched {
  readonly sides = new Set<Side>()
  readonly pairs = new Set<Pair>()
  readonly events = new Set<EventCell>()
  readonly ladders = new Map<Ladder, Set<SportsbookCell>>()

  /** A leg, its price or whether it may count. */
  leg({ side, pair, game }: Leg): void {
    if (side === undefined || pair === undefined) return
    this.sides.add(side)
    this.pairs.add(pair)
    const { ladder } = side
    if (ladder === undefined) return
    const sportsbooks = this.ladders.get(ladder)
    if (sportsbooks === undefined) this.ladders.set(ladder, new Set([game.sportsbook]))
    else sportsbooks.add(game.sportsbook)
  }

  /** All legs of a game. */
  game({ legs }: GameCell): void {
    for (const leg of legs.values()) this.leg(leg)
  }

  /** The starts or teams of an event. */
  event(event: EventCell): void {
    this.events.add(event)
  }

  clear(): void {
    this.sides.clear()
    this.pairs.clear()
    this.events.clear()
    this.ladders.clear()
  }
}
