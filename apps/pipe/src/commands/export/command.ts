/** Records from files into a table: Parquet or CSV. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe export FILE… --to OUT`. */
export const exportCommand: Command = {
  name: "export",
  usage: "FILE… --to OUT [flags]",
  about: "Write records as a Parquet or CSV table",
  details: [
    `Reads NDJSON that this program wrote (plain, .gz or .zst), in the given order, and
writes one table: Parquet if OUT ends with .parquet, CSV if it ends with .csv, and
CSV on stdout if OUT is -. The records say which emit they are of. A recording
(emit raw) has no table: replay it first, with a pipeline (source: replay).`,
    `Controls are rows too, except for quotes. In CSV a text that a spreadsheet would take
for a formula gets a ' in front.`,
  ],
  words: Number.POSITIVE_INFINITY,
  flags: [
    {
      title: "The table",
      flags: [
        { name: "to", value: "OUT", about: "The file to make: out.parquet or out.csv. It must not exist." },
        {
          name: "emit",
          value: "FORM",
          about:
            "The emit of the records: changes, messages, quotes, best, fair, closing or opportunities. Default: as they look.",
        },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "A day as Parquet", line: "boltodds-pipe export odds/2026-07-16*.ndjson.zst --to day.parquet" },
    { about: "CSV for another program", line: "boltodds-pipe export quotes.ndjson --to - | csvlook" },
  ],
  run: async (given) => (await import("./run.ts")).runExport(given),
}
