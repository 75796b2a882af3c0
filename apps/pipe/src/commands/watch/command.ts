/** The board. */
import type { Command } from "../../commandLine/Command.ts"
import {
  connectionFlags,
  filterFlags,
  ignoreFlag,
  lateFlags,
  limitFlag,
  logFlags,
  outputFlags,
  sessionFlags,
} from "../../commandLine/flagGroups.ts"
import { signalFlags } from "../../commandLine/signalFlags.ts"

/** Flags of records that nobody sees. */
const left = new Set(["count", "meta", "no-control", "json"])

/** `boltodds-pipe watch`. */
export const watchCommand: Command = {
  name: "watch",
  usage: "[flags]",
  about: "Show live prices of all sportsbooks side by side in the terminal",
  details: [
    `A board for a person at a terminal of at least 60 columns and 12 lines: prices of one
market, with the best one, what moved, best prices over all markets, opportunities,
the feed and its sinks. Prices that are not live have a ? and are never the best.`,
    `Keys:
  1 to 6, Tab     Board, Moves, Best, Opportunities, Feed, Pipeline
  arrows, g       rows, sportsbooks, the next game
  Enter           all lines of the game; Escape goes back
  m, f, s         market; American, decimal, probability; by start, move or hold
  /               only names with these words
  b, t, c         choose sportsbooks; UTC or local time; colors
  space, Ctrl-L   freeze; draw again
  ?, q            what the marks mean; quit`,
    `Log lines are shown below, and the last 20 are printed when the board is left. Sinks
(--sink, --listen) work beside the board; --emit is theirs. NO_COLOR is respected.`,
    `Exit codes and signals: see boltodds-pipe --help.`,
  ],
  flags: [
    filterFlags,
    {
      ...outputFlags,
      flags: outputFlags.flags.filter(({ name }) => !left.has(name)).map((flag) =>
        flag.name === "sink"
          ? { ...flag, about: "A destination beside the board: file:PATH or webhook:URL. See boltodds-pipe --help." }
          : flag.name === "emit"
          ? { ...flag, about: "The form of the records of --sink and --listen. Default changes." }
          : flag.name === "where"
          ? { ...flag, about: "Only changes that meet this condition (CEL). Best prices and opportunities are of all." }
          : flag
      ),
    },
    { ...signalFlags, title: "Comparing sportsbooks" },
    { ...connectionFlags, flags: [...connectionFlags.flags, ...lateFlags, ...sessionFlags, ignoreFlag, limitFlag] },
    logFlags,
  ],
  examples: [
    { about: "Everything that your plan allows", line: "boltodds-pipe watch" },
    {
      about: "The NBA, and a file of all changes beside it",
      line: "boltodds-pipe watch --sport NBA --sink file:nba.ndjson",
    },
    { about: "Opportunities where you bet", line: "boltodds-pipe watch --bet-at draftkings,fanduel --min-profit 0.5%" },
    { about: "Try it without a key", line: "boltodds-pipe demo" },
  ],
  run: async (given) => (await import("./run.ts")).runWatch(given),
}
