/** The sources `replay` and `stdin`: recordings, replayed. */
import {
  type OpenSource,
  type OptionProblem,
  type PluginContext,
  type SourcePlugin,
  sourcePlugin,
} from "@boltodds/config"
import { openReplay } from "@boltodds/pipeline"
import type { RecordingError } from "@boltodds/protocol"
import { readLines } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { statSync } from "node:fs"
import { resolve } from "node:path"
import process from "node:process"
import { ignoreFields, type IgnoreOptions, ignoring, limitFields, type LimitOptions } from "../options/sourceOptions.ts"
import { lineLimit, RecordedLines, withinHeap } from "../recording.ts"

/** How fast a recording is played. */
export type Speed = "max" | number

const speed = Schema.optionalKey(
  Schema.Union([
    Schema.Literal("max"),
    Schema.Finite.check(Schema.isGreaterThan(0, { expected: "max, or a number above 0" })),
  ]).annotate({ description: "The speed: max, or a multiple of real time. Default max." }),
)

const playFields = { speed, ...ignoreFields, ...limitFields }

/** Options of any recording. */
interface PlayOptions extends IgnoreOptions, LimitOptions {
  readonly speed?: Speed
}

/** Options of a replay. */
export interface ReplaySourceOptions extends PlayOptions {
  readonly file: string | ReadonlyArray<string>
}

/** A recording in files. */
export const replaySource: SourcePlugin<ReplaySourceOptions> = sourcePlugin({
  kind: "source",
  name: "replay",
  about: "A recording (emit raw), replayed: the same changes come out, byte for byte.",
  config: Schema.Struct({
    file: Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
      description: "The recording: plain, .gz or .zst. List all files of a rotated one, in order.",
    }),
    ...playFields,
  }),
  problems: ({ file }, { folder }) => fileProblems(file, folder),
  touches: ({ file }) => (typeof file === "string" ? [file] : file).map((what) => ({ kind: "reads", what })),
  make: ({ file, ...options }, context) => {
    const files = (typeof file === "string" ? [file] : file).map((path) => resolve(context.folder, path))
    const lines = new RecordedLines(files)
    return play(lines, options, context, lines.placeOf)
  },
})

/** Looks at the files, without opening them. */
const fileProblems = (file: unknown, folder: string): ReadonlyArray<OptionProblem> => {
  if (Array.isArray(file) && file.length === 0) {
    return [{ path: ["file"], message: "expected at least one recording; got none", remedy: "name its file" }]
  }
  const files = Array.isArray(file)
    ? file.map((path: unknown, index) => [["file", index], path] as const)
    : [[["file"], file] as const]
  return files.flatMap(([path, name]): ReadonlyArray<OptionProblem> => {
    if (typeof name !== "string") return []
    const why = whyNotARecording(resolve(folder, name), name)
    return why === undefined ? [] : [{ path, message: `Cannot read the recording: ${why}`, remedy: "correct the path" }]
  })
}

const whyNotARecording = (path: string, name: string): string | undefined => {
  if (name === "") return "its path is empty"
  try {
    return statSync(path).isDirectory() ? "it is a folder" : undefined
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    return code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : message
  }
}

/** A recording that is piped in. */
export const stdinSource: SourcePlugin<PlayOptions> = sourcePlugin({
  kind: "source",
  name: "stdin",
  about: "A recording (emit raw) that is piped in.",
  config: Schema.Struct(playFields),
  make: (options, context) => play(readLines(process.stdin, lineLimit()), options, context, stdinPlace),
})

const stdinPlace = (line: number): string => `line ${line} of standard input`

const play = (
  lines: AsyncIterable<string>,
  { speed = "max", limits, ...ignore }: PlayOptions,
  { log, name }: PluginContext,
  placeOf: (line: number) => string,
): Effect.Effect<OpenSource, RecordingError> =>
  Effect.map(
    openReplay(lines, {
      speed,
      name,
      placeOf,
      limits: withinHeap(limits),
      onWarning: (message) => log("warn", message),
    }),
    ({ run, options, source }) => {
      const ignored = ignoring(ignore, log, options.ignoredActions)
      return { source, state: { run, ...options, ...ignored } }
    },
  )
