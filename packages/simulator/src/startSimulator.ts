/** The simulator for programs on promises. */
import type { FeedMessage, Outcome } from "@boltodds/protocol"
import { blast } from "./blast.ts"
import { composeFrames, frameForm, toBytes } from "./Frames.ts"
import type { SimulatorOptions } from "./Options.ts"
import { Server } from "./Server.ts"
import type { PushFrameOptions, PushOptions, RestartOptions, Simulator } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { Subscription } from "./Subscription.ts"

/**
 * Starts a simulator; it runs until it is stopped.
 *
 * Rejects with {@link SimulatorError}: the address cannot be had, the recording cannot be read, or an option has a
 * value that cannot be.
 *
 * @example
 * ```ts
 * import { startSimulator } from "@boltodds/simulator"
 *
 * const simulator = await startSimulator({ rate: 1000 })
 * const socket = new WebSocket(`${simulator.url}?key=${simulator.key}`)
 * await simulator.waitFor((stats) => stats.open === 1)
 * socket.close()
 * await simulator.stop()
 * ```
 */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  checkOptions(options)
  const server = new Server(options)
  await server.open()
  return handleOf(server)
}

/** What cannot be is said before anything is started. */
const checkOptions = ({ rate, replay, messagesPerFrame }: SimulatorOptions): void => {
  if (rate !== undefined && !(rate >= 0 && rate <= 50_000)) {
    throw wrong(`Cannot simulate as rate must be from 0 to 50000 messages a second: current value is ${rate}`)
  }
  if (replay?.speed !== undefined && replay.speed !== "max" && !(replay.speed > 0)) {
    throw wrong(`Cannot replay as speed must be above 0, or "max": current value is ${replay.speed}`)
  }
  if (messagesPerFrame !== undefined && !(Number.isInteger(messagesPerFrame) && messagesPerFrame >= 1)) {
    throw wrong(`Cannot simulate as messagesPerFrame must be a whole number from 1: it is ${messagesPerFrame}`)
  }
}

const wrong = (message: string): SimulatorError => new SimulatorError("options", message)

const handleOf = (server: Server): Simulator => {
  const { host = "127.0.0.1" } = server.options
  const { port } = server
  // An IPv6 address stands in brackets within a URL (RFC 3986, section 3.2.2).
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`
  return {
    host,
    port,
    url: `ws://${authority}/api`,
    restUrl: `http://${authority}/api`,
    key: server.door.key,
    stats: () => server.snapshotStats(),
    connections: () => server.clients.map((client) => client.id),
    pause: () => {
      server.generator?.pause()
      server.replay?.pause()
    },
    resume: () => {
      server.generator?.resume()
      server.replay?.resume()
    },
    setRate: (rate) => {
      checkOptions({ rate })
      server.generator?.setRate(rate)
    },
    step: (messages) => server.generate(messages),
    book: (filters) => server.book.priced(filters === undefined ? undefined : new Subscription(filters)),
    snapshot: (filters) => server.book.snapshot(new Subscription(filters ?? {})),
    publish: (messages) => publish(server, messages),
    spoil: (odds) => spoil(server, odds === undefined ? "1.91" : odds),
    push: (messages, options) => push(server, messages, options ?? {}),
    pushFrame: (frame, options) => pushFrame(server, frame, options ?? {}),
    ping: (target) => server.ping(target ?? {}),
    disconnect: (how, target) => server.disconnect(how, target ?? {}),
    behave: (behaviour) => server.behave(behaviour),
    pregenerate: (messages) =>
      composeFrames(
        server.run(messages).map(({ text }) => text),
        frameForm(server.host, false),
        server.host,
      ),
    drained: () =>
      server.waiters.until(() => server.clients.every((client) => client.isDrained || client.muted || !client.isOpen)),
    waitFor: async (condition) => {
      let stats = server.snapshotStats()
      await server.waiters.until(() => condition(stats = server.snapshotStats()))
      return stats
    },
    blast: (frames, options) => blast(server, frames, options ?? {}),
    restart: (options) => restart(server, options ?? {}),
    stop: () => server.stop(),
  }
}

const publish = (server: Server, messages: ReadonlyArray<FeedMessage>): void => {
  for (const message of messages) server.book.apply(message)
  server.tell(messages.map((message) => ({ message, text: undefined })))
}

const spoil = (server: Server, odds: unknown): string => {
  const games = server.book.snapshot(new Subscription({})).filter(({ data }) => Object.keys(data.outcomes).length > 1)
  if (games.length === 0) throw new SimulatorError("options", "Cannot spoil an outcome: no game has two of them")
  const { data } = games[server.stats.spoiled++ % games.length]!
  const outcomes = Object.entries(data.outcomes).slice(0, 8)
  const [key, outcome] = outcomes[Math.floor(outcomes.length / 2)]!
  // Odds of a type that the feed has not sent yet are the point.
  const unreadable = { ...outcome, odds } as Outcome
  const timestamp = new Date().toISOString().replace("Z", "000+00:00")
  publish(server, [{
    timestamp,
    action: "line_update",
    data: { ...data, outcomes: { ...Object.fromEntries(outcomes), [key]: unreadable } },
  }])
  return `${data.sportsbook}|${data.game}|${key}`
}

const push = (server: Server, messages: ReadonlyArray<FeedMessage>, options: PushOptions): void => {
  if (options.track !== false) { for (const message of messages) server.ownBook.apply(message) }
  const texts = messages.map((message) => JSON.stringify(message))
  const frames = options.as === "objects" ? texts : [`[${texts.join(",")}]`]
  for (const client of server.targets(options)) {
    server.stats.messagesSent += messages.length
    for (const frame of frames) client.frame("pushed", server.host.binary === true ? toBytes(frame) : frame)
  }
  server.waiters.check()
}

const pushFrame = (server: Server, frame: string | Uint8Array, options: PushFrameOptions): void => {
  if (options.track === true) server.book.applyFrame(frame)
  for (const client of server.targets(options)) client.frame("pushed", frame)
  server.waiters.check()
}

const restart = async (server: Server, options: RestartOptions): Promise<void> => {
  server.away = true
  for (const client of server.clients) client.live = false
  server.disconnect(options.how ?? "abort", {})
  if (options.missedMessages !== undefined) server.run(options.missedMessages)
  if (options.downMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, options.downMillis))
  server.away = false
}
