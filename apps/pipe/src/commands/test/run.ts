/** `test FILE` at work: a pipeline over a recording, against the lines that are expected. */
import type { CheckedPipeline, OpenContext } from "@boltodds/config"
import { openReplay, run } from "@boltodds/pipeline"
import type { Batch, Sink } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { readFile, writeFile } from "node:fs/promises"
import { resolve } from "node:path"
import { fileGuards } from "../../configuration/fileGuards.ts"
import { environment } from "../../process/environment.ts"
import { errorMessage, ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { makeRegistry } from "@boltodds/parts"
import { RecordedLines, withinHeap } from "@boltodds/parts/recording"
import { writeOut } from "../../terminal/Terminal.ts"
import { allowedBy, allowsAll } from "../../commandLine/allowed.ts"
import { failureOf } from "../../process/failureOf.ts"
import { loadConfig } from "../../configuration/loadConfig.ts"
import { logOf } from "../../commandLine/settings.ts"
import { makeTurnWatch, type TurnWatch } from "../../process/TurnWatch.ts"

/** Runs a pipeline over a recording with sinks that only collect, and compares the records of each with a file. */
export const runTest = async (given: ParsedFlags): Promise<ExitCode> => {
  const [file] = given.words
  const recordings = given.texts("recording")
  if (file === undefined || recordings.length === 0) {
    throw new UsageError("Cannot test: write boltodds-pipe test FILE --recording RECORDING --expect SINK=FILE")
  }
  const log = logOf(given)
  const registry = await makeRegistry({ env: environment, guards: fileGuards(allowsAll), endsWhen: () => {} })
  const pipeline = await loadConfig(
    file,
    registry,
    log,
    allowedBy(given, process.env).has("plugins") ? "run" : "refuse",
  )
  const expectations = expectationsOf(given, pipeline)
  const turns = makeTurnWatch(log)
  if (pipeline.hasPlugins) turns.start()
  const told = await collect(pipeline, recordings.map((path) => resolve(path)), { log: log.log, ...turns })
    .finally(turns.stop)
  let failures = 0
  for (const { sink, path } of expectations) {
    const lines = told.get(sink) ?? []
    if (given.isSet("write")) {
      await writeFile(path, lines.map((line) => `${line}\n`).join(""))
      await writeOut(`${sink}: ${lines.length} lines written to ${path}\n`)
      continue
    }
    const difference = firstDifference(await expectedLines(path), lines)
    await writeOut(difference === undefined ? `${sink}: ok, ${lines.length} lines\n` : `${sink}: ${difference}\n`)
    if (difference !== undefined) failures += 1
  }
  if (failures === 0) return ExitCode.clean
  throw new Failure(
    ExitCode.badInput,
    `${failures} of ${expectations.length} sinks ${
      failures === 1 ? "differs" : "differ"
    } from what is expected. If the new output is right, save it with --write`,
  )
}

interface Expectation {
  readonly sink: string
  readonly path: string
}

const expectationsOf = (given: ParsedFlags, { sinks }: CheckedPipeline): ReadonlyArray<Expectation> => {
  const names = sinks.filter(({ isStandby }) => !isStandby).map(({ name }) => name)
  const expectations = given.texts("expect").map((text) => {
    const at = text.indexOf("=")
    const sink = text.slice(0, Math.max(0, at))
    if (!names.includes(sink) || at === text.length - 1) {
      throw new UsageError(
        `Cannot use --expect ${JSON.stringify(text)}: write SINK=FILE, SINK being ${names.join(" or ")}`,
      )
    }
    return { sink, path: text.slice(at + 1) }
  })
  if (expectations.length === 0) throw new UsageError("Cannot test without expectations: write --expect SINK=FILE")
  return expectations
}

/** The lines that each sink receives. */
const collect = async (
  pipeline: CheckedPipeline,
  recordings: ReadonlyArray<string>,
  { log, evaluations, ready }: Required<Pick<OpenContext, "log">> & Pick<TurnWatch, "evaluations" | "ready">,
): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const told = new Map<string, Array<string>>()
  const collector = (name: string): Effect.Effect<Sink<unknown>> => {
    const lines: Array<string> = []
    told.set(name, lines)
    const write = ({ envelopes }: Batch<unknown>) =>
      Effect.sync(() => void lines.push(...envelopes.map(({ text }) => text)))
    return Effect.succeed({ guarantee: "at-most-once", write })
  }
  const program = Effect.gen(function* () {
    const lines = new RecordedLines(recordings)
    const onWarning = (message: string): void => log("warn", message)
    const replay = yield* openReplay(lines, { onWarning, placeOf: lines.placeOf, limits: withinHeap() })
    const { routes } = pipeline.open({ run: replay.run, log, evaluations, sinkFor: collector })
    yield* Effect.promise(ready)
    const state = { run: replay.run, ...replay.options }
    return yield* run(replay.source, routes, { state })
  })
  const exit = await Effect.runPromiseExit(program)
  if (Exit.isFailure(exit)) throw failureOf(exit.cause)
  return told
}

const expectedLines = async (path: string): Promise<ReadonlyArray<string>> => {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`Cannot read the expected lines: ${errorMessage(cause)}. Create the file with --write`)
  })
  return text.split("\n").filter((line) => line !== "")
}

const firstDifference = (expected: ReadonlyArray<string>, got: ReadonlyArray<string>): string | undefined => {
  const at = expected.findIndex((line, index) => got[index] !== line)
  if (at === -1 && got.length === expected.length) return undefined
  const index = at === -1 ? expected.length : at
  const [wanted, told] = [expected[index], got[index]]
  const counts = expected.length === got.length ? "" : ` (expected ${expected.length} lines, got ${got.length})`
  return [
    `line ${index + 1} differs${counts}`,
    ...differentFields(wanted, told).map((field) => `  ${field}`),
    `  expected ${wanted ?? "nothing"}`,
    `  got      ${told ?? "nothing"}`,
  ].join("\n")
}

/** What differs in two records, by field; nothing where one is missing, or is no JSON object. */
const differentFields = (expected: string | undefined, told: string | undefined): ReadonlyArray<string> => {
  const [wanted, got] = [fieldsOf(expected), fieldsOf(told)]
  if (wanted === undefined || got === undefined) return []
  return [...new Set([...Object.keys(wanted), ...Object.keys(got)])]
    .map((field) => ({ field, wanted: JSON.stringify(wanted[field]), got: JSON.stringify(got[field]) }))
    .filter(({ wanted, got }) => wanted !== got)
    .map(({ field, wanted, got }) => `${field}: expected ${wanted ?? "nothing"}, got ${got ?? "nothing"}`)
}

const fieldsOf = (text: string | undefined): { readonly [field: string]: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? "null")
    return typeof value === "object" && value !== null ? value as { readonly [field: string]: unknown } : undefined
  } catch {
    return undefined // an expectation that somebody wrote by hand: it differs as a whole
  }
}
