/** What a text that is not JSON still tells about the part of the feed it touches. */
import type { Scope } from "./Item.ts"

const bookField = /"sportsbook"\s*:\s*("(?:[^"\\]|\\.)+")/
const gameField = /"game"\s*:\s*("(?:[^"\\]|\\.)+")/
const dataSigns = /"(?:outcomes|initial_state|game_update|game_added|line_update|game_removed|book_clear|sport_clear|odds)"?/

/**
 * The part of the feed that a broken message may have changed: its game, its book, or the session (empty scope) where
 * it reads like feed data without a name; undefined where it does not read like feed data.
 *
 * A message cut off or damaged in transit usually still names its book and game near its beginning. Names with damaged
 * characters are not believed.
 */
export const salvageScope = (text: string): Scope | undefined => {
  const head = text.length > 65_536 ? text.slice(0, 65_536) : text
  const sportsbook = nameIn(head, bookField)
  if (sportsbook === undefined) return dataSigns.test(head) ? {} : undefined
  const game = nameIn(head, gameField)
  return game === undefined ? { sportsbook } : { sportsbook, game }
}

const nameIn = (text: string, field: RegExp): string | undefined => {
  const match = field.exec(text)
  if (match === null) return undefined
  try {
    const name: unknown = JSON.parse(match[1]!)
    return typeof name === "string" && !name.includes("\uFFFD") ? name : undefined
  } catch {
    // A name that is itself damaged names nothing.
    return undefined
  }
}
