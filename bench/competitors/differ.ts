/**
 * What a good engineer writes by hand in an hour to get changes: parse, one nested Map, compare, `JSON.stringify`. It
 * writes the records that `--emit changes` writes, with the same fields. It has no gaps, no bounds, no checks of values,
 * and no promises. `node differ.ts URL` runs until SIGTERM.
 */
import { WebSocket } from "ws"

interface Outcome {
  readonly odds?: string
  readonly link?: string
  readonly outcome_name: string
  readonly outcome_line: string | number | null
  readonly outcome_over_under: string | null
  readonly outcome_target: string | null
}

interface Game {
  readonly sport: string
  readonly sportsbook: string
  readonly game: string
  readonly universal_game_id?: string
  readonly home_team: string
  readonly away_team: string
  readonly info?: { readonly id?: string; readonly when?: string }
  readonly outcomes: { readonly [outcome: string]: Outcome }
}

interface Line {
  odds: number | null
  number: number | null
  outcome: Outcome
}

const socket = new WebSocket(process.argv[2]!, { perMessageDeflate: false })
const sportsbooks = new Map<string, Map<string, Map<string, Line>>>()
const run = "01K0000000000000000000000A"
let seq = 0
let lines: Array<string> = []

const write = (): void => {
  process.stdout.write(lines.join(""))
  lines = []
}

const send = (record: object): void => {
  if (lines.length === 0) setImmediate(write)
  lines.push(JSON.stringify(record) + "\n")
}

const numberOf = (text: string | number | null | undefined): number | null =>
  text === null || text === undefined || text === "" ? null : Number(text)

const sendGame = (change: string, sent: string | undefined, sportsbook: string, game: string, data?: Game): void =>
  send({
    change,
    run,
    session: "main",
    seq: ++seq,
    at: new Date().toISOString(),
    sent_at: sent,
    cause: "feed",
    sportsbook,
    game,
    home_team: data?.home_team,
    away_team: data?.away_team,
  })

const sendLine = (
  change: string,
  data: Game,
  sent: string | undefined,
  { name, outcome, odds, number, previous }: {
    readonly name: string
    readonly outcome: Outcome
    readonly odds: number | null
    readonly number: number | null
    readonly previous: Line | undefined
  },
): void =>
  send({
    change,
    run,
    session: "main",
    seq: ++seq,
    at: new Date().toISOString(),
    sent_at: sent,
    cause: "feed",
    sport: data.sport,
    sportsbook: data.sportsbook,
    game: data.game,
    universal_game_id: data.universal_game_id ?? null,
    book_game_id: data.info?.id ?? null,
    home_team: data.home_team,
    away_team: data.away_team,
    starts_at: data.info?.when ?? null,
    outcome: name,
    market: outcome.outcome_name,
    target: outcome.outcome_target,
    target_kind: outcome.outcome_target === data.home_team
      ? "home"
      : outcome.outcome_target === data.away_team
      ? "away"
      : null,
    side: outcome.outcome_over_under,
    line: number,
    line_derived: false,
    odds,
    link: outcome.link || null,
    previous_odds: previous?.odds ?? null,
    previous_line: previous?.number ?? null,
  })

const applyLine = (game: Map<string, Line>, data: Game, sent: string | undefined, name: string): void => {
  const outcome = data.outcomes[name]!
  const number = numberOf(outcome.outcome_line)
  const odds = numberOf(outcome.odds)
  const previous = game.get(name)
  if (previous === undefined) {
    game.set(name, { odds, number, outcome })
    sendLine("line_opened", data, sent, { name, outcome, odds, number, previous })
  } else if (previous.odds !== odds || previous.number !== number) {
    const change = odds === null ? "line_suspended" : previous.odds === null ? "line_resumed" : "line_moved"
    sendLine(change, data, sent, { name, outcome, odds, number, previous })
    Object.assign(previous, { odds, number, outcome })
  } else if (previous.outcome.link !== outcome.link) {
    sendLine("line_amended", data, sent, { name, outcome, odds, number, previous })
    previous.outcome = outcome
  }
}

const apply = (message: { readonly action: string; readonly timestamp?: string; readonly data: Game }): void => {
  const { action, timestamp, data } = message
  let games = sportsbooks.get(data.sportsbook)
  if (games === undefined) sportsbooks.set(data.sportsbook, games = new Map())
  if (action === "game_removed") {
    if (games.delete(data.game)) sendGame("game_closed", timestamp, data.sportsbook, data.game)
  } else if (action === "book_clear") {
    for (const game of games.keys()) sendGame("game_closed", timestamp, data.sportsbook, game)
    games.clear()
  } else {
    let game = games.get(data.game)
    if (game === undefined) {
      games.set(data.game, game = new Map())
      sendGame("game_opened", timestamp, data.sportsbook, data.game, data)
    }
    for (const name in data.outcomes) applyLine(game, data, timestamp, name)
    if (action === "line_update") return
    for (const [name, { outcome, odds, number }] of game) {
      if (name in data.outcomes) continue
      sendLine("line_closed", data, timestamp, { name, outcome, odds, number, previous: undefined })
      game.delete(name)
    }
  }
}

socket.on("message", (data) => {
  const value = JSON.parse(String(data)) as Parameters<typeof apply>[0] | ReadonlyArray<Parameters<typeof apply>[0]>
  for (const message of Array.isArray(value) ? value : [value]) {
    if (message.action === "socket_connected") socket.send('{"action":"subscribe","filters":{}}')
    else if (message.data !== undefined) apply(message)
  }
})
process.on("SIGTERM", () => process.exit(0))
