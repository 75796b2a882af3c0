/** The source `changes`: changes and controls that a pipeline wrote, from files or standard input. */
import { type PluginContext, type SourcePlugin, sourcePlugin } from "@boltodds/config"
import { replayRecords } from "@boltodds/pipeline"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { resolve } from "node:path"
import process from "node:process"
import { fileProblems, filesIn } from "../options/fileProblems.ts"
import { linesOfChunks, RecordedLines } from "../recording.ts"

/** Options of recorded changes. */
export interface ChangesSourceOptions {
  readonly file?: string | ReadonlyArray<string>
}

/** Changes in files, or piped in. */
export const changesSource: SourcePlugin<ChangesSourceOptions> = sourcePlugin({
  kind: "source",
  name: "changes",
  about: "Changes that a pipeline wrote (emit changes): what a file sink wrote, or what is piped in.",
  gives: "records",
  config: Schema.Struct({
    file: Schema.optionalKey(
      Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
        description:
          "The changes: plain, .gz or .zst. List all files of a rotated one, in order. Default: standard input.",
      }),
    ),
  }),
  problems: ({ file }, { folder }) => fileProblems(file, { folder, what: "file of changes" }),
  touches: ({ file }) => filesIn(file).map((what) => ({ kind: "reads", what })),
  make: ({ file }, { folder, log, name }) =>
    Effect.sync(() => {
      const { chunks, placeOf } = file === undefined ? standardInput() : inFiles(filesIn(file), folder)
      const source = replayRecords(chunks, {
        name,
        placeOf,
        onWarning: (message) => log("warn", message),
        onDamage: (message) => log("error", message),
      })
      return { source }
    }),
})

interface Lines {
  readonly chunks: AsyncIterable<ReadonlyArray<string>>
  readonly placeOf: (line: number) => string
}

const inFiles = (files: ReadonlyArray<string>, folder: PluginContext["folder"]): Lines => {
  const lines = new RecordedLines(files.map((path) => resolve(folder, path)))
  return { chunks: lines.chunks(), placeOf: lines.placeOf }
}

const standardInput = (): Lines => ({
  chunks: linesOfChunks(process.stdin),
  placeOf: (line) => `line ${line} of standard input`,
})
