/** The processors `where` and `filter`: only records that meet a predicate. */
import { type Change, type GameChange, isLineChange, type LineChange } from "@boltodds/protocol"
import { type Envelope, withValue } from "@boltodds/sink"
import { isStart } from "./controls.ts"
import { LineTable } from "./LineTable.ts"
import { immediate, type Processor } from "./Processor.ts"

/**
 * Passes on the changes that meet the predicate, and withdraws lines that no longer do. The reader has exactly the
 * lines whose newest record meets the predicate.
 *
 * *Lines.* Every record that meets the predicate passes unchanged. The first record of a line opens it for the reader,
 * whatever its kind. When a later record of the line no longer meets the predicate, it passes as `line_closed` with
 * `cause: "filters"`, without odds; `previous_odds` is the price that the reader had. With its new odds, the reader
 * would keep a price that no later record corrects. The line is then unknown to the reader until a record meets the
 * predicate again.
 *
 * *Games.* The record of a game passes if it meets the predicate, or if the reader knows the game from an earlier
 * record. So a predicate on odds can ignore games: a line opens its game as `partial`, and the closing of the game
 * always follows. A predicate that is true for games makes all games known, with the lines that pass.
 *
 * A predicate on the kind (`change.change === "line_moved"`) works, but every record of another kind withdraws the
 * line. Memory grows with the lines and games that the reader knows, not with those of the feed.
 *
 * @example
 * ```ts
 * import { isLineChange } from "@boltodds/protocol"
 * import { changes, route, where } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({
 *   name: "underdogs",
 *   emit: changes(),
 *   processor: () => where((change) => isLineChange(change) && change.odds !== null && change.odds >= 200),
 *   sink: stdout(),
 * })
 * ```
 */
export const where = (predicate: (change: Change) => boolean): Processor<Change, Change> => {
  const known = new LineTable<true>()

  /** Whether the record of a line passes, is left out, or withdraws the line. */
  const line = (change: LineChange): "pass" | "leave" | "omit" => {
    const holds = predicate(change)
    const isKnown = known.get(change) !== undefined
    if (change.change === "line_closed") {
      known.delete(change)
      return isKnown || holds ? "pass" : "omit"
    }
    if (holds) {
      known.set(change, true)
      return "pass"
    }
    known.delete(change)
    return isKnown ? "leave" : "omit"
  }

  const game = (change: GameChange): boolean => {
    const passes = predicate(change) || known.hasGame(change)
    // An opening starts the game again without lines. A merged one can also stand for a closing.
    if (change.change !== "game_amended") known.deleteGame(change)
    if (passes && change.change !== "game_closed") known.open(change)
    return passes
  }

  return immediate((envelope): Envelope<Change> | undefined => {
    const change = envelope.value
    if (!isLineChange(change)) return game(change) ? envelope : undefined
    switch (line(change)) {
      case "pass":
        return envelope
      case "leave":
        return withValue<Change>(envelope, { ...change, change: "line_closed", cause: "filters", odds: null })
      case "omit":
        return undefined
    }
  }, (control) => {
    if (isStart(control)) known.clear()
    return undefined
  })
}

/**
 * Passes on the records that meet the predicate. Keeps no state.
 *
 * For messages, quotes and events. Use it on changes only if a line and its game can never begin or stop to meet the
 * predicate (`change.sport === "NBA"`): otherwise the reader keeps a price that no later record corrects. For other
 * predicates use {@link where}.
 *
 * @example
 * ```ts
 * import { filter, type Quote, quotes, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({ name: "nba", emit: quotes(), processor: () => filter<Quote>(({ sport }) => sport === "NBA"), sink: stdout() })
 * ```
 */
export const filter = <A>(predicate: (value: A) => boolean): Processor<A, A> =>
  immediate((envelope) => predicate(envelope.value) ? envelope : undefined)
