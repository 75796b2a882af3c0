/** The command: its flags, its help, and what it does with them. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { parseFaults, type ReplayOptions, SimulatorError, type SimulatorOptions } from "@boltodds/simulator"
import { expectedButGot, expectedDuration, parseMillis } from "@boltodds/text"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { faultHelp, faultList } from "./faults.ts"
import { serve } from "./serve.ts"
import { version } from "./version.ts"

const Speed = Schema.Union([
  Schema.Literal("max"),
  Schema.FiniteFromString.check(Schema.isGreaterThan(0)),
])

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withAlias("p"),
    Flag.withDescription(
      "Port for WebSocket and REST; 0 takes any that is free (default 7878)",
    ),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
    Flag.withDefault(7878),
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription(
      "Address to listen on (default 127.0.0.1: this machine only)",
    ),
    Flag.withDefault("127.0.0.1"),
  ),
  key: Flag.Redacted("key").pipe(
    Flag.withDescription(
      "The only key to accept; others get HTTP 401 (default: any)",
    ),
    Flag.optional,
  ),
  plan: Flag.Literals("plan", ["Starter", "Growth", "Pro", "none"]).pipe(
    Flag.withDescription(
      "Plan told on connecting; none is how older servers do it (default Pro)",
    ),
    Flag.withDefault("Pro"),
  ),
  limits: Flag.Boolean("limits").pipe(
    Flag.withDescription(
      "Enforce the plan's connections, and 12 dials and requests a minute",
    ),
    Flag.withDefault(false),
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription(
      "World to make: with --date, the same seed is the same world and history (default 1)",
    ),
    Flag.withDefault(1),
  ),
  date: Flag.String("date").pipe(
    Flag.withMetavar("YYYY-MM-DD"),
    Flag.withDescription(
      "Day of all games, US Eastern; none starts or ends by the clock (default: games start around now, run and end)",
    ),
    Flag.optional,
  ),
  timeSpeed: Flag.Finite("time-speed").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription(
      "How many times as fast as real time games start, run and end; timestamps stay real (default 1)",
    ),
    Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(100_000))),
    Flag.withDefault(1),
  ),
  games: Flag.Int("games").pipe(
    Flag.withDescription("Games going on at a time (default 40)"),
    Flag.withDefault(40),
  ),
  sport: Flag.String("sport").pipe(
    Flag.withDescription("Make only this sport; can be repeated"),
    Flag.atLeast(0),
  ),
  book: Flag.String("book").pipe(
    Flag.withDescription("Make only this sportsbook; can be repeated"),
    Flag.atLeast(0),
  ),
  rate: Flag.Finite("rate").pipe(
    Flag.withDescription("Messages a second, 0 to 50000 (default 100)"),
    Flag.withDefault(100),
  ),
  frames: Flag.Literals("frames", ["auto", "arrays", "objects", "mixed"]).pipe(
    Flag.withDescription(
      "What a frame holds; auto: arrays, but objects for who asks for games by name",
    ),
    Flag.withDefault("auto"),
  ),
  binary: Flag.Boolean("binary").pipe(
    Flag.withDescription("Send data as binary frames"),
    Flag.withDefault(false),
  ),
  ping: Flag.String("ping").pipe(
    Flag.withDescription(
      "Time between pings, like 15s; 0s for none (default 15s)",
    ),
    Flag.filterMap((text) => Option.fromUndefinedOr(parseMillis(text)), () => expectedDuration),
    Flag.withDefault(15_000),
  ),
  replay: Flag.String("replay").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription(
      'Replay a recording, or lines of {"t": ms, "frame": …}; plain or gzip',
    ),
    Flag.optional,
  ),
  speed: Flag.String("speed").pipe(
    Flag.withMetavar("N|max"),
    Flag.withDescription(
      "With --replay: times as fast as recorded, or max (default 1)",
    ),
    Flag.withSchema(Speed),
    Flag.withDefault(1),
  ),
  timeline: Flag.Boolean("timeline").pipe(
    Flag.withDescription(
      "With --replay: run once for all; who comes later gets the present (default: from the start)",
    ),
    Flag.withDefault(false),
  ),
  cutAfter: Flag.Int("cut-after").pipe(
    Flag.withMetavar("FRAMES"),
    Flag.withDescription(
      "With --replay: cut the line after so many frames; the rest is missed, the end is there",
    ),
    Flag.optional,
  ),
  atEnd: Flag.Literals("at-end", ["stay", "close"]).pipe(
    Flag.withDescription(
      "With --replay: after the last frame keep pinging, or close (default stay)",
    ),
    Flag.withDefault("stay"),
  ),
  faults: Flag.String("faults").pipe(
    Flag.withMetavar("SPEC"),
    Flag.withDescription(
      "Misbehave: 'mute after=10s for=60s, garbage share=0.1'; can be repeated; list tells what there is",
    ),
    Flag.atLeast(0),
  ),
  faultSeed: Flag.Int("fault-seed").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription(
      "Where the random numbers of faults begin (default: the seed of the world)",
    ),
    Flag.optional,
  ),
  scenario: Flag.String("scenario").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription(
      "Play a scripted run: .yaml, .yml, .json, or a module .ts, .mts, .js, .mjs",
    ),
    Flag.optional,
  ),
  quiet: Flag.Boolean("quiet").pipe(
    Flag.withAlias("q"),
    Flag.withDescription("Say nothing but errors"),
    Flag.withDefault(false),
  ),
}

/** What the flags come to. */
type Given = {
  readonly [name in keyof typeof flags]: (typeof flags)[name] extends Flag.Flag<infer A> ? A : never
}

