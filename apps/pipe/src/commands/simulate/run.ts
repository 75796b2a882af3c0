/** `simulate` at work. */
import {
  isDate,
  leagues,
  parseFaults,
  SimulatorError,
  type SimulatorOptions,
  sportsbooks,
  type TraceReplayOptions,
} from "@boltodds/simulator"
import { didYouMean, expectedButGot } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { writeData, writeOut } from "../../terminal/Terminal.ts"
import { logOf } from "../../commandLine/settings.ts"
import { archiveOf } from "./archive.ts"
import { faultHelp, faultList } from "./text.ts"
import { serve } from "./serve.ts"

/** Serves a simulated or replayed feed until a signal ends it. */
export const runSimulate = async (given: ParsedFlags): Promise<ExitCode> => {
  const faults = given.texts("faults")
  const asked = faults.find((spec) => /^list\b/.test(spec))
  if (asked !== undefined) {
    await writeOut(`${faultTextOf(asked)}\n`)
    return ExitCode.clean
  }
  refuseIgnored(given)
  const archived = given.millis("archive")
  if (archived !== undefined) return await writeArchive(given, archived)
  const { log } = logOf(given)
  const settings = {
    simulator: optionsOf(given),
    faults,
    behaviors: faults.flatMap(readFaults),
    scenario: given.text("scenario"),
  }
  const result = await Effect.runPromise(Effect.result(serve(settings, (line) => log("info", line))))
  if (Result.isSuccess(result)) return ExitCode.clean
  const error = result.failure
  if (error instanceof Failure) throw error
  throw new Failure(exitCodeOf(error), error.message, { cause: error })
}

const exitCodeOf = ({ kind }: SimulatorError): ExitCode =>
  kind === "address" ? ExitCode.feedUnavailable : kind === "recording" ? ExitCode.badInput : ExitCode.usage

/** Prints the frames of a time that ends now. */
const writeArchive = async (given: ParsedFlags, millis: number): Promise<ExitCode> => {
  const { world = {} } = optionsOf(given)
  const rate = given.decimal("rate", { isAbove: true, most: 50_000 }) ?? 5
  let lines: Array<string> = []
  for (const line of archiveOf({ world, start: Date.now() - millis, millis, rate })) {
    lines.push(line)
    if (lines.length < 200) continue
    await writeData(lines)
    lines = []
  }
  await writeData(lines)
  return ExitCode.clean
}

const ofTheServer = ("port host allow-host key plan limits frames binary ping faults fault-seed scenario replay date " +
  "time-speed").split(" ")

const ofTheWorld = ["date", "time-speed", "games", "sport", "sportsbook", "rate"]

/** What would be ignored is refused. */
const refuseIgnored = (given: ParsedFlags): void => {
  given.refuseWithout("replay", ["speed", "timeline", "cut-after", "at-end"], "nothing is replayed")
  given.refuseBeside("archive", ofTheServer, "an archive is printed, and nothing is served")
  given.refuseBeside("replay", ofTheWorld, "what is replayed is in the file")
  given.refuseBeside("date", ["time-speed"], "on a fixed day nothing starts or ends by the clock")
  if (!given.isSet("scenario")) given.refuseWithout("faults", ["fault-seed"], "nothing goes wrong")
}

const optionsOf = (given: ParsedFlags): SimulatorOptions => {
  const key = given.text("key")
  const plan = (given.text("plan") ?? "Pro") as NonNullable<SimulatorOptions["plan"]> | "none"
  const replay = replayOf(given)
  return {
    port: given.number("port", { most: 65_535 }) ?? 7878,
    host: given.text("host") ?? "127.0.0.1",
    allowHosts: given.texts("allow-host"),
    howToAllow: (name) => `--allow-host ${name}`,
    key,
    plan: plan === "none" ? null : plan,
    limits: given.isSet("limits"),
    rate: given.decimal("rate", { most: 50_000 }) ?? 100,
    frames: (given.text("frames") ?? "auto") as NonNullable<SimulatorOptions["frames"]>,
    binary: given.isSet("binary"),
    pingMillis: given.millis("ping", { mayBeZero: true }) ?? 15_000,
    faultSeed: given.number("fault-seed"),
    replay,
    world: {
      seed: given.number("seed") ?? 1,
      date: dateOf(given),
      timeSpeed: given.decimal("time-speed", { isAbove: true, most: 100_000 }) ?? 1,
      games: given.number("games", { least: 1 }) ?? 40,
      sports: namesOf(given, "sport", leagues.map(({ sport }) => sport)),
      sportsbooks: namesOf(given, "sportsbook", sportsbooks.map(({ name }) => name)),
    },
  }
}

const replayOf = (given: ParsedFlags): TraceReplayOptions | undefined => {
  const file = given.text("replay")
  if (file === undefined) return undefined
  return {
    file,
    speed: speedOf(given),
    passes: given.isSet("timeline") ? "timeline" : "connection",
    atEnd: (given.text("at-end") ?? "stay") as NonNullable<TraceReplayOptions["atEnd"]>,
    cutAfterFrames: given.number("cut-after"),
  }
}

const speedOf = (given: ParsedFlags): number | "max" => {
  const text = given.text("speed") ?? "1"
  if (text === "max") return text
  if (/^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0) return Number(text)
  throw new UsageError(`Cannot use --speed: ${expectedButGot("a number above 0, or max", text)}`)
}

const dateOf = (given: ParsedFlags): string | undefined => {
  const date = given.text("date")
  if (date === undefined || isDate(date)) return date
  throw new UsageError(`Cannot use --date: ${expectedButGot("a day such as 2026-07-16", date)}`)
}

/** The names of a flag; undefined, which means all, where none was given. */
const namesOf = (given: ParsedFlags, flag: string, known: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const names = given.texts(flag)
  for (const name of names) {
    if (known.includes(name)) continue
    throw new UsageError(
      `Cannot use --${flag}: ${expectedButGot(`one of ${known.join(", ")}`, name)}${
        didYouMean(name, known).replace(/^(?=.)/, ".")
      }`,
    )
  }
  return names.length === 0 ? undefined : names
}

const readFaults = (spec: string): ReturnType<typeof parseFaults> => {
  try {
    return parseFaults(spec)
  } catch (cause) {
    if (!(cause instanceof SimulatorError)) throw cause
    throw new UsageError(`Cannot use --faults: ${cause.message}`)
  }
}

/** The text for `list`, or `list NAME`. */
const faultTextOf = (asked: string): string => {
  const name = asked.replace(/^list\s*/, "").trim()
  const text = name === "" ? faultList() : faultHelp(name)
  if (text !== undefined) return text
  // There is none of this name: reading it says so, with the nearest.
  readFaults(name)
  throw new UsageError(`Cannot use --faults: ${expectedButGot("list NAME, with the name of one fault", asked)}`)
}
