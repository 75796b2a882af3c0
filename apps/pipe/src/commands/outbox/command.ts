/** What waits in an outbox, and what it could not deliver. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe outbox list FILE`. */
export const outboxCommand: Command = {
  name: "outbox",
  usage: "list|redrive|drop FILE [flags]",
  about: "List, redeliver or drop the dead letters of an outbox",
  details: [
    `An outbox is the database file of a sink with \`store: outbox\`. It holds records that
wait for delivery, and dead letters: records that the destination refused for good.
  list     shows them; also works while the pipeline runs
  redrive  queues dead letters for delivery again; stop the pipeline first
  drop     deletes dead letters; stop the pipeline first`,
    `redrive skips prices for which a newer record has come since; --superseded includes
them.`,
  ],
  words: 2,
  flags: [
    {
      title: "Which dead letters",
      flags: [
        { name: "all", about: "All dead letters (redrive, drop)." },
        { name: "id", value: "N", repeatable: true, about: "One dead letter, by its number in list (redrive, drop)." },
        { name: "superseded", about: "Also prices for which a newer record has come (redrive)." },
        { name: "after", value: "N", about: "Start after this number, for the next page (list)." },
        { name: "limit", value: "N", about: "The number of dead letters to show (list). Default 100." },
        { name: "json", about: "Print one JSON object instead of text (list)." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Show waiting records and dead letters", line: "boltodds-pipe outbox list outbox/hook.sqlite" },
    {
      about: "Redeliver after the receiver was repaired",
      line: "boltodds-pipe outbox redrive outbox/hook.sqlite --all",
    },
  ],
  run: async (given) => (await import("./run.ts")).runOutbox(given),
}
