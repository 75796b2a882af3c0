import type { Book } from "@boltodds/protocol"

/** The prices of a book as the server writes its own: `"sportsbook|game|outcome key"` to the odds; suspended left out. */
export const priced = (book: Book): Record<string, string> => {
  const prices: Record<string, string> = {}
  for (const { sportsbook, game, lines } of book.games.values()) {
    for (const { outcome, odds } of lines.values()) {
      if (odds !== null) prices[`${sportsbook}|${game}|${outcome}`] = odds > 0 ? `+${odds}` : String(odds)
    }
  }
  return prices
}
