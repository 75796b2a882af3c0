/** A running simulator, as a program or a test uses it. */
import type { ConnectionTarget, DisconnectHow, GameAt, ServerStats } from "@boltodds/feed-server"
import type { FeedMessage, Filters, InitialState } from "@boltodds/protocol"
import type { RestartOptions } from "./Options.ts"
import type { Behavior } from "./faults/Behavior.ts"

/** What happened so far. The lists hold the latest 10,000 entries; the counts include all. */
export interface SimulatorStats extends ServerStats {
  /** How often each fault occurred, by its name. */
  readonly struck: { readonly [fault: string]: number }
}

/** How messages are pushed. */
export interface PushOptions extends ConnectionTarget {
  /** `array`: all in one frame · `objects`: each in its own. @default "array" */
  readonly as?: "array" | "objects" | undefined
  /** Whether the server's own book takes them in. @default true */
  readonly track?: boolean | undefined
}

/** How a frame is pushed. */
export interface PushFrameOptions extends ConnectionTarget {
  /** Whether the server's own book takes in what can be read of it. @default false */
  readonly track?: boolean | undefined
}

/** How frames are sent by `flood`. */
export interface FloodOptions extends ConnectionTarget {
  /** How the end is signalled. @default "ping" */
  readonly end?: "ping" | "close" | "none" | undefined
}

/** What a flood came to, up to the last byte in the kernel's hands. */
export interface FloodResult {
  readonly frames: number
  readonly bytes: number
  readonly millis: number
}

/** What a simulator can do without waiting. */
export interface SimulatorControls {
  readonly host: string
  readonly port: number
  /** `ws://host:port/api`, to which the client adds `?key=`. */
  readonly url: string
  /** `http://host:port/api`, above `/get_info` and the others. */
  readonly restUrl: string
  /** A key that is accepted. */
  readonly key: string
  readonly stats: () => SimulatorStats
  /** Ids of the open connections, oldest first. */
  readonly connections: () => ReadonlyArray<number>
  /** Stops the world, or a replay on its timeline, where it is. What is queued still goes out. */
  readonly pause: () => void
  readonly resume: () => void
  /** Messages a second from now on. */
  readonly setRate: (messagesPerSecond: number) => void
  /** Lets the world run for at least so many messages, at once, as if their time had come. Gives how many. */
  readonly step: (messages: number) => number
  /**
   * What a client with these filters must hold once it has received everything: `"sportsbook|game|outcome key"` to the
   * odds as sent; suspended and unreadable ones are left out. With a replay per connection: at its end.
   */
  readonly book: (filters?: Filters) => Record<string, string>
  /** Every game at every sportsbook as the server would send it now, within these filters: the snapshot of a new client. */
  readonly snapshot: (filters?: Filters) => ReadonlyArray<InitialState>
  /** Says these messages as if they had happened: the book takes them in, and each subscribed client gets its part. */
  readonly publish: (messages: ReadonlyArray<FeedMessage>) => void
  /**
   * Publishes a line update of a game in which one outcome among others has odds that are not American; the odds of
   * the others stand as they are. The next call takes another game. Gives the line that no client may show a price of
   * now: `"sportsbook|game|outcome key"`.
   */
  readonly spoil: (odds?: unknown) => string
  /**
   * A sportsbook takes down all its games, or those of one sport, and says so with a clear; the world puts them up again
   * later. Fails where a recording is replayed.
   */
  readonly clear: (sportsbook: string, sport?: string) => void
  /** A sportsbook takes down a game, and puts it up again later. Fails where a recording is replayed. */
  readonly remove: (sportsbook: string, game: string) => void
  /**
   * Sends the state of a game at a sportsbook again: all of it as a `game_update`, or a `game_removed` if the book does
   * not have it. Use it after a fault has withheld a change from a client.
   */
  readonly resend: (game: GameAt, target?: ConnectionTarget) => void
  /** Sends exactly these messages, filters or not. */
  readonly push: (messages: ReadonlyArray<FeedMessage>, options?: PushOptions) => void
  /** Sends exactly this frame. */
  readonly pushFrame: (frame: string | Uint8Array, options?: PushFrameOptions) => void
  /** Sends a ping now: a mark in the stream. */
  readonly ping: (target?: ConnectionTarget) => void
  /** Ends connections. */
  readonly disconnect: (how: DisconnectHow, target?: ConnectionTarget) => void
  /**
   * Switches a behavior on; gives what switches it off. Fails where it needs the made-up world and a recording is
   * replayed.
   */
  readonly behave: (behavior: Behavior) => () => void
  /**
   * Switches on what a text names, like `mute after=10s for=60s, garbage share=0.1`; gives what switches all of it off.
   * Fails with `SimulatorError`, which says what is wrong with the text; see `parseFaults`.
   */
  readonly inject: (faults: string) => () => void
  /** Frames of so many messages from the world, for `flood`; its book takes them in, nobody is sent them. */
  readonly pregenerate: (messages: number) => ReadonlyArray<string>
}

/** A running simulator, with promises for what takes time. */
export interface Simulator extends SimulatorControls {
  /**
   * Resolves when all that was to be sent is in the kernel's hands; what waits for muted clients does not count. Pause
   * the world first, or it may never be.
   */
  readonly drained: () => Promise<void>
  /** Resolves when the condition holds of the stats; asks again whenever they change. */
  readonly waitFor: (condition: (stats: SimulatorStats) => boolean) => Promise<SimulatorStats>
  /** Sends frames made before as fast as sockets take them, to all subscribed clients. */
  readonly flood: (frames: ReadonlyArray<string | Uint8Array>, options?: FloodOptions) => Promise<FloodResult>
  /** Cuts all connections, goes away, and is back with a changed world. */
  readonly restart: (options?: RestartOptions) => Promise<void>
  /** Cuts all connections and frees the port. */
  readonly stop: () => Promise<void>
}
