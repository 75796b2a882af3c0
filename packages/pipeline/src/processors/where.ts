/** The processor `where`: a part of the book, kept true. */
import { type Change, type GameChange, isLineChange, type LineChange } from "@boltodds/protocol"
import { type Envelope, withValue } from "@boltodds/sink"
import { isStart } from "./controls.ts"
import { immediate } from "./immediate.ts"
import { LineTable } from "./LineTable.ts"
import type { Processor } from "./Processor.ts"

/**
 * Passes on the changes that the predicate holds for, and takes back what no longer does: its reader has the lines whose
 * newest record satisfies the predicate, as they are, and no others.
 *
 * *Lines.* Every record that satisfies the predicate is passed on as it is; the first of a line may be of any kind, and
 * opens the line for the reader. When a later record of such a line no longer does, the line leaves: that record is told
 * as `line_closed` with `cause: "filters"`, without odds, its other fields as they are now, its `previous_odds` what the
 * reader had. To tell it with its new odds would leave the reader with a price that nobody corrects any more. Then the
 * line is forgotten, until a record satisfies the predicate again.
 *
 * *Games.* A game's record is passed on where it satisfies the predicate, or where the reader knows the game from
 * anything told before. So a predicate on odds need not think of games: a line opens its game as `partial`, and the
 * game's closing always follows. A predicate that is true for games makes all of them known, with the lines that pass.
 *
 * A predicate on the kind (`change.change === "line_moved"`) works, but then every other record of a line takes it back.
 * Memory grows with the lines and games that the reader knows, not with those in the feed.
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
  const told = new LineTable<true>()

  /** Whether the record of a line is passed on, left out, or takes the line back. */
  const line = (change: LineChange): "pass" | "leave" | "omit" => {
    const holds = predicate(change)
    const known = told.get(change) !== undefined
    if (change.change === "line_closed") {
      told.delete(change)
      return known || holds ? "pass" : "omit"
    }
    if (holds) {
      told.set(change, true)
      return "pass"
    }
    told.delete(change)
    return known ? "leave" : "omit"
  }

  const game = (change: GameChange): boolean => {
    const passes = predicate(change) || told.hasGame(change)
    // An opening begins the game anew, without lines; one that was merged may stand for a closing too.
    if (change.change !== "game_amended") told.deleteGame(change)
    if (passes && change.change !== "game_closed") told.open(change)
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
    if (isStart(control)) told.clear()
    return undefined
  })
}
