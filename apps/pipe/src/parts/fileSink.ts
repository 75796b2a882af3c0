/** The sink `file`. */
import { type LogLevel, type OptionProblem, type PluginContext, type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { file, type FileEvent, FileOptions, parsePathTemplate, PathTemplateError } from "@boltodds/sink-file"
import { join, resolve } from "node:path"
import * as zlib from "node:zlib"
import { realPath } from "./realPath.ts"

/** Files. */
export const fileSink: SinkPlugin<FileOptions> = sinkPlugin({
  kind: "sink",
  name: "file",
  about: "Files, one JSON record a line: rotated, compressed, repaired after a crash.",
  config: FileOptions,
  problems: ({ path, compress }) => [...pathProblems(path, compress), ...compressProblems(compress)],
  claims: ({ path, compress = "none" }, { folder }) => {
    const { base, pattern } = parsePathTemplate(resolve(folder, path), { compress })
    return [{ path: ["path"], file: [join(realPath(base), "/"), ...pattern] }]
  },
  make: (options, context) =>
    file({ ...options, path: resolve(context.folder, options.path) }, {
      onEvent: (event) => tellFileEvent(event, context),
    }),
})

/**
 * With its compression: `.gz` makes a name longer, and the schema sees one option at a time. Without the path itself, of
 * which a variable may have brought a part.
 */
const pathProblems = (path: unknown, compress: unknown): ReadonlyArray<OptionProblem> => {
  if (typeof path !== "string") return []
  try {
    parsePathTemplate(path, { compress: compress === "gzip" || compress === "zstd" ? compress : "none" })
    return []
  } catch (cause) {
    if (!(cause instanceof PathTemplateError)) throw cause
    const [why, ...advice] = cause.message.slice(`Cannot use the path ${JSON.stringify(path)}: `.length).split("; ")
    return [{ path: ["path"], message: why!, remedy: advice.length === 0 ? "change the path" : advice.join("; ") }]
  }
}

const compressProblems = (compress: unknown): ReadonlyArray<OptionProblem> => {
  if (compress !== "zstd" || "createZstdCompress" in zlib) return []
  const message = "Cannot use `compress: zstd`: this runtime has no zstd (Node has it from 22.15 on)"
  return [{ path: ["compress"], message, remedy: "write `compress: gzip`, or update the runtime" }]
}

const tellFileEvent = (event: FileEvent, { log, name }: PluginContext): void => {
  const tell = (level: LogLevel, message: string): void => log(level, message, { sink: name })
  switch (event._tag) {
    case "Repaired":
      return tell(
        event.cutBytes === 0 ? "info" : "warn",
        `${event.path} was left by a process that ended: ${event.keptBytes} bytes stay, ${event.cutBytes} torn ones are cut off${
          event.rescuedLines === 0 ? "" : `, and ${event.rescuedLines} lines of them are written again`
        }`,
      )
    case "Unreadable":
      return tell("warn", `${event.path} cannot be read, and was set aside as ${event.movedTo}`)
    case "Gone":
      return tell("warn", `${event.path} was moved or deleted while it was written; a new one begins`)
    case "Trouble":
      return tell("warn", event.error.message)
    case "Removed":
      return tell("info", `${event.path} was deleted (keep: ${event.by})`)
    case "Completed":
      return tell("debug", `${event.path} is complete: ${event.bytes} bytes`)
  }
}
