/** The names that the feed knows. */
import type { Command } from "../../commandLine/Command.ts"
import { catalogKinds } from "./catalogKinds.ts"
import { feedFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe catalog sports`. */
export const catalogCommand: Command = {
  name: "catalog",
  usage: catalogKinds.join("|"),
  about: "List the names to filter by",
  details: [
    `Prints one name per line (for games the key, which --game takes), or one JSON
object per line with --json. The feed ignores a name that is not exactly one of
these: it sends no error and no data.`,
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
          about: "One JSON object a line, with all that is known.",
        },
      ],
    },
    feedFlags,
    logFlags,
  ],
  examples: [
    { about: "Which leagues there are", line: "boltodds-pipe catalog sports" },
    {
      about: "Today's NBA games, with their start",
      line: "boltodds-pipe catalog games --sport NBA --json",
    },
    {
      about: "Stream the first of them",
      line: `boltodds-pipe --game "$(boltodds-pipe catalog games --sport NBA | head -n 1)"`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runCatalog(given),
}
