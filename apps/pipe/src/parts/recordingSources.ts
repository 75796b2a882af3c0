/** The sources `replay` and `stdin`: recordings, played again. */
import { type OpenSource, type PluginContext, type SourcePlugin, sourcePlugin } from "@boltodds/config"
import { openReplay } from "@boltodds/pipeline"
import type { RecordingError } from "@boltodds/protocol"
import { readLines } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { resolve } from "node:path"
import process from "node:process"
import { linesOfFiles } from "./recordedLines.ts"

/** How fast a recording is played. */
export type Speed = "max" | number

const speed = Schema.optionalKey(
  Schema.Union([
    Schema.Literal("max"),
    Schema.Number.check(Schema.isGreaterThan(0, { expected: "max, or a number above 0" })),
  ]).annotate({ description: "max, or how many times as fast as it happened: 1 is real time. Default max." }),
)

/** What can be set about a replay. */
export interface ReplayOptions {
  readonly file: string | ReadonlyArray<string>
  readonly speed?: Speed
}

/** A recording in files. */
export const replaySource: SourcePlugin<ReplayOptions> = sourcePlugin({
  kind: "source",
  name: "replay",
  about: "A recording (emit raw), played again: the same changes come out, byte for byte.",
  config: Schema.Struct({
    file: Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
      description: "The recording, plain, .gz or .zst; of a rotated one all files, in their order.",
    }),
    speed,
  }),
  make: ({ file, speed = "max" }, context) => {
    const files = (typeof file === "string" ? [file] : file).map((path) => resolve(context.folder, path))
    return play(linesOfFiles(files), speed, context)
  },
})

/** A recording that is piped in. */
export const stdinSource: SourcePlugin<{ readonly speed?: Speed }> = sourcePlugin({
  kind: "source",
  name: "stdin",
  about: "A recording (emit raw) that is piped in.",
  config: Schema.Struct({ speed }),
  make: ({ speed = "max" }, context) => play(readLines(process.stdin), speed, context),
})

const play = (
  lines: AsyncIterable<string>,
  speed: Speed,
  { log, name }: PluginContext,
): Effect.Effect<OpenSource, RecordingError> =>
  Effect.map(
    openReplay(lines, { speed, name, onWarning: (message) => log("warn", message) }),
    ({ run, options, source }) => ({ source, state: { run, ...options } }),
  )
