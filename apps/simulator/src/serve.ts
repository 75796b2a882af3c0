/** Running a simulator until a signal ends it. */
import {
  type Behaviour,
  makeSimulator,
  type ScopedSimulator,
  type SimulatorError,
  type SimulatorOptions,
} from "@boltodds/simulator"
import * as Effect from "effect/Effect"
import { type FaultName, faultOf } from "./faults.ts"

/** What to serve, beside what the simulator itself is told. */
export interface ServeSettings {
  readonly simulator: SimulatorOptions
  readonly faults: ReadonlyArray<FaultName>
  /** Cuts all connections this often; 0: never. */
  readonly cutEveryMillis: number
  /** Says nothing but errors. */
  readonly quiet: boolean
}

/** Where lines for a person go. */
export type Say = (line: string) => void

/** Serves until SIGINT or SIGTERM. Fails where it cannot start. */
export const serve = (
  settings: ServeSettings,
  say: Say,
): Effect.Effect<void, SimulatorError> =>
  Effect.scoped(Effect.gen(function* () {
    const tell = settings.quiet ? () => {} : say
    const simulator = yield* makeSimulator(settings.simulator)
    // First, so that it hears what a fault is deaf to.
    simulator.behave(visitors(tell))
    for (const name of settings.faults) simulator.behave(faultOf(name))
    for (const line of introduction(settings, simulator)) tell(line)
    if (settings.cutEveryMillis > 0) {
      const timer = setInterval(() => {
        tell("cutting all connections")
        simulator.disconnect("abort")
      }, settings.cutEveryMillis)
      yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(timer)))
    }
    yield* signal
  }))

/** Ends at the first SIGINT or SIGTERM. */
const signal: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const end = (): void => resume(Effect.void)
  process.once("SIGINT", end)
  process.once("SIGTERM", end)
  return Effect.sync(() => {
    process.off("SIGINT", end)
    process.off("SIGTERM", end)
  })
})

const introduction = (
  { simulator: { replay, rate = 100, key, world }, faults }: ServeSettings,
  { url, restUrl, host }: ScopedSimulator,
): ReadonlyArray<string> => {
  // A key that was set is not shown: people set real ones.
  const shown = key === undefined ? "any" : "YOUR_KEY"
  const what = replay === undefined
    ? `a made-up feed, seed ${world?.seed ?? 1}, ${rate} messages a second`
    : `${replay.file}, ${replay.speed === "max" ? "as fast as clients read" : `${replay.speed ?? 1} times its speed`}`
  return [
    `Serving ${what}${faults.length > 0 ? `, with ${faults.join(", ")}` : ""}`,
    `  WebSocket  ${url}?key=${shown}`,
    `  REST       ${restUrl}/get_info?key=${shown}`,
    `Try it in another terminal:`,
    `  BOLTODDS_URL=${url} BOLTODDS_API_KEY=${shown} npx boltodds-pipe`,
    ...(host === "127.0.0.1" || host === "::1" || host === "localhost"
      ? []
      : [`Reachable from other machines, without encryption.`]),
    `Ctrl-C ends it.`,
  ]
}

/** Tells who comes, what they ask for, and how much they got. */
const visitors = (tell: Say): Behaviour => ({
  name: "visitors",
  open: ({ id }) => {
    tell(`client ${id} connected`)
    return undefined
  },
  receive: ({ id }, text) => {
    // Names are short; anything longer is not for a log.
    tell(
      `client ${id} says ${text.length > 500 ? `${text.slice(0, 500)}…` : text}`,
    )
    return undefined
  },
  close: ({ id, dataFrames }) => tell(`client ${id} left after ${dataFrames} frames of data`),
})
