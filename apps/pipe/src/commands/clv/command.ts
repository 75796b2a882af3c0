/** The command that compares bets with closing prices. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe clv BETS CLOSINGS`. */
export const clvCommand: Command = {
  name: "clv",
  usage: "BETS CLOSINGS [flags]",
  about: "Compare bets with the closing prices",
  details: [
    `BETS is a CSV file with a header, or a file of JSON lines. Of each bet it has:
  key         which bet it was: the key of a record of best or closing
  odds        the price, in the form that --format names
  sportsbook  where it was placed; without it the best closing price counts
  line        of the side; it must be that of the key. Not needed.
Other columns are passed on.`,
    `CLOSINGS is what --emit closing wrote: JSON lines, plain, .gz or .zst. Both may be
/dev/stdin.`,
    `Prints one JSON object per bet, and on a terminal a table. price_clv is how much more the bet paid than the
closing price of its sportsbook, fair_clv its expected value at the fair closing
probability (see docs/odds.md), line_clv how many points its line was better than
the main line at the close. A bet that cannot be compared says why.`,
    `Exit codes:
   0  all bets were read
  64  wrong usage
  65  a line cannot be read; the others are compared all the same`,
  ],
  words: 2,
  flags: [{
    title: "What is compared",
    flags: [
      {
        name: "format",
        value: "NAME",
        choices: ["american", "decimal", "fractional", "probability"],
        about: "How the odds of bets are written. Default american.",
      },
      {
        name: "method",
        value: "NAME",
        choices: ["multiplicative", "additive", "power", "shin", "odds_ratio", "probit"],
        about: "How the margin is taken out of closing prices. Default multiplicative.",
      },
      {
        name: "reference",
        value: "NAMES",
        repeatable: true,
        about:
          "Whose closing prices are fair once the margin is taken out: sportsbooks, or consensus, separated by commas; " +
          "the first that has all sides. Default pinnacle,ps3838,consensus.",
      },
      { name: "min-sportsbooks", value: "N", about: "How many a consensus needs. Default 3." },
      { name: "json", about: "Print JSON on a terminal, too." },
    ],
  }, logFlags],
  examples: [
    { about: "How good your bets were", line: "boltodds-pipe clv bets.csv closings.ndjson" },
    {
      about: "Against the closing line of one sportsbook",
      line: "boltodds-pipe clv bets.csv closings.ndjson --reference pinnacle --method power | jq .fair_clv",
    },
  ],
  run: async (given) => (await import("./run.ts")).runClv(given),
}
