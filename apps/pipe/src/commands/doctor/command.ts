/** The command that finds out why there is no data. */
import type { Command } from "../../commandLine/Command.ts"
import { feedFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe doctor`. */
export const doctorCommand: Command = {
  name: "doctor",
  usage: "[flags]",
  about: "Check key, network, names, feed and sportsbooks",
  details: [
    `Checks one thing after another and prints a line for each (ok, warning, FAILED or
skipped) with advice, then a verdict. It checks the key, the address, the state
folder, the request allowance, file permissions, other processes with this key, DNS,
REST, the clock, the names, the connection, the subscription, the first data, each
sportsbook, and latency. The output never holds the key: you can paste it into a
support request.`,
    `It uses 2 to 4 requests of the shared allowance and one connection. If another
process of this machine holds the key, it does not connect, because the smaller
plans allow one connection; --dial connects anyway.`,
    `Exit codes:
   0  data arrives, or everything that was checked without connecting is ok
  64  no key, an unusable address, or a name that does not exist
  69  the feed cannot be reached, or sends no data
  77  the key was refused
   1  a bug in doctor itself, never a finding`,
  ],
  flags: [
    filterFlags,
    {
      title: "What to check",
      flags: [
        { name: "for", value: "TIME", about: "How long to listen after the subscription: 20s, 5m. Default 20s." },
        { name: "dial", about: "Connect even if another process holds the key." },
        { name: "json", about: "Print one JSON object instead of text." },
      ],
    },
    feedFlags,
    logFlags,
  ],
  examples: [
    { about: "Check everything", line: "boltodds-pipe doctor" },
    { about: "Why does this filter bring no data?", line: "boltodds-pipe doctor --sport NBA --sportsbook draftkings" },
    {
      about: "Which sportsbooks are silent for five minutes?",
      line: `boltodds-pipe doctor --for 5m --json \\
    | jq '.findings[] | select(.check == "books") | .facts.silent'`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runDoctor(given),
}
