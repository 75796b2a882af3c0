/** The default command with a simulated feed inside this process. */
import type { Command } from "../../commandLine/Command.ts"
import { filterFlags, limitFlag, outputFlags, runLogFlags } from "../../commandLine/flagGroups.ts"
import { signalFlags } from "../../commandLine/signalFlags.ts"

/** `boltodds-pipe demo`. */
export const demoCommand: Command = {
  name: "demo",
  usage: "[flags]",
  about: "Stream from a simulated feed: no key, no network",
  details: [
    `Starts a feed server inside this process, on a local port. After five seconds it
cuts the connection once. Watch the records: gap_opened, then game_verified for
each game as it is confirmed, then gap_closed. Runs until interrupted.`,
    `On a terminal of at least 60 columns and 12 lines it shows the board of watch over
a larger feed, 120 messages a second. With --json, or with any flag that asks for
records (--emit, --sink, --count, --where, …), and in a pipe it writes records.`,
  ],
  flags: [
    filterFlags,
    {
      ...outputFlags,
      flags: outputFlags.flags.map((flag) =>
        flag.name === "emit"
          ? { ...flag, about: "The form of a record. Default changes; see boltodds-pipe --help." }
          : flag
      ),
    },
    signalFlags,
    {
      title: "The simulated feed",
      flags: [
        { name: "seed", value: "N", about: "The seed of the simulated world. Default 1." },
        { name: "rate", value: "N", about: "Messages per second. Default 20; on the board 120." },
        {
          name: "cut-after",
          value: "TIME",
          about: "When to cut the connection. Default 5s.",
        },
        { name: "no-cut", about: "Do not cut the connection." },
        limitFlag,
      ],
    },
    runLogFlags,
  ],
  examples: [
    { about: "Watch the records", line: "boltodds-pipe demo | jq -c ." },
    {
      about: "Only the records about the stream itself",
      line: "boltodds-pipe demo | jq -c 'select(.control)'",
    },
    {
      about: "The first hundred messages, as the feed sends them",
      line: "boltodds-pipe demo --emit messages --count 100",
    },
  ],
  run: async (given) => (await import("./run.ts")).runDemo(given),
}
