/** The source `simulator`: a simulated feed inside this process. */
import { type OptionProblem, PositiveDuration, type SourcePlugin, sourcePlugin } from "@boltodds/config"
import { keyOf, Limiter, makeLimiter, parseFeedUrl, type Status, UrlRefused } from "@boltodds/connection"
import { isDate, parseFaults, type Simulator, SimulatorError, startSimulator } from "@boltodds/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { openSession } from "../feed/openSession.ts"
import {
  filterFields,
  filterNames,
  type FilterOptions,
  filtersIn,
  ignoreFields,
  type IgnoreOptions,
  ignoring,
  limitFields,
  type LimitOptions,
} from "../options/sourceOptions.ts"
import type { PartsHost } from "../PartsHost.ts"

/** Options of the simulated feed. */
export interface SimulatorSourceOptions extends FilterOptions, IgnoreOptions, LimitOptions {
  readonly seed?: number
  readonly date?: string
  readonly time_speed?: number
  readonly rate?: number
  readonly cut_after?: Duration.Duration
  readonly faults?: string
}

/** The schema of {@link SimulatorSourceOptions}. */
export const SimulatorSourceOptions: Schema.Decoder<SimulatorSourceOptions> = Schema.Struct({
  ...filterFields,
  ...ignoreFields,
  ...limitFields,
  seed: Schema.optionalKey(Schema.Int.annotate({ description: "The seed of the simulated world. Default 1." })),
  date: Schema.optionalKey(Schema.String.annotate({
    description: "The day of all games in US Eastern time, as in `2026-07-16`; no game starts or ends. " +
      "Default: games start around now, run and end.",
  })),
  time_speed: Schema.optionalKey(
    Schema.Number.check(
      Schema.isGreaterThan(0, { expected: "a number above 0 and at most 100000" }),
      Schema.isLessThanOrEqualTo(100_000, { expected: "a number above 0 and at most 100000" }),
    ).annotate({
      description: "How much faster than real time games start, run and end; timestamps stay real. Default 1.",
    }),
  ),
  rate: Schema.optionalKey(
    Schema.Number.check(Schema.isBetween({ minimum: 1, maximum: 50_000 }, { expected: "a number from 1 to 50000" }))
      .annotate({ description: "Messages per second. Default 20." }),
  ),
  cut_after: Schema.optionalKey(PositiveDuration.annotate({
    description: "Cut the connection once, this long after the first data. Default: never.",
  })),
  faults: Schema.optionalKey(Schema.String.annotate({
    description: "Faults to inject, as for `boltodds-pipe simulate --faults`. Default: none.",
  })),
})

/** A world small enough to follow by eye. */
const world = {
  games: 6,
  players: 1,
  sportsbooks: ["draftkings", "fanduel", "kalshi"],
  sports: ["NBA", "MLB", "EPL"],
}

/** Long enough for a local server; the feed itself gets ten seconds. */
const settleMillis = 2000

/** A simulated feed, on a port of this machine only. */
export const simulatorSource = (host: PartsHost): SourcePlugin<SimulatorSourceOptions> =>
  sourcePlugin({
    kind: "source",
    name: "simulator",
    about: "A simulated feed inside this process: no key, no network.",
    config: SimulatorSourceOptions,
    live: filterNames,
    problems: ({ faults, date }) => [...faultProblems(faults), ...dateProblems(date)],
    make: (options, { log }) =>
      Effect.gen(function* () {
        const { seed = 1, rate = 20, date, time_speed: timeSpeed, cut_after, faults } = options
        const simulator = yield* Effect.acquireRelease(
          Effect.tryPromise({
            try: () => startSimulator({ rate, world: { ...world, ...host.world, seed, date, timeSpeed } }),
            catch: (cause) => cause,
          }),
          (running) => Effect.promise(() => running.stop()),
        )
        if (faults !== undefined) yield* Effect.try({ try: () => simulator.inject(faults), catch: (cause) => cause })
        const cut = yield* Effect.acquireRelease(
          Effect.sync(() =>
            cutter(simulator, cut_after === undefined ? undefined : Duration.toMillis(cut_after), rate)
          ),
          ({ cancel }) => Effect.sync(cancel),
        )
        const address = parseFeedUrl(simulator.url)
        if (address instanceof UrlRefused) return yield* Effect.die(address)
        const filters = filtersIn(options)
        const session = yield* openSession({
          feed: { url: simulator.url, insecure: false, key: keyOf(simulator.key) },
          host: address.host,
          filters,
          onStatus: (status, feed) => {
            cut.onStatus(status)
            host.onStatus?.(status, feed)
          },
        }, log)
        return {
          source: {
            name: session.name,
            events: Stream.provideService(session.events, Limiter, makeLimiter()),
            resync: session.resync,
            dials: session.dials,
          },
          state: {
            filters,
            settleMillis,
            ...ignoring(options, log),
            ...options.limits === undefined ? {} : { limits: options.limits },
          },
          ...session.setFilters === undefined
            ? {}
            : { reload: (next: unknown) => session.setFilters!(filtersIn(next as SimulatorSourceOptions)) },
        }
      }),
  })

const dateProblems = (date: unknown): ReadonlyArray<OptionProblem> =>
  typeof date !== "string" || isDate(date) ? [] : [{
    path: ["date"],
    message: `Cannot use this date: expected a day such as 2026-07-16, got ${JSON.stringify(date)}`,
    remedy: "write year, month and day, or leave the option out",
  }]

const faultProblems = (faults: unknown): ReadonlyArray<OptionProblem> => {
  if (typeof faults !== "string") return []
  try {
    parseFaults(faults)
    return []
  } catch (cause) {
    if (!(cause instanceof SimulatorError)) throw cause
    const message = `Cannot use these faults: ${cause.message}`
    return [{ path: ["faults"], message, remedy: "`boltodds-pipe simulate --faults list` shows all of them" }]
  }
}

/** Cuts the connection once, some time after the first data. The client misses two seconds of the world. */
const cutter = (simulator: Simulator, afterMillis: number | undefined, rate: number) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    onStatus: (status: Status): void => {
      if (status._tag !== "Live" || afterMillis === undefined || timer !== undefined) return
      timer = setTimeout(() => void simulator.restart({ missedMessages: 2 * rate }), afterMillis)
    },
    cancel: (): void => clearTimeout(timer),
  }
}
