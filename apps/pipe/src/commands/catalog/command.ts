/** The command that lists the names of the feed. */
import type { Command } from "../../commandLine/Command.ts"
import { feedFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"
import { showWord } from "../../commandLine/flags.ts"
import { UsageError } from "../../process/ExitCode.ts"
import { didYouMean } from "@boltodds/text"
import type { CatalogKind } from "./run.ts"

const catalogKinds: ReadonlyArray<CatalogKind> = ["sports", "sportsbooks", "games", "markets"]

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
  run: async (given) => {
    const kind = kindOf(given.words[0])
    return (await import("./run.ts")).runCatalog(given, kind)
  },
}

const kindOf = (word: string | undefined): CatalogKind => {
  // As `--book` means `--sportsbook`.
  const named = word === "books" ? "sportsbooks" : word
  const kind = catalogKinds.find((kind) => kind === named)
  if (kind !== undefined) return kind
  if (word === undefined) {
    throw new UsageError(
      `Nothing to list: write one of ${catalogKinds.join(", ")} after catalog`,
    )
  }
  const expected = `one of ${catalogKinds.join(", ")}`
  throw new UsageError(
    `Cannot list this: expected ${expected}; got ${showWord(word)}.${didYouMean(word, catalogKinds)}`,
  )
}
