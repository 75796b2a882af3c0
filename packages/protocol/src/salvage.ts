/** Which part of the feed a text that is not JSON touches, as far as it can be read. */
import type { Scope } from "./Item.ts"

// A name is at most 300 characters here: no real one is longer, and the engine's stack stays small on hostile text.
const field = /"(sportsbook|game|action|timestamp)"\s*(?:$|:\s*(?:"((?:[^"\\]|\\[^]){1,300})")?)/gi
const dataSigns =
  /"(?:outcomes|initial_state|game_update|game_added|line_update|game_removed|book_clear|sport_clear|odds)|^\s*\{\s*"timestamp"/i

/**
 * The part of the feed that a broken text may have changed: its game, its book, or the session (empty scope) where it
 * reads like feed data but does not say for certain of what; undefined where it does not read like feed data.
 *
 * A message cut off or damaged in transit usually still names its book and game near its beginning. A text that swallowed
 * several messages touches what they have in common. Names with damaged characters are not believed.
 */
export const salvageScope = (text: string): Scope | undefined => {
  // Encoded more than once: the quotes within are escaped.
  return scopeIn(text.includes('\\"') ? text.replaceAll(escapedQuote, '"') : text)
}

/** From the first backslash of a run on only: from each of them, a long run without a quote takes its length squared. */
const escapedQuote = /(?<!\\)\\+"/g

const scopeIn = (text: string): Scope | undefined => {
  const books = new Names()
  const games = new Names()
  let actions = 0
  let timestamps = 0
  for (const [, written, value] of text.matchAll(field)) {
    const name = written?.toLowerCase()
    if (name === "sportsbook") books.add(value)
    else if (name === "game") games.add(value)
    else if (name === "action") actions++
    else timestamps++
  }
  const sportsbook = books.only()
  if (sportsbook === undefined) return books.count > 0 || dataSigns.test(text) ? {} : undefined
  const messages = Math.max(actions, timestamps)
  if (messages > 1 || books.count > 1) return books.count >= messages ? { sportsbook } : {}
  const game = games.only()
  return game === undefined ? { sportsbook } : { sportsbook, game }
}

/** The names a field takes in a text. */
class Names {
  count = 0
  #name: string | undefined
  #uncertain = false

  add(escaped: string | undefined): void {
    this.count++
    const name = escaped === undefined ? undefined : unescape(escaped)
    if (name === undefined || (this.#name !== undefined && this.#name !== name)) this.#uncertain = true
    this.#name = name
  }

  /** The name, where it is certain and the only one. */
  only(): string | undefined {
    return this.#uncertain ? undefined : this.#name
  }
}

const unescape = (escaped: string): string | undefined => {
  try {
    const name: unknown = JSON.parse(`"${escaped}"`)
    return typeof name === "string" && !name.includes("\uFFFD") && !name.includes("\u0000") ? name : undefined
  } catch {
    // A name that is itself damaged names nothing.
    return undefined
  }
}
