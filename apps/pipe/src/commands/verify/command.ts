/** The command that compares the book with the feed. */
import type { Command } from "../../commandLine/Command.ts"
import { connectionFlags, filterFlags, limitFlag, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe verify`. */
export const verifyCommand: Command = {
  name: "verify",
  usage: "[flags]",
  about: "Compare the book with fresh snapshots of the feed",
  details: [
    `Keeps a book from the live feed. At each interval it connects again and compares the
book with the fresh snapshot. Prints the differences by sportsbook and kind, with
examples.`,
    `With a plan that allows two connections, both are open during a comparison: a
difference that lasts longer than --grace is real, a shorter one is a message still
in transit. With one connection, the old one closes first. A game that the server
changed after the last message from its sportsbook may have moved in between, so its
differences are counted as timing. So are games that are gone.`,
    `Only lines that the book claimed to be live count as differences. Lines that it knew
to be unverified or stale are counted separately.`,
    `Exit codes:
   0  no difference
  76  at least one difference
The others are those of boltodds-pipe --help.`,
  ],
  flags: [
    filterFlags,
    {
      title: "What to compare",
      flags: [
        { name: "for", value: "TIME", about: "How long to run after the first complete snapshot. Default 1h." },
        { name: "every", value: "TIME", about: "Time between two comparisons. Default 10m, or --for if that is less." },
        { name: "grace", value: "TIME", about: "How long a message may be in transit. Default 3s." },
        { name: "connections", value: "N", about: "1 or 2. Default 2 if the plan allows it." },
        { name: "json", about: "Print one JSON object instead of text." },
      ],
    },
    {
      ...connectionFlags,
      flags: [...connectionFlags.flags.filter(({ name }) => name !== "exit-on-stale"), limitFlag],
    },
    logFlags,
  ],
  examples: [
    { about: "An hour of everything", line: "boltodds-pipe verify" },
    {
      about: "The NBA at two sportsbooks",
      line: "boltodds-pipe verify --sport NBA --sportsbook draftkings --sportsbook fanduel",
    },
    { about: "For cron", line: "boltodds-pipe verify --for 5m --json > verify.json || mail-me" },
  ],
  run: async (given) => (await import("./run.ts")).runVerify(given),
}
