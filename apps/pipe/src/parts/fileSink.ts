/** The sink `file`. */
import { type LogLevel, type PluginContext, type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { file, type FileEvent, FileOptions } from "@boltodds/sink-file"
import { resolve } from "node:path"

/** Files. */
export const fileSink: SinkPlugin<FileOptions> = sinkPlugin({
  kind: "sink",
  name: "file",
  about: "Files, one JSON record a line: rotated, compressed, repaired after a crash.",
  config: FileOptions,
  make: (options, context) =>
    file({ ...options, path: resolve(context.folder, options.path) }, {
      onEvent: (event) => tellFileEvent(event, context),
    }),
})

const tellFileEvent = (event: FileEvent, { log, name }: PluginContext): void => {
  const tell = (level: LogLevel, message: string): void => log(level, message, { sink: name })
  switch (event._tag) {
    case "Repaired":
      return tell(
        event.cutBytes === 0 ? "info" : "warn",
        `${event.path} was left by a process that ended: ${event.keptBytes} bytes stay, ${event.cutBytes} torn ones are cut off`,
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