const replayOf = (given: Given): ReplayOptions | undefined =>
  Option.match(given.replay, {
    onNone: () => undefined,
    onSome: (file) => ({
      file,
      speed: given.speed,
      passes: given.timeline ? "timeline" : "connection",
      atEnd: given.atEnd,
      ...(Option.isSome(given.cutAfter) ? { cutAfterFrames: given.cutAfter.value } : {}),
    }),
  })

const optionsOf = (given: Given): SimulatorOptions => {
  const replay = replayOf(given)
  return {
    port: given.port,
    host: given.host,
    ...(Option.isSome(given.key) ? { key: Redacted.value(given.key.value) } : {}),
    plan: given.plan === "none" ? null : given.plan,
    limits: given.limits,
    rate: given.rate,
    frames: given.frames,
    binary: given.binary,
    pingMillis: given.ping,
    ...(Option.isSome(given.faultSeed) ? { faultSeed: given.faultSeed.value } : {}),
    ...(replay === undefined ? {} : { replay }),
    world: {
      seed: given.seed,
      ...(Option.isSome(given.date) ? { date: given.date.value } : {}),
      timeSpeed: given.timeSpeed,
      games: given.games,
      ...(given.sport.length > 0 ? { sports: given.sport } : {}),
      ...(given.book.length > 0 ? { sportsbooks: given.book } : {}),
    },
  }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** `list`, or `list NAME`. */
const listFaults = (asked: string): Effect.Effect<void, SimulatorError> => {
  const name = asked.replace(/^list\s*/, "").trim()
  const text = name === "" ? faultList() : faultHelp(name)
  if (text !== undefined) return Effect.sync(() => writeOut(`${text}\n`))
  // There is none of this name, and it knows how to say so.
  return Effect.try({
    try: () => void parseFaults(name),
    catch: (error) => error instanceof SimulatorError ? error : new SimulatorError("faults", String(error), error),
  })
}

const make = <const Name extends string>(name: Name) =>
  Command.make(name, flags, (given) => {
    const asked = given.faults.find((spec) => /^list\b/.test(spec))
    if (asked !== undefined) return listFaults(asked)
    return serve({
      simulator: optionsOf(given),
      faults: given.faults,
      scenario: Option.getOrUndefined(given.scenario),
      quiet: given.quiet,
    }, say)
  }).pipe(
    Command.withDescription(
      "Serve a simulated or replayed BoltOdds feed on this machine: WebSocket and REST on one port, the feed's " +
        "quirks included. Point your client at it instead of the real address; no key, no network, no limits. " +
        "The world holds the games that the example of the vendor's documentation subscribes to.",
    ),
    Command.withExamples([
      { command: name, description: "A made-up feed of 100 messages a second on port 7878" },
      {
        command: `${name} --rate 20000 --seed 7 --date 2026-07-16`,
        description: "A busy day, the same one every time",
      },
      { command: `${name} --time-speed 60`, description: "An hour of games in a minute" },
      { command: `${name} --replay day.ndjson.gz --speed 60`, description: "A recorded day, an hour a minute" },
      { command: `${name} --faults 'abort every=30s'`, description: "Does your client recover?" },
      { command: `${name} --faults garbage --binary`, description: "Does it read what it is sent?" },
      { command: `${name} --faults 'refuse status=429 retry-after=30s'`, description: "Does it hammer the server?" },
      { command: `${name} --faults list`, description: "All faults; 'list mute' tells about one" },
      { command: `${name} --scenario night.yaml`, description: "A scripted run" },
      { command: `${name} --limits --plan Growth --key k`, description: "The limits of a plan" },
    ]),
  )

/** The command as a part of another one. */
export const simulate = make("simulate")

/** Exit codes, after sysexits(3): 0 ended by a signal · 64 usage or unreadable recording · 69 address not to be had. */
const exitCodeOf = (error: unknown): number =>
  error instanceof SimulatorError ? (error.kind === "address" ? 69 : 64) : CliError.isCliError(error) ? 64 : 1

/** `--help | head` is no reason to crash: a reader that is gone has what it wanted. */
const writeOut = (text: string): void => {
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
  })
  process.stdout.write(text)
}

const complaint = (error: CliError.CliError): string =>
  error._tag === "InvalidValue"
    ? `Cannot use --${error.option}: ${expectedButGot(error.expected, error.value)}`
    : error.message

/** Help goes to stdout when it was asked for; what is wrong with a call goes to stderr, short. */
const presenter = (name: string): CliOutput.Presenter => ({
  present: (event) =>
    Effect.sync(() => {
      const formatter = CliOutput.defaultFormatter({ colors: false })
      switch (event._tag) {
        case "Version":
          return writeOut(`${event.version}\n`)
        case "Help":
          return writeOut(`${formatter.formatHelpDoc(event.helpDoc)}\n`)
        case "InvalidInvocation":
          return event.errors.forEach((error) => say(`${name}: ${complaint(error)}. Try ${name} --help`))
      }
    }),
})

/**
 * Runs the command with these arguments, under this name in messages and help. Resolves with the exit code, once all
 * is over; never rejects.
 */
export const runSimulate = (
  args: ReadonlyArray<string>,
  name = "boltodds-simulator",
): Promise<number> =>
  Command.runWith(make(name), { version: version() })(args).pipe(
    Effect.as(0),
    Effect.catch((error) =>
      Effect.sync(() => {
        if (!CliError.isCliError(error)) say(`${name}: ${error.message}`)
        return exitCodeOf(error)
      })
    ),
    Effect.provide(CliOutput.layerPresenter(presenter(name))),
    Effect.provide(NodeServices.layer),
    Effect.runPromise,
  ).catch((defect: unknown) => {
    say(
      `${name}: this is a bug: ${defect instanceof Error ? (defect.stack ?? defect.message) : String(defect)}`,
    )
    return 1
  })
