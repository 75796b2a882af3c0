/** The command that takes the margin out of prices. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe devig -110 -110`. */
export const devigCommand: Command = {
  name: "devig",
  usage: "PRICE PRICE… [flags]",
  about: "Take the margin out of the prices of one line",
  details: [
    `The prices are those of all sides of one line at one sportsbook: two, or three with a
draw. Prints what each side is worth without the margin, by every method or by
--method, with the booksum and the hold. A method that does not apply says why:
see docs/odds.md.`,
    `Exit codes:
   0  done
  64  wrong usage
  65  no method applies`,
  ],
  words: 100,
  flags: [{
    title: "The prices",
    flags: [
      {
        name: "method",
        value: "NAME",
        choices: ["multiplicative", "additive", "power", "shin", "odds_ratio", "probit"],
        about: "Only this method. Default: all.",
      },
      {
        name: "format",
        value: "NAME",
        choices: ["american", "decimal", "fractional", "probability"],
        about: "How the prices are written. Default american.",
      },
      { name: "winners", value: "N", about: "How many sides win: 2 for double chance. Default 1." },
      { name: "json", about: "Print one JSON object per method." },
    ],
  }, logFlags],
  examples: [
    { about: "A total at -115 and -105", line: "boltodds-pipe devig -115 -105 --method power" },
    { about: "Three ways, in decimal odds", line: "boltodds-pipe devig 2.1 3.4 3.6 --format decimal" },
  ],
  run: async (given) => (await import("./run.ts")).runDevig(given),
}
