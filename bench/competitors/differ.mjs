/**
 * What a good engineer writes by hand in an hour to get changes: parse, one nested Map, compare, `JSON.stringify`. It
 * writes the records that `--emit changes` writes, with the same fields. It has no gaps, no bounds, no checks of values,
 * and no promises. `node differ.mjs URL` runs until SIGTERM.
 */
import { WebSocket } from "ws"

const socket = new WebSocket(process.argv[2], { perMessageDeflate: false })
const sportsbooks = new Map()
const run = "01K0000000000000000000000A"
let seq = 0
let lines = []

const write = () => {
  process.stdout.write(lines.join(""))
  lines = []
}

const send = (record) => {
  if (lines.length === 0) setImmediate(write)
  lines.push(JSON.stringify(record) + "\n")
}

const numberOf = (text) => text === null || text === undefined || text === "" ? null : Number(text)

const sendGame = (change, sent, sportsbook, game, data) =>
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

const sendLine = (change, data, sent, { name, outcome, odds, number, previous }) =>
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

const applyLine = (game, data, sent, name) => {
  const outcome = data.outcomes[name]
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

const apply = (message) => {
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
  const value = JSON.parse(String(data))
  for (const message of Array.isArray(value) ? value : [value]) {
    if (message.action === "socket_connected") socket.send('{"action":"subscribe","filters":{}}')
    else if (message.data !== undefined) apply(message)
  }
})
process.on("SIGTERM", () => process.exit(0))
