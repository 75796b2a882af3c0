/** What a message is about, and whether two are about the same. */
import type { FeedMessage } from "@boltodds/protocol"
import type { FramePart } from "./FrameParts.ts"

/** A game at a book, or (no game) more of a book. */
export interface TouchedNames {
  readonly sportsbook: string
  readonly game: string | undefined
}

/** What a message is about; undefined where it is not about odds. */
export const touchOf = (message: FeedMessage | undefined): TouchedNames | undefined => {
  switch (message?.action) {
    case "initial_state":
    case "game_update":
    case "game_added":
    case "line_update":
    case "game_removed":
      return { sportsbook: message.data.sportsbook, game: message.data.game }
    case "book_clear":
    case "sport_clear":
      return { sportsbook: message.data.sportsbook, game: undefined }
    default:
      return undefined
  }
}

/** What a frame is about. */
export const touchesOf = (parts: ReadonlyArray<FramePart>): ReadonlyArray<TouchedNames> =>
  parts.flatMap(({ message }) => touchOf(message) ?? [])

/** Whether the order of two messages matters. A clear is taken to be about all games of its book. */
export const meets = (one: TouchedNames, other: TouchedNames): boolean =>
  one.sportsbook === other.sportsbook &&
  (one.game === undefined || other.game === undefined || one.game === other.game)
