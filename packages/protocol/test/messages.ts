/** Synthetic messages with the quirks of the real feed. */

export const outcome = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  odds: "-110",
  link: "https://sportsbook.example/slip?id=1",
  outcome_name: "Spread",
  outcome_line: "-1.5",
  outcome_over_under: null,
  outcome_target: "Springfield Comets",
  ...fields,
})

export const gameKey = "Springfield Comets vs Shelbyville Hounds, 2026-07-16, 1e1f1b8dc2ec"

export const data = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  sport: "MLB",
  sportsbook: "fanduel",
  game: gameKey,
  universal_game_id: "1e1f1b8dc2ec",
  home_team: "Springfield Comets",
  away_team: "Shelbyville Hounds",
  info: { id: 31584696, when: "2026-07-16, 07:10 PM", link: "" },
  outcomes: { "Springfield Comets -1.5 Spread": outcome() },
  ...fields,
})

export const message = (
  action: string,
  dataFields: Record<string, unknown> = {},
  fields: Record<string, unknown> = {},
): Record<string, unknown> => ({
  timestamp: "2026-07-16T04:54:37.438001+00:00",
  action,
  data: data(dataFields),
  ...fields,
})

/** One of every kind the feed is known to send. */
export const everyMessage: ReadonlyArray<Record<string, unknown>> = [
  { action: "socket_connected", plan: "Pro", feed: "odds" },
  { action: "subscription_updated", filters: { sports: ["MLB"] } },
  message("initial_state"),
  message("game_update"),
  message("game_added"),
  message("line_update", { outcomes: { "Springfield Comets -1.5 Spread": outcome({ odds: null, link: "" }) } }),
  message("game_removed", { outcomes: {} }),
  {
    timestamp: "2026-07-16T04:54:37.438001+00:00",
    action: "book_clear",
    data: { sport: {}, sportsbook: "fanduel", game: {}, home_team: {}, away_team: {}, info: {}, outcomes: {} },
  },
  { timestamp: null, action: "sport_clear", data: { sport: "US Open (M)", sportsbook: "fanduel", outcomes: {} } },
  { action: "ping" },
  { action: "error", message: "Cannot subscribe to game, Code 1" },
]
