/** The sources `replay` and `stdin`: recordings, replayed. */
import { type OpenSource, type PluginContext, type SourcePlugin, sourcePlugin } from "@boltodds/config"
import { openReplay } from "@boltodds/pipeline"
import type { RecordingError } from "@boltodds/protocol"
import { readLines } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { resolve } from "node:path"
import process from "node:process"
import { fileProblems, filesIn } from "../options/fileProblems.ts"
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
  problems: ({ file }, { folder }) => fileProblems(file, { folder, what: "recording" }),
  touches: ({ file }) => filesIn(file).map((what) => ({ kind: "reads", what })),
  make: ({ file, ...options }, context) => {
    const files = filesIn(file).map((path) => resolve(context.folder, path))
    const lines = new RecordedLines(files)
    return play(lines, options, context, lines.placeOf)
  },
})

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
