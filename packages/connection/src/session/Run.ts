/** One running of a session: its parts, and its end. */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { BackoffJournal } from "./BackoffJournal.ts"
import type { BackoffMemory } from "./BackoffMemory.ts"
import { Dialer, type DialerOptions } from "./Dialer.ts"
import type { EventQueue } from "./EventQueue.ts"
import { EventWriter } from "./EventWriter.ts"
import type { SessionError } from "./SessionError.ts"
import { Ticker, type TickerOptions } from "./Ticker.ts"
import { Timeline } from "./Timeline.ts"

/** What a run is made of. */
export interface RunConfig extends DialerOptions, TickerOptions {
  /** The session's name in its events. */
  readonly name: string
  readonly queue: EventQueue<SessionError>
  readonly memory: BackoffMemory | undefined
}

/** A run that was started. */
export interface Run {
  /** Sends the filters again if they have changed and a connection is up. */
  readonly resubscribe: Effect.Effect<void>
  /** Ends the connection to get a new snapshot, if it has brought data and is of this epoch. */
  readonly resync: (reason: string, epoch: number | undefined) => Effect.Effect<void>
  /** Ends the connection with `shutdown`, then the events. */
  readonly close: Effect.Effect<void>
}

/** Starts a run: forks its dialer and its ticker into the scope. */
export const startRun = (config: RunConfig): Effect.Effect<Run, never, Scope> =>
  Effect.gen(function* () {
    const { queue } = config
    const writer = new EventWriter(config.name, queue, new Timeline(config.clock))
    const journal = new BackoffJournal(config.memory, config.clock)
    const ticker = new Ticker(config, writer, journal)
    /** Completed to end the run from outside: cleanly, or with what `onFrame` threw. */
    const shutdown = yield* Deferred.make<void>()
    const onDefect = (defect: unknown): void => {
      Deferred.doneUnsafe(shutdown, Effect.die(defect))
    }
    const dialer = new Dialer(config, { writer, journal, ticker, onDefect })

    const ended = Effect.raceFirst(Deferred.await(shutdown), Effect.raceFirst(dialer.run, ticker.run))
    yield* Effect.forkScoped(Effect.onExit(ended, (exit) =>
      Effect.suspend(() => {
        config.onStatus({ _tag: "Closed" })
        queue.end(exit._tag === "Success" ? Cause.done() : Effect.failCause(exit.cause))
        // After a defect the process is likely to end and to be started again: the back-off stays.
        return exit._tag === "Success" || Cause.hasInterrupts(exit.cause) ? journal.end : Effect.void
      })))

    return {
      resubscribe: Effect.suspend(() => ticker.connection?.subscribe ?? Effect.void),
      resync: (reason, epoch) =>
        Effect.sync(() => {
          ticker.checkClocks()
          const { connection } = ticker
          if (connection?.data.liveAt === undefined || (epoch !== undefined && epoch !== writer.epoch)) return
          connection.resync(reason)
        }),
      close: Effect.asVoid(Deferred.succeed(shutdown, undefined)),
    }
  })
