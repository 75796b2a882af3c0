/** The same as the default command, against a feed that is simulated inside this process. */
import type { Command } from "../../commandLine/Command.ts"
import { filterFlags, limitFlag, logFlags, outputFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe demo`. */
export const demoCommand: Command = {
  name: "demo",
  usage: "[flags]",
  about: "Stream from a simulated feed: no key, no network",
  details: [
    `A feed server runs inside this process, on a port of this machine only. After
some seconds it cuts the line once: watch gap_opened, then game_verified for each
game as it is confirmed, then gap_closed. Runs until interrupted.`,
  ],
  flags: [
    filterFlags,
    {
      ...outputFlags,
      flags: outputFlags.flags.map((flag) =>
        flag.name === "emit" ? { ...flag, about: "What a line is. Default changes; see boltodds-pipe --help." } : flag
      ),
    },
    {
      title: "The simulated feed",
      flags: [
        { name: "seed", value: "N", about: "Another world. Default 1." },
        { name: "rate", value: "N", about: "Messages a second. Default 20." },
        {
          name: "cut-after",
          value: "TIME",
          about: "When the line is cut. Default 5s.",
        },
        { name: "no-cut", about: "Leave the line alone." },
        limitFlag,
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Watch it", line: "boltodds-pipe demo | jq -c ." },
    {
      about: "Only what the stream says about itself",
      line: "boltodds-pipe demo | jq -c 'select(.control)'",
    },
    {
      about: "The first hundred messages, as the feed sends them",
      line: "boltodds-pipe demo --emit messages --count 100",
    },
  ],
  run: async (given) => (await import("./run.ts")).runDemo(given),
}
