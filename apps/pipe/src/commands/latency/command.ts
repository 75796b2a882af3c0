/** How old what the feed sends is on arrival. */
import type { Command } from "../../commandLine/Command.ts"
import { connectionFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe latency`. */
export const latencyCommand: Command = {
  name: "latency",
  usage: "[flags]",
  about: "Measure the latency and message rate of each sportsbook",
  details: [
    `Connects, watches, and prints one row per sportsbook: messages, their rate, and the
age of an update on arrival (our clock minus the server's time) as percentiles.`,
    `The difference of the two clocks is in every figure. When the fastest is below
zero, the server's clock is ahead by at least that; a clock of ours that is ahead
looks like latency and cannot be told from it here. \`boltodds-pipe doctor\` compares
the clocks over HTTP. Initial states are as old as their game's last change: they
are counted, and not measured. What waited because this program was not reading is
counted as delayed, and not measured.`,
  ],
  flags: [
    filterFlags,
    {
      title: "What to measure",
      flags: [
        { name: "for", value: "TIME", about: "How long to watch, from the first data on: 30s, 10m. Default 1m." },
        { name: "every", value: "TIME", about: "Print what is known so far this often as well." },
        { name: "json", about: "One JSON object per table instead of text." },
      ],
    },
    { ...connectionFlags, flags: connectionFlags.flags.filter(({ name }) => name !== "exit-on-stale") },
    logFlags,
  ],
  examples: [
    { about: "A minute of everything", line: "boltodds-pipe latency" },
    { about: "Who is slow in the NBA tonight", line: "boltodds-pipe latency --sport NBA --for 10m --every 1m" },
    {
      about: "For a dashboard",
      line: `boltodds-pipe latency --json | jq '.books[] | {sportsbook, p99: .latency.p99}'`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runLatency(given),
}
