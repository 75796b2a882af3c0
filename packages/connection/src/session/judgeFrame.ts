/** What a session must know of a frame's content, and that only until data comes. */
import type { FilterMatch, Frame, Item, QuarantinedItem } from "@boltodds/protocol"
import type { OutsideFilters } from "./Diagnosis.ts"

/** Whether a frame holds data of the feed: anything but acks, pings and errors. */
export const isData = (frame: Frame): boolean =>
  frame.items.some((item) => item._tag === "Message" && "data" in item.message && dataActions.has(item.message.action))

const dataActions: ReadonlySet<string> = new Set([
  "initial_state",
  "game_update",
  "game_added",
  "line_update",
  "game_removed",
  "book_clear",
  "sport_clear",
])

/** The texts of what is neither data nor any other known message, in a frame; bare texts count as errors. */
export const notUnderstood = (frame: Frame): ReadonlyArray<string> =>
  frame.items.flatMap((item) =>
    item._tag === "Unknown" || (item._tag === "Quarantined" && !isBareText(item)) ? [item.text] : []
  )

/** Text that is neither data nor an object: the server's own words. */
const isBareText = ({ touches, value }: QuarantinedItem): boolean =>
  touches === undefined && (typeof value !== "object" || value === null)

/** The texts of the errors in a frame. */
export const serverErrors = (items: ReadonlyArray<Item>): ReadonlyArray<string> => {
  const texts: Array<string> = []
  for (const item of items) {
    if (item._tag === "Message" && item.message.action === "error") {
      const { message } = item.message
      texts.push(typeof message === "string" ? message : JSON.stringify(message) ?? "an error without a message")
    } else if (item._tag === "Quarantined" && isBareText(item)) {
      // The refusal of one connection too many is known to come as bare text (PROTOCOL, "Endpoints").
      texts.push(item.text)
    }
  }
  return texts
}

/**
 * How the games in a frame stand to the filters: `within` as soon as one message is, otherwise those that are outside;
 * undefined where the frame tells of no game.
 */
export const sift = (frame: Frame, match: FilterMatch): "within" | OutsideFilters | undefined => {
  let outside: OutsideFilters | undefined
  for (const item of frame.items) {
    if (item._tag !== "Message") continue
    const { message } = item
    switch (message.action) {
      case "initial_state":
      case "game_update":
      case "game_added":
      case "line_update": {
        const { sport, sportsbook, game, outcomes } = message.data
        const all = Object.values(outcomes)
        const market = !match.hasMarkets || all.length === 0 ||
          all.some(({ outcome_name }) => match.market(outcome_name ?? null))
        // A sport left empty is one that we could know from earlier messages only.
        const known = sport === "" ? match.book(sportsbook) : match.game(sport, sportsbook, game)
        if (market && known) return "within"
        const { messages } = outside ?? { messages: 0 }
        outside = {
          sport: outside?.sport ?? sport,
          sportsbook: outside?.sportsbook ?? sportsbook,
          messages: messages + 1,
        }
      }
    }
  }
  return outside
}
