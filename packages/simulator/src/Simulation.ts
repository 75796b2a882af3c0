/** What a simulator serves, and the server that it is served by. */
import {
  type BatchItem,
  FeedBook,
  FeedServer,
  GameListing,
  ListenError,
  type ServedFeed,
  type ServerClient,
  type Subscription,
} from "@boltodds/feed-server"
import { Behaviors } from "./controls/Behaviors.ts"
import type { SimulatorOptions } from "./Options.ts"
import { TraceReplay } from "./replay/TraceReplay.ts"
import type { SimulatorStats } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { Generator } from "./world/Generator.ts"
import { idleSports } from "./world/Leagues.ts"
import type { OfferEvent } from "./world/Offer.ts"
import { World } from "./world/World.ts"
import type { WorldOptions } from "./world/WorldOptions.ts"

/** A generated world or a replayed file, its book, its server and the behaviors that are on. */
export class Simulation implements ServedFeed {
  readonly options: SimulatorOptions
  readonly server: FeedServer
  readonly behaviors = new Behaviors()
  /** Called when the simulation stops. */
  readonly endings = new Set<() => void>()
  /** What clients of the world hold; a replay has a book of its own. */
  readonly ownBook = new FeedBook()
  readonly now: () => number
  world: World | undefined
  generator: Generator | undefined
  replay: TraceReplay | undefined
  /** Where the next spoiled outcome is taken from. */
  spoiled = 0
  #stopped = false

  /** Throws {@link SimulatorError}. */
  constructor(options: SimulatorOptions) {
    this.options = options
    this.now = options.now ?? Date.now
    this.server = withOptionErrors(() => new FeedServer(options, this, this.behaviors))
  }

  /** Rejects with {@link SimulatorError}. */
  async open(): Promise<void> {
    const { server, options: { replay, rate } } = this
    if (replay === undefined) this.settle(this.makeWorld({}))
    else {
      this.replay = await TraceReplay.open(replay, {
        frames: this.options,
        room: (clients) => server.until(() => clients().every((client) => client.isReady || !client.isOpen)),
        liveClients: () => server.live(),
        failed: (error) => this.#failed(error),
      })
    }
    try {
      await server.open()
    } catch (error) {
      throw error instanceof ListenError ? new SimulatorError("address", error.message, error.cause) : error
    }
    if (this.world === undefined) return
    this.generator = new Generator({
      generate: (messages) => this.generate(messages),
      congested: () => server.isCongested,
    }, rate ?? 100)
    this.generator.start()
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.generator?.stop()
    this.replay?.stop()
    for (const end of this.endings) end()
    await this.server.stop()
  }

  stats(): SimulatorStats {
    return { ...this.server.stats(), struck: this.behaviors.struck() }
  }

  // What the server asks for

  readonly catalog = (): GameListing => {
    if (this.replay !== undefined) return this.replay.catalog
    const world = this.world!
    return GameListing.of(this.ownBook, [...world.sports, ...idleSports], world.sportsbooks)
  }

  subscribed(client: ServerClient, subscription: Subscription): void {
    if (this.replay === undefined) client.begin(subscription, this.ownBook)
    else this.replay.begin(client, subscription)
  }

  closed(client: ServerClient): void {
    this.replay?.end(client)
  }

  flushed(): void {
    this.generator?.relieved()
  }

  // The world

  get book(): FeedBook {
    return this.replay?.book ?? this.ownBook
  }

  /** Where the random numbers of faults begin. */
  get faultSeed(): number {
    return this.options.faultSeed ?? this.options.world?.seed ?? 1
  }

  /** A world of these options over those that the simulator was started with. Throws {@link SimulatorError}. */
  makeWorld(options: WorldOptions): World {
    return withOptionErrors(() => new World({ now: this.now(), ...this.options.world, ...options }))
  }

  /** From now on the odds are those of this world. */
  settle(world: World): void {
    this.world = world
    this.ownBook.clear()
    for (const message of world.initial(this.now())) this.ownBook.apply(message)
  }

  /** Lets the world run for at least so many messages without sending them. */
  run(messages: number): ReadonlyArray<OfferEvent> {
    const { world } = this
    if (world === undefined) {
      throw new SimulatorError("options", "Cannot generate messages while a recording is replayed")
    }
    const now = this.now()
    const happened: Array<OfferEvent> = []
    while (happened.length < messages) {
      for (const event of world.tell(now)) {
        this.ownBook.apply(event.message)
        happened.push(event)
      }
    }
    return happened
  }

  /** Lets the world run for at least so many messages and sends them; returns how many they were. */
  generate(messages: number): number {
    const happened = this.run(messages)
    this.server.send(happened)
    return happened.length
  }

  /** A sportsbook takes down its games, or those of one sport. */
  clear(sportsbook: string, sport: string | undefined): void {
    this.#happen(this.#livingWorld().clear(sportsbook, sport, this.now()))
  }

  /** A sportsbook takes down a game. */
  remove(sportsbook: string, game: string): void {
    this.#happen(this.#livingWorld().remove(sportsbook, game, this.now()))
  }

  #livingWorld(): World {
    if (this.world !== undefined) return this.world
    throw new SimulatorError("options", "Cannot take games down while a recording is replayed")
  }

  #happen(happened: ReadonlyArray<BatchItem & OfferEvent>): void {
    for (const { message } of happened) this.ownBook.apply(message)
    this.server.send(happened)
  }

  /** The recording was readable at the start: clients are closed rather than left waiting for the rest of it. */
  #failed(error: unknown): void {
    if (this.#stopped) return
    const reason = error instanceof SimulatorError ? "the recording can no longer be read" : "the simulator failed"
    this.server.disconnect({ code: 1011, reason }, {})
  }
}

/** An option that is not allowed is the caller's mistake, whichever part finds it. */
const withOptionErrors = <A>(make: () => A): A => {
  try {
    return make()
  } catch (cause) {
    throw new SimulatorError("options", cause instanceof Error ? cause.message : String(cause), cause)
  }
}
