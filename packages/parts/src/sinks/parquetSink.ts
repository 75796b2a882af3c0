/** The sink `parquet`. */
import { type OptionProblem, type PluginContext, type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { parsePathTemplate } from "@boltodds/sink-file"
import type { ParquetEvent } from "@boltodds/sink-parquet"
import { journalPathOf, ParquetOptions, parquetPathProblem } from "@boltodds/sink-parquet/options"
import { tables } from "@boltodds/tables"
import * as Effect from "effect/Effect"
import { join, resolve } from "node:path"
import { logFileEvent, realPath } from "./fileSink.ts"

/** Parquet files. Their writer is loaded when the sink is opened. */
export const parquetSink: SinkPlugin<ParquetOptions> = sinkPlugin({
  kind: "sink",
  name: "parquet",
  about: "Parquet files for analysis: rotated, compressed, with a journal of NDJSON until each is whole.",
  config: ParquetOptions,
  emits: tables.map(({ name }) => name),
  needsControls: true,
  problems: ({ path }) => pathProblems(path),
  claims: ({ path }, { folder }) =>
    // The journals and the Parquet files have the same names, but for the ending.
    [path, journalPathOf(path)].map((each) => {
      const { base, pattern } = parsePathTemplate(resolve(folder, each))
      return { path: ["path"], file: [join(realPath(base), "/"), ...pattern] }
    }),
  make: (options, context) =>
    Effect.flatMap(
      Effect.promise(() => import("@boltodds/sink-parquet")),
      ({ parquet }) =>
        parquet({ ...options, path: resolve(context.folder, options.path) }, {
          emit: context.emit,
          run: context.run,
          onEvent: (event) => logParquetEvent(event, context),
        }),
    ),
})

const pathProblems = (path: unknown): ReadonlyArray<OptionProblem> => {
  if (typeof path !== "string") return []
  const problem = parquetPathProblem(path)
  if (problem === undefined) return []
  const [why, ...advice] = problem.slice(`Cannot use the path ${JSON.stringify(path)}: `.length).split("; ")
  return [{ path: ["path"], message: why!, remedy: advice.length === 0 ? "change the path" : advice.join("; ") }]
}

const logParquetEvent = (event: ParquetEvent, context: PluginContext): void => {
  const { log, name } = context
  switch (event._tag) {
    case "Journal":
      return logFileEvent(event.event, context)
    case "Written":
      if (event.unreadable > 0) {
        log("warn", `${event.unreadable} lines of the journal of ${event.path} cannot be read, and are not in it`, {
          sink: name,
        })
      }
      return log("debug", `${event.path} is complete: ${event.rows} rows, ${event.bytes} bytes`, { sink: name })
    case "NotWritten": {
      const why = event.cause instanceof Error ? event.cause.message : String(event.cause)
      return log(
        "warn",
        `cannot make a Parquet file of ${event.journal}: ${why}; it is tried again with the next one`,
        {
          sink: name,
        },
      )
    }
  }
}
