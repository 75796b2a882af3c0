/** The JSON Schemas. */
import type { Command } from "../../commandLine/Command.ts"
import { UsageError } from "../../process/ExitCode.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"
import { schemaNames } from "./schemaNames.ts"

/** `boltodds-pipe schema config`. */
export const schemaCommand: Command = {
  name: "schema",
  usage: schemaNames.join("|"),
  about: "Print a JSON Schema",
  details: [
    `messages: what the feed sends · changes: a line of --emit changes · config: a
configuration file, with the options of every part that comes with this command ·
reference: the same as Markdown, to be read.`,
  ],
  words: 1,
  flags: [logFlags],
  examples: [
    {
      about: "For an editor: completion and checks while you type",
      line: "boltodds-pipe schema config > pipeline.schema.json",
    },
    {
      about: "The first line of the file then says",
      line: "# yaml-language-server: $schema=./pipeline.schema.json",
    },
  ],
  run: async (given) => {
    const name = schemaNames.find((known) => known === given.words[0])
    if (name === undefined) throw new UsageError(`Cannot print a schema: write one of ${schemaNames.join(", ")}`)
    return (await import("./run.ts")).runSchema(name)
  },
}
