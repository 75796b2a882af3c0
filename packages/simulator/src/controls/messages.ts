/** Messages that a test sends on request. */
import { type ConnectionTarget, type GameAt, latest, Subscription, toBytes } from "@boltodds/feed-server"
import type { FeedMessage, Outcome } from "@boltodds/protocol"
import type { Simulation } from "../Simulation.ts"
import type { PushFrameOptions, PushOptions } from "../Simulator.ts"
import { SimulatorError } from "../SimulatorError.ts"

/** See `Simulator.publish`. */
export const publish = (simulation: Simulation, messages: ReadonlyArray<FeedMessage>): void => {
  for (const message of messages) simulation.book.apply(message)
  simulation.server.send(messages.map((message) => ({ message, text: undefined })))
}

/** See `Simulator.push`. */
export const push = (simulation: Simulation, messages: ReadonlyArray<FeedMessage>, options: PushOptions): void => {
  if (options.track !== false) { for (const message of messages) simulation.ownBook.apply(message) }
  const texts = messages.map((message) => JSON.stringify(message))
  const frames = options.as === "objects" ? texts : [`[${texts.join(",")}]`]
  const binary = simulation.options.binary === true
  simulation.server.push(binary ? frames.map(toBytes) : frames, messages.length, options)
}

/** See `Simulator.pushFrame`. */
export const pushFrame = (simulation: Simulation, frame: string | Uint8Array, options: PushFrameOptions): void => {
  if (options.track === true) simulation.book.applyFrame(frame)
  simulation.server.push([frame], 0, options)
}

/** See `Simulator.resend`. */
export const resend = (simulation: Simulation, game: GameAt, target: ConnectionTarget): void => {
  const { server } = simulation
  const entry = simulation.book.entry(game.sportsbook, game.game)
  const stamp = latest(simulation.now())
  const { sport, sportsbook, game: key } = game
  const message: FeedMessage = entry === undefined
    ? { timestamp: stamp, action: "game_removed", data: { sport, sportsbook, game: key, info: {}, outcomes: {} } }
    : {
      timestamp: stamp,
      action: "game_update",
      data: { ...entry.data, outcomes: Object.fromEntries(entry.outcomes) },
    }
  for (const client of server.targets(target)) client.resend(message)
  server.changed()
}

/** See `Simulator.spoil`. */
export const spoil = (simulation: Simulation, odds: unknown): string => {
  const games = simulation.book.snapshot(new Subscription({}))
    .filter(({ data }) => Object.keys(data.outcomes).length > 1)
  if (games.length === 0) throw new SimulatorError("options", "Cannot spoil an outcome: no game has two of them")
  const { data } = games[simulation.spoiled++ % games.length]!
  const outcomes = Object.entries(data.outcomes).slice(0, 8)
  const [key, outcome] = outcomes[Math.floor(outcomes.length / 2)]!
  // Odds of a type that the feed has not sent yet are allowed: that is what this is for.
  const unreadable = { ...outcome, odds } as Outcome
  publish(simulation, [{
    timestamp: latest(simulation.now()),
    action: "line_update",
    data: { ...data, outcomes: { ...Object.fromEntries(outcomes), [key]: unreadable } },
  }])
  return `${data.sportsbook}|${data.game}|${key}`
}
