/** Runs a simulator until a signal ends it. */
import {
  type Behavior,
  type ScenarioStep,
  type Simulator,
  SimulatorError,
  type SimulatorOptions,
  startSimulator,
} from "@boltodds/simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ExitCode, Failure } from "../../process/ExitCode.ts"
import { type LoadedScenario, loadScenario } from "./loadScenario.ts"

/** What to serve: the options of the simulator, and what happens to it. */
export interface ServeSettings {
  readonly simulator: SimulatorOptions
  /** As they were written. */
  readonly faults: ReadonlyArray<string>
  /** What they mean. */
  readonly behaviors: ReadonlyArray<Behavior>
  /** The file of a scenario to play, from the start on. */
  readonly scenario: string | undefined
}

/** Where lines for a person go. */
export type Say = (line: string) => void

/** Serves until SIGINT or SIGTERM. Fails where it cannot start, or where its scenario cannot go on. */
export const serve = (
  settings: ServeSettings,
  tell: Say,
): Effect.Effect<void, SimulatorError | Failure> =>
  Effect.scoped(Effect.gen(function* () {
    const file = settings.scenario
    const scenario = file === undefined ? undefined : yield* attempt(() => loadScenario(file))
    const simulator = yield* Effect.acquireRelease(
      attempt(() =>
        startSimulator({ ...settings.simulator, onRefused: (why) => tell(`refused with HTTP 403: ${why}`) })
      ),
      (running) => Effect.promise(() => running.stop()),
    )
    // First: it also logs texts that a fault ignores.
    simulator.behave(visitors(tell))
    yield* attempt(() => Promise.resolve(settings.behaviors.forEach((fault) => simulator.behave(fault))))
    // Before anyone can read that it serves, and send one.
    const listening = yield* Effect.forkScoped(signal, { startImmediately: true })
    for (const line of introduction(settings, scenario, simulator)) tell(line)
    const signalled = Fiber.join(listening)
    yield* scenario === undefined ? signalled : Effect.raceFirst(signalled, played(scenario, simulator, tell))
    const struck = Object.entries(simulator.stats().struck).map(([name, times]) => `${name} ${times}`)
    if (struck.length > 0) tell(`Faults that occurred: ${struck.join(", ")}`)
  }))

/** Turns expected errors into failures that are shown to the user. Anything else is a bug, and stays a defect. */
const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, SimulatorError | Failure> =>
  Effect.suspend(() => Effect.tryPromise({ try: async () => run(), catch: (error) => error })).pipe(
    Effect.catch((error) =>
      error instanceof SimulatorError || error instanceof Failure ? Effect.fail(error) : Effect.die(error)
    ),
  )

/** Plays the scenario, and goes on serving when it is over. */
const played = (scenario: LoadedScenario, simulator: Simulator, tell: Say): Effect.Effect<never, Failure> =>
  Effect.tryPromise({
    try: (signal) => scenario.play(simulator, { signal, tell: (step) => tell(`scenario: ${described(step)}`) }),
    catch: (error) =>
      new Failure(
        ExitCode.badConfiguration,
        `The scenario ${scenario.file} failed: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      ),
  }).pipe(
    Effect.tap(() => Effect.sync(() => tell("scenario: over"))),
    Effect.andThen(Effect.never),
  )

const described = ({ name, given }: ScenarioStep): string =>
  [
    name,
    ...Object.entries(given).map(([parameter, value]) =>
      `${parameter}=${typeof value === "string" ? value : JSON.stringify(value)}`
    ),
  ].join(" ")

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
  scenario: LoadedScenario | undefined,
  { url, restUrl, host }: Simulator,
): ReadonlyArray<string> => {
  // A key that was set is not shown: people set real ones.
  const shown = key === undefined ? "any" : "YOUR_KEY"
  const what = replay === undefined
    ? `a simulated feed, seed ${world?.seed ?? 1}, ${rate} messages a second`
    : `${replay.file}, ${replay.speed === "max" ? "as fast as clients read" : `${replay.speed ?? 1} times its speed`}`
  return [
    `Serving ${what}${faults.length > 0 ? `, with ${faults.join(", ")}` : ""}`,
    ...(scenario === undefined
      ? []
      : [`Playing ${scenario.file}${scenario.about === undefined ? "" : `: ${scenario.about}`}`]),
    `WebSocket ${url}?key=${shown}`,
    `REST ${restUrl}/get_info?key=${shown}`,
    `Try it in another terminal: BOLTODDS_URL=${url} BOLTODDS_API_KEY=${shown} npx boltodds-pipe`,
    ...(host === "127.0.0.1" || host === "::1" || host === "localhost"
      ? []
      : [`Reachable from other machines, without encryption.`]),
    `Ctrl-C ends it.`,
  ]
}

/** Logs each connection, its filters, and how much it received. */
const visitors = (tell: Say): Behavior => ({
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
