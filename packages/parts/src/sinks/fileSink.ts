/** The sink `file`. */
import { type LogLevel, type OptionProblem, type PluginContext, type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { csvEmits, file, type FileEvent, FileOptions, parsePathTemplate, PathTemplateError } from "@boltodds/sink-file"
import { basename, dirname, join, resolve } from "node:path"
import * as zlib from "node:zlib"
import { realpathSync } from "node:fs"

/** Files. */
export const fileSink: SinkPlugin<FileOptions> = sinkPlugin({
  kind: "sink",
  name: "file",
  about: "Files, one JSON record a line, or CSV: rotated, compressed, repaired after a crash.",
  config: FileOptions,
  problems: ({ path, compress, format }, { emit }) => [
    ...pathProblems(path, compress),
    ...compressProblems(compress),
    ...formatProblems(format, emit),
  ],
  claims: ({ path, compress = "none" }, { folder }) => {
    const { base, pattern } = parsePathTemplate(resolve(folder, path), { compress })
    return [{ path: ["path"], file: [join(realPath(base), "/"), ...pattern] }]
  },
  make: (options, context) =>
    file({ ...options, path: resolve(context.folder, options.path) }, {
      emit: context.emit,
      run: context.run,
      onEvent: (event) => logFileEvent(event, context),
    }),
})

/**
 * Problems of the path together with the compression (`.gz` makes a name longer), which the schema of one option cannot
 * see. The message leaves the path out, because a variable may have filled in a part of it.
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

/** Records without columns cannot be rows. */
const formatProblems = (format: unknown, emit: string | undefined): ReadonlyArray<OptionProblem> => {
  if (format !== "csv" || emit === undefined || csvEmits.includes(emit)) return []
  const message = `Cannot use \`format: csv\`: records of ${emit} have no columns`
  return [{ path: ["format"], message, remedy: `leave it out, or use emit: with one of ${csvEmits.join(", ")}` }]
}

const compressProblems = (compress: unknown): ReadonlyArray<OptionProblem> => {
  if (compress !== "zstd" || "createZstdCompress" in zlib) return []
  const message = "Cannot use `compress: zstd`: this runtime has no zstd (Node has it from 22.15 on)"
  return [{ path: ["compress"], message, remedy: "write `compress: gzip`, or update the runtime" }]
}

/** Logs what happens to files. */
export const logFileEvent = (event: FileEvent, { log, name }: PluginContext): void => {
  const say = (level: LogLevel, message: string): void => log(level, message, { sink: name })
  switch (event._tag) {
    case "Repaired":
      return say(
        event.cutBytes === 0 ? "info" : "warn",
        `${event.path} was left by a process that ended: kept ${event.keptBytes} bytes, cut off ${event.cutBytes}${
          event.rescuedLines === 0 ? "" : `, and wrote ${event.rescuedLines} lines of these again`
        }`,
      )
    case "Unreadable":
      return say("warn", `cannot read ${event.path}: moved it to ${event.movedTo}`)
    case "Gone":
      return say("warn", `${event.path} was moved or deleted while it was written; a new file begins`)
    case "TooManySeries":
      return say(
        "warn",
        `more than ${event.most} different names for files in a day: records of further ones go to ${event.path}; check the ` +
          "path's placeholders, or raise max_series",
      )
    case "TooManyControls":
      return say(
        "warn",
        `more than ${event.most} controls are kept for files that have no record yet: the oldest are in all files now${
          event.path === undefined ? "" : `, and records of new names go to ${event.path} until the stream starts again`
        }`,
      )
    case "Trouble":
      return say("warn", event.error.message)
    case "Removed":
      return say("info", `deleted ${event.path} (keep: ${event.by})`)
    case "Completed":
      return say("debug", `${event.path} is complete: ${event.bytes} bytes`)
  }
}

/** The absolute path with its links followed, as far as it exists. */
export const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    // The file does not exist yet or cannot be looked at, but its folder may.
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
