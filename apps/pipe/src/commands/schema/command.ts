/** The JSON Schemas. */
import type { Command } from "../../commandLine/Command.ts"
import { UsageError } from "../../process/ExitCode.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"
import type { SchemaName } from "./run.ts"

const schemaNames: ReadonlyArray<SchemaName> = [
  "messages",
  "changes",
  "quotes",
  "raw",
  "best",
  "fair",
  "opportunities",
  "closing",
  "status",
  "config",
  "reference",
  "metrics",
  "log-events",
]

/** `boltodds-pipe schema config`. */
export const schemaCommand: Command = {
  name: "schema",
  usage: schemaNames.join("|"),
  about: "Print a JSON Schema, or a reference page",
  details: [
    `Prints on stdout:
  messages, changes, quotes, raw, best, fair, opportunities, closing
             a line of this emit; messages are those of the feed
  status     a status record: a line of /v1/stream?emit=status
  config     a configuration file, with the options of every built-in part
  reference  the same as config, as Markdown
  metrics    the metrics of /metrics, as Markdown
  log-events the events of the log, as Markdown`,
  ],
  words: 1,
  flags: [logFlags],
  examples: [
    {
      about: "Completion and checks in an editor",
      line: "boltodds-pipe schema config > pipeline.schema.json",
    },
    {
      about: "Then make this the first line of the configuration",
      line: "# yaml-language-server: $schema=./pipeline.schema.json",
    },
  ],
  run: async (given) => {
    const name = schemaNames.find((known) => known === given.words[0])
    if (name === undefined) throw new UsageError(`Cannot print a schema: write one of ${schemaNames.join(", ")}`)
    return (await import("./run.ts")).runSchema(name)
  },
}
