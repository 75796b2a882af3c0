/** What is wrong, if something is. */
import type { Command } from "../../commandLine/Command.ts"
import { feedFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe doctor`. */
export const doctorCommand: Command = {
  name: "doctor",
  usage: "[flags]",
  about: "Check key, network, names, feed and books, with a verdict",
  details: [
    `Checks one thing after the other and prints a line for each (ok, warning, FAILED
or skipped) and what to do about it: the key, the address, the state folder and
what is left of the minute's requests, who else can read or write these files,
other processes with this key, DNS, REST, the clock, the names given, the dial,
the subscription, the first data, each sportsbook, latency. Then a verdict. The
key is in none of it: paste it all into a support request.`,
    `It uses the same allowance of requests as every command, and takes 2 to 4 of
them and a connection. While another process of this machine holds the key it
does not dial, since the smaller plans allow one connection; --dial does it all
the same.`,
    `Exit codes: 0 data comes (warnings or not), or all is fine that could be checked
without dialing · 64 no key, an address that cannot be used, or a name that does
not exist · 69 the feed cannot be reached, or sends no data · 77 key refused.
What it finds never ends it with 1: that is a bug.`,
  ],
  flags: [
    filterFlags,
    {
      title: "What to check",
      flags: [
        { name: "for", value: "TIME", about: "How long to listen, from the subscription on: 20s, 5m. Default 20s." },
        { name: "dial", about: "Dial even while another process holds the key." },
        { name: "json", about: "One JSON object instead of text." },
      ],
    },
    feedFlags,
    logFlags,
  ],
  examples: [
    { about: "Is everything fine?", line: "boltodds-pipe doctor" },
    { about: "Why does this bring nothing?", line: "boltodds-pipe doctor --sport NBA --sportsbook draftkings" },
    {
      about: "Which books are silent for five minutes",
      line: `boltodds-pipe doctor --for 5m --json \\
    | jq '.findings[] | select(.check == "books") | .facts.silent'`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runDoctor(given),
}
