/**
 * Less than the bare loop, to see what each step costs: `node rung.mjs URL count` receives frames, `parse` parses them,
 * `map` also holds the last price of each line in nested Maps. Writes a line of 2 kB for the first message and for every
 * thousandth, so that a bench sees how far it is. Runs until SIGTERM.
 */
import { WebSocket } from "ws"

const [, , url, step] = process.argv
const socket = new WebSocket(url, { perMessageDeflate: false })
const sign = `{"sign":"${"x".repeat(2100)}"}\n`
const sportsbooks = new Map()
let received = 0

const numberOf = (text) => text === null || text === undefined || text === "" ? null : Number(text)

/** The maps that the differ holds, without its records. */
const hold = ({ action, data }) => {
  if (data === undefined) return
  let games = sportsbooks.get(data.sportsbook)
  if (games === undefined) sportsbooks.set(data.sportsbook, games = new Map())
  if (action === "game_removed") return void games.delete(data.game)
  if (action === "book_clear") return void games.clear()
  let game = games.get(data.game)
  if (game === undefined) games.set(data.game, game = new Map())
  for (const name in data.outcomes) {
    const outcome = data.outcomes[name]
    const number = numberOf(outcome.outcome_line)
    const odds = numberOf(outcome.odds)
    const previous = game.get(name)
    if (previous === undefined) game.set(name, { odds, number, outcome })
    else if (previous.odds !== odds || previous.number !== number || previous.outcome.link !== outcome.link) {
      Object.assign(previous, { odds, number, outcome })
    }
  }
  if (action === "line_update") return
  for (const name of game.keys()) if (!(name in data.outcomes)) game.delete(name)
}

const steps = {
  count: () => {},
  parse: (data) => void JSON.parse(String(data)),
  map: (data) => {
    const value = JSON.parse(String(data))
    for (const message of Array.isArray(value) ? value : [value]) hold(message)
  },
}
const take = steps[step]

socket.on("message", (data) => {
  if (received++ === 0) return void socket.send('{"action":"subscribe","filters":{}}')
  take(data)
  if (received % 1000 === 2) process.stdout.write(sign)
})
process.on("SIGTERM", () => process.exit(0))
