/** What waits in an outbox, and what it could not deliver. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe outbox list FILE`. */
export const outboxCommand: Command = {
  name: "outbox",
  usage: "list|redrive|drop FILE [flags]",
  about: "Look into an outbox; deliver its dead letters again, or drop them",
  details: [
    `An outbox is the database file of a sink with \`store: outbox\`: what was committed
and is not delivered, and dead letters: what the destination refused for good.`,
    `list reads only, also beside a running pipeline. redrive and drop need the
pipeline to be stopped. redrive leaves prices of which something newer has come
since: they would be history, told as news.`,
  ],
  words: 2,
  flags: [
    {
      title: "Which dead letters",
      flags: [
        { name: "all", about: "All of them (redrive, drop)." },
        { name: "id", value: "N", repeatable: true, about: "This one, by its number in list (redrive, drop)." },
        { name: "superseded", about: "Also prices of which something newer has come since (redrive)." },
        { name: "after", value: "N", about: "The page behind this number (list)." },
        { name: "limit", value: "N", about: "How many to show (list). Default 100." },
        { name: "json", about: "One JSON object instead of text (list)." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "What waits, and what was refused", line: "boltodds-pipe outbox list outbox/hook.sqlite" },
    { about: "Once the receiver is mended", line: "boltodds-pipe outbox redrive outbox/hook.sqlite --all" },
  ],
  run: async (given) => (await import("./run.ts")).runOutbox(given),
}
