/** The moves of prices that are worth a message. */
import type { Processor } from "@boltodds/pipeline"
import { type Change, gameId, isLineChange, type LineChange } from "@boltodds/protocol"
import { withValue } from "@boltodds/sink"

/** The smallest move: in American cents, without the gap from -100 to +100, or in implied probability. */
export type LeastMove = { readonly cents: number } | { readonly probability: number }

/**
 * Passes on moves that the feed has sent, of at least so much from the price that was passed on last, or from the first
 * one. A line that is found changed after a gap, opens, or becomes another bet begins anew, in silence.
 */
export const moved = (least: LeastMove): Processor<Change, Change> => {
  /** The price that a move counts from, by game and outcome. */
  const games = new Map<string, Map<string, LineChange>>()

  const take = (change: Change): LineChange | undefined => {
    const id = gameId(change.sportsbook, change.game)
    if (!isLineChange(change)) {
      if (change.change !== "game_amended") games.delete(id)
      return undefined
    }
    const lines = games.get(id) ?? new Map<string, LineChange>()
    games.set(id, lines)
    if (change.change === "line_closed") {
      lines.delete(change.outcome)
      return undefined
    }
    // Suspended: a price that comes back is compared with the one before.
    if (change.odds === null) return undefined
    const before = lines.get(change.outcome)
    const isMove = change.change === "line_moved" || change.change === "line_resumed"
    if (
      !isMove || change.cause !== "feed" || change.unverified === true || before === undefined ||
      !isSameBet(before, change)
    ) {
      lines.set(change.outcome, change)
      return undefined
    }
    if (distance(least, before.odds!, change.odds) < amountOf(least) - rounding) return undefined
    lines.set(change.outcome, change)
    return { ...change, change: "line_moved", previous_odds: before.odds, previous_line: before.line }
  }

  return {
    push: (records) =>
      records.flatMap((envelope) => {
        if (envelope._tag !== "Record") return []
        const change = take(envelope.value)
        return change === undefined ? [] : [withValue<Change>(envelope, change)]
      }),
    dueAt: () => undefined,
    advance: () => [],
    flush: () => [],
    control: (control) => {
      if ("control" in control && control.control === "stream_started") games.clear()
      return []
    },
  }
}

/** 0.51 - 0.50 is not exactly 0.01. */
const rounding = 1e-9

const amountOf = (least: LeastMove): number => "cents" in least ? least.cents : least.probability

const distance = (least: LeastMove, from: number, to: number): number =>
  Math.abs("cents" in least ? centsOf(to) - centsOf(from) : probabilityOf(to) - probabilityOf(from))

const centsOf = (odds: number): number => odds > 0 ? odds - 100 : odds + 100

const probabilityOf = (odds: number): number => odds > 0 ? 100 / (odds + 100) : odds / (odds - 100)

const isSameBet = (one: LineChange, other: LineChange): boolean =>
  one.market === other.market && one.target === other.target && one.side === other.side && one.line === other.line
