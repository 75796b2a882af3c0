/** What a scenario can do besides switching faults on. */
import type { FeedMessage } from "@boltodds/protocol"
import type { FaultHost } from "../faults/Behavior.ts"
import { closeCode, count, flag, type Parameter, time, words } from "../faults/Parameter.ts"
import { type Parameters, type Read, readValues, type Values } from "../faults/Values.ts"
import type { Simulator, SimulatorControls } from "../Simulator.ts"

/** What an action works on. */
export interface Stage {
  readonly simulator: SimulatorControls & Pick<Simulator, "restart">
  readonly host: FaultHost
  /** Switches off the faults that the scenario has switched on so far. */
  readonly stopFaults: () => void
}

/** An action of the list. */
export interface ScenarioAction {
  readonly name: string
  /** What it does, in a line. */
  readonly about: string
  readonly parameters: Parameters
  /** Reads what was said about it: what it then does, or what is wrong. */
  readonly read: (given: { readonly [name: string]: unknown }) =>
    | { readonly act: (stage: Stage) => void; readonly problems?: never }
    | { readonly act?: never; readonly problems: NonNullable<Read<Parameters>["problems"]> }
}

const action = <const P extends Parameters>(
  name: string,
  about: string,
  parameters: P,
  act: (stage: Stage, values: Values<P>) => void,
): ScenarioAction => ({
  name,
  about,
  parameters,
  read: (given) => {
    const { values, problems } = readValues(name, parameters, given)
    return problems === undefined ? { act: (stage) => act(stage, values) } : { problems }
  },
})

const messages: Parameter<ReadonlyArray<FeedMessage>> = {
  about: "a message of the feed, or several",
  otherwise: "needed",
  allowed: "an object with an action, or a list of such",
  read: (text) => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      // A frame that is not JSON is not a message.
      return undefined
    }
    const list: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    const are = list.length > 0 &&
      list.every((one) => typeof one === "object" && one !== null && "action" in one && typeof one.action === "string")
    // Messages that no feed would send are what a test may want to push.
    return are ? list as ReadonlyArray<FeedMessage> : undefined
  },
}

const rate: Parameter<number> = {
  about: "messages a second",
  otherwise: "100",
  allowed: "a number from 0 to 50000",
  read: (text) => /^\d+(?:\.\d+)?$/.test(text) && Number(text) <= 50_000 ? Number(text) : undefined,
}

const anyBook = words("at which book", "one of those that have games")

/** Every action, in the order that lists show them. */
export const actions: ReadonlyArray<ScenarioAction> = [
  action("remove-game", "A book takes a game down; it comes back as the world goes on.", {
    sportsbook: anyBook,
    game: words("the game's key", "one of the book's"),
  }, ({ simulator, host }, { sportsbook, game }) => {
    const games = simulator.snapshot(sportsbook === undefined ? {} : { sportsbooks: [sportsbook] })
      .filter(({ data }) => game === undefined || data.game === game)
    if (games.length === 0) return
    const { data } = host.random().pick(games)
    simulator.remove(data.sportsbook, data.game)
  }),
  action("clear-book", "A book takes all its games down, with a book_clear.", { sportsbook: anyBook }, (
    { simulator, host },
    { sportsbook },
  ) => {
    const books = sportsbook === undefined ? host.sportsbooks() : [sportsbook]
    if (books.length > 0) simulator.clear(host.random().pick(books))
  }),
  action("clear-sport", "A book takes all its games of a sport down, with a sport_clear.", {
    sportsbook: anyBook,
    sport: words("which sport", "one of the book's"),
  }, ({ simulator, host }, { sportsbook, sport }) => {
    const books = sportsbook === undefined ? host.sportsbooks() : [sportsbook]
    if (books.length === 0) return
    const book = host.random().pick(books)
    const sports = sport === undefined ? host.sports(book) : [sport]
    if (sports.length > 0) simulator.clear(book, host.random().pick(sports))
  }),
  action("spoil", "Sends a line update in which one price cannot be read.", {
    odds: words("what the price is", "1.91"),
  }, ({ host }, { odds }) => void host.spoil(odds ?? "1.91")),
  action("push", "Sends messages as they stand, to all clients.", {
    messages,
    track: flag("whether the server's own book takes them in", "yes"),
  }, ({ simulator }, { messages: given, track }) => simulator.push(given ?? [], { track: track ?? true })),
  action("push-frame", "Sends a frame as it stands, to all clients.", {
    frame: words("its text", "empty"),
  }, ({ simulator }, { frame }) => simulator.pushFrame(frame ?? "")),
  action(
    "disconnect",
    "Ends all connections: with a code cleanly, without one by cutting them.",
    {
      code: closeCode("the close code", "the TCP connections are cut"),
      reason: words("the close reason", "none"),
    },
    ({ simulator }, { code, reason }) =>
      simulator.disconnect(code === undefined ? "abort" : { code, ...(reason === undefined ? {} : { reason }) }),
  ),
  action("restart", "Cuts all connections, goes away, and comes back; with a seed to another world.", {
    seed: count("of the world that it comes back with", "the same world", 0),
    down: time("how long dials are reset", "0s"),
    missed: count("messages that happen unseen meanwhile", "0", 0),
  }, ({ host }, { seed, down, missed }) =>
    host.restart({
      ...(seed === undefined ? {} : { world: { seed } }),
      ...(down === undefined ? {} : { downMillis: down }),
      ...(missed === undefined ? {} : { missedMessages: missed }),
    })),
  action("step", "Lets the world run for so many messages, at once.", {
    messages: count("how many", "1"),
  }, ({ simulator }, { messages: many }) => void simulator.step(many ?? 1)),
  action(
    "rate",
    "From now on so many messages a second.",
    { rate },
    ({ simulator }, { rate: perSecond }) => simulator.setRate(perSecond ?? 100),
  ),
  action("pause", "The world stands still.", {}, ({ simulator }) => simulator.pause()),
  action("resume", "The world goes on.", {}, ({ simulator }) => simulator.resume()),
  action("ping", "Sends a ping of the feed.", {}, ({ simulator }) => simulator.ping()),
  action(
    "stop-faults",
    "Switches off all faults of this scenario that are still on.",
    {},
    (stage) => stage.stopFaults(),
  ),
]
