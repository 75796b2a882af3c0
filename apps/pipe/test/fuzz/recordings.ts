/** Files of recordings and of changes: through the replay, and through the reader of `--resume`. */
import { changes, openReplay, route, run } from "@boltodds/pipeline"
import { RecordingError } from "@boltodds/protocol"
import type { Sink } from "@boltodds/sink"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib"
import { Failure } from "../../src/process/ExitCode.ts"
import { RecordedLines, withinHeap } from "@boltodds/parts/recording"
import { resumeFrom } from "../../src/streaming/resumeFrom.ts"
import type { Target } from "./fuzz.ts"
import { generatedRecording } from "../machine/generated.ts"
import { brokenBytes, type ByteMutation, byteMutations, mutatedBytes, type Mutations, mutations } from "./mutations.ts"

/** A file, by what its name ends in. */
interface MutatedFile {
  readonly ending: "" | ".gz" | ".zst"
  readonly bytes: Uint8Array
}

const fixture = (name: string): ReadonlyArray<string> =>
  gunzipSync(readFileSync(new URL(`../fixtures/upgrade/${name}`, import.meta.url))).toString().trimEnd().split("\n")

const files = [
  fixture("recording.ndjson.gz"),
  fixture("changes.ndjson.gz"),
  ...[1, 2, 3, 4].map(generatedRecording),
]

const pack = { "": (bytes: Uint8Array) => bytes, ".gz": gzipSync, ".zst": zstdCompressSync } as const

interface Recipe {
  readonly file: number
  readonly length: number
  readonly lines: ReadonlyArray<readonly [at: number, how: Mutations]>
  readonly order: ReadonlyArray<readonly [kind: "remove" | "duplicate" | "swap", at: number, other: number]>
  readonly broken: ReadonlyArray<ByteMutation>
  readonly ending: MutatedFile["ending"]
  readonly isPackBroken: boolean
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  file: fc.nat(files.length - 1),
  length: fc.integer({ min: 1, max: 40 }),
  lines: fc.array(fc.tuple(fc.nat(100), mutations), { maxLength: 3 }),
  order: fc.array(fc.tuple(fc.constantFrom("remove", "duplicate", "swap"), fc.nat(100), fc.nat(100)), { maxLength: 3 }),
  broken: byteMutations,
  ending: fc.constantFrom("", "", "", ".gz", ".zst"),
  isPackBroken: fc.boolean(),
})

const lineFeed = Buffer.from("\n")

const make = ({ file, length, lines: mutated, order, broken, ending, isPackBroken }: Recipe): MutatedFile => {
  const lines: Array<Uint8Array> = files[file]!.slice(0, length).map((line) => Buffer.from(line))
  for (const [at, how] of mutated) {
    lines[at % lines.length] = mutatedBytes({ value: JSON.parse(files[file]![at % lines.length]!) }, how)
  }
  for (const [kind, at, other] of order) {
    const [one, two] = [at % lines.length, other % lines.length]
    if (kind === "remove" && lines.length > 1) lines.splice(one, 1)
    else if (kind === "duplicate") lines.splice(one, 0, lines[two]!)
    else [lines[one], lines[two]] = [lines[two]!, lines[one]!]
  }
  const bytes = Buffer.concat(lines.flatMap((line) => [line, lineFeed]))
  // Either what was compressed is broken, or the compression.
  const written = isPackBroken ? brokenBytes(pack[ending](bytes), broken) : pack[ending](brokenBytes(bytes, broken))
  return { ending, bytes: written }
}

const state = { run: "01K0000000000000000000000A" }
const folder = mkdtempSync(join(tmpdir(), "boltodds-fuzz-"))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

const read = async ({ ending, bytes }: MutatedFile): Promise<void> => {
  const path = join(folder, `file.ndjson${ending}`)
  writeFileSync(path, bytes)
  await replayed(path)
  await resumed(path)
}

/** What `run` does with a source `replay`. */
const replayed = async (path: string): Promise<void> => {
  const lines = new RecordedLines([path])
  const sink: Sink<unknown> = {
    guarantee: "at-most-once",
    write: ({ envelopes }) => Effect.sync(() => envelopes.forEach(({ text }) => JSON.parse(text))),
  }
  const exit = await Effect.runPromiseExit(Effect.gen(function* () {
    const { source, options, run: name } = yield* openReplay(lines, { placeOf: lines.placeOf, limits: withinHeap() })
    const routes = [route({ name: "again", emit: changes(), sink: Effect.succeed(sink) })]
    return yield* run(source, routes, { state: { ...state, run: name, ...options } })
  }))
  if (Exit.isSuccess(exit)) return
  const error = Cause.squash(exit.cause)
  if (!(error instanceof RecordingError)) throw error
  if (!/^(Cannot|Unknown) /.test(error.reason)) throw new Error(`the reason does not say what failed: ${error.reason}`)
}

/** What `--resume` does. */
const resumed = async (path: string): Promise<void> => {
  try {
    await resumeFrom(path, { isSeries: false, log: () => {} })
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause
  }
}

/** Without its first byte, by which its kind is known. */
const damaged = (bytes: Uint8Array): Uint8Array => bytes.subarray(1)

const stamp = { run: "01J00000000000000000000000", part: 0, session: "feed", epoch: 1, at: "2026-07-16T00:00:00.000Z" }
const withoutOutcome = [
  { control: "stream_started", ...stamp, seq: 1, sent_at: null, frame: null, schema_version: 1, filters: {} },
  {
    change: "line_opened",
    ...stamp,
    seq: 2,
    sent_at: null,
    frame: 1,
    cause: "feed",
    sport: "NBA",
    sportsbook: "fanduel",
    game: "A vs B",
    universal_game_id: null,
    book_game_id: null,
    home_team: "A",
    away_team: "B",
    starts_at: null,
    outcome: null,
    market: "Moneyline",
    target: "A",
    target_kind: "home",
    side: null,
    line: null,
    line_derived: false,
    odds: -110,
    link: null,
    previous_odds: null,
    previous_line: null,
    last: true,
  },
].map((record) => `${JSON.stringify(record)}\n`).join("")

/** A file of a recording or of changes. */
export const recordings: Target<MutatedFile> = {
  name: "recordings",
  inputs: recipe.map(make),
  read,
  show: ({ ending, bytes }) => `*${ending}, base64 ${Buffer.from(bytes).toString("base64")}`,
  inputsPerSeed: 150,
  regressions: {
    "a resumed file with a broken zstd frame": { ending: ".zst", bytes: damaged(zstdCompressSync("x\n".repeat(500))) },
    "a resumed file with a broken gzip header": { ending: ".gz", bytes: Buffer.from("{}\n") },
    "a resumed file with a line whose outcome is null": { ending: "", bytes: Buffer.from(withoutOutcome) },
  },
}
