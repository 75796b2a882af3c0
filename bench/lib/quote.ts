/** Messages of a made-up feed with one or more outcomes, put together as text: cheap enough to send thousands a second. */

export interface Quote {
  readonly action: "initial_state" | "line_update"
  /** The number of the game, from 0. */
  readonly game: number
  readonly sportsbook: string
  readonly outcomes: ReadonlyArray<{ readonly number: number; readonly odds: number; readonly link: string }>
}

export const quote = ({ action, game, sportsbook, outcomes }: Quote): string => {
  const name = `Home ${game} vs Away ${game}, 2026-11-29, ${String(game).padStart(12, "a")}`
  const lines = outcomes.map(({ number, odds, link }) =>
    `"Player ${number} Over ${number}.5 Points":{"odds":"${odds > 0 ? "+" : ""}${odds}","link":"${link}",` +
    `"outcome_name":"Points","outcome_line":"${number}.5","outcome_over_under":"Over","outcome_target":"Player ${number}"}`
  )
  return `{"timestamp":"${new Date().toISOString().replace("Z", "000+00:00")}","action":"${action}","data":{` +
    `"sport":"NBA","sportsbook":"${sportsbook}","game":"${name}","home_team":"Home ${game}",` +
    `"away_team":"Away ${game}","info":{"id":"${game}","game":"${name}","when":"2026-11-29, 07:00 PM"},` +
    `"outcomes":{${lines.join(",")}}}}`
}
