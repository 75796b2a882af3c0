/** The command that measures latency. */
import type { Command } from "../../commandLine/Command.ts"
import { connectionFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe latency`. */
export const latencyCommand: Command = {
  name: "latency",
  usage: "[flags]",
  about: "Measure the latency and message rate of each sportsbook",
  details: [
    `Connects to the feed and prints one row per sportsbook: the number of messages,
their rate, and percentiles of the age of an update on arrival (local time minus the
server's time).`,
    `The difference between the two clocks is part of every figure. If the fastest
update is below zero, the server's clock is ahead by at least that much. A local
clock that is ahead looks like latency: \`boltodds-pipe doctor\` compares the clocks
over HTTP. Not measured, only counted: initial states, which are as old as the last
change of their game, and messages that waited while this program did not read.`,
  ],
  flags: [
    filterFlags,
    {
      title: "What to measure",
      flags: [
        { name: "for", value: "TIME", about: "How long to measure after the first data: 30s, 10m. Default 1m." },
        { name: "every", value: "TIME", about: "Also print the table at this interval." },
        { name: "json", about: "Print one JSON object per table instead of text." },
      ],
    },
    { ...connectionFlags, flags: connectionFlags.flags.filter(({ name }) => name !== "exit-on-stale") },
    logFlags,
  ],
  examples: [
    { about: "Measure everything for a minute", line: "boltodds-pipe latency" },
    {
      about: "Which sportsbook is slow in the NBA tonight?",
      line: "boltodds-pipe latency --sport NBA --for 10m --every 1m",
    },
    {
      about: "For a dashboard",
      line: `boltodds-pipe latency --json | jq '.books[] | {sportsbook, p99: .latency.p99}'`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runLatency(given),
}
