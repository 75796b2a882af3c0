/** The command that lists the names of the feed. */
import type { Command } from "../../commandLine/Command.ts"
import { catalogKinds } from "./catalogKinds.ts"
import { feedFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe catalog sports`. */
export const catalogCommand: Command = {
  name: "catalog",
  usage: catalogKinds.join("|"),
  about: "List the names to filter by",
  details: [
    `Prints one name per line; for games it prints the key that --game takes. With --json
it prints one JSON object per line. A filter must be exactly one of these names: for
any other name the feed sends no error and no data.`,
  ],
  words: 1,
  flags: [
    {
      title: "What to list",
      flags: [
        ...filterFlags.flags.filter(({ name }) => name === "sport" || name === "sportsbook").map((flag) => ({
          ...flag,
          about: flag.name === "sport" ? "Only games and markets of this sport." : "Only markets of this sportsbook.",
        })),
        {
          name: "json",
          about: "Print one JSON object per line, with all fields.",
        },
      ],
    },
    feedFlags,
    logFlags,
  ],
  examples: [
    { about: "List the leagues", line: "boltodds-pipe catalog sports" },
    {
      about: "List today's NBA games with their start",
      line: "boltodds-pipe catalog games --sport NBA --json",
    },
    {
      about: "Stream the first of them",
      line: `boltodds-pipe --game "$(boltodds-pipe catalog games --sport NBA | head -n 1)"`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runCatalog(given),
}
