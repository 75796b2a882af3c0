/** Does the book that is held agree with the feed? */
import type { Command } from "../../commandLine/Command.ts"
import { connectionFlags, filterFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe verify`. */
export const verifyCommand: Command = {
  name: "verify",
  usage: "[flags]",
  about: "Compare the book that is held with fresh snapshots of the feed",
  details: [
    `Holds a book from the live feed, connects anew now and then, and compares what it
held with the fresh snapshot: by sportsbook and kind, with examples. Ends with 0
where nothing differs and with 76 where something does.`,
    `Where the plan allows two connections, both are up during a comparison: a
difference that lasts longer than the grace is real, a shorter one is a message on
its way. With one connection the old one ends first. A game that the server changed
after the last message we had of its sportsbook may have moved in between: its
differences count as of the moment, and so do games that are gone.`,
    `Only what the book claimed to be live counts as a difference. What it knew to be
unverified or stale is counted apart.`,
  ],
  flags: [
    filterFlags,
    {
      title: "What to compare",
      flags: [
        { name: "for", value: "TIME", about: "How long, from the first settled snapshot on. Default 1h." },
        { name: "every", value: "TIME", about: "Between two comparisons. Default 10m, or --for where that is less." },
        { name: "grace", value: "TIME", about: "How long a message may be on its way. Default 3s." },
        { name: "connections", value: "N", about: "1 or 2. Default 2 where the plan allows it." },
        { name: "json", about: "One JSON object instead of text." },
      ],
    },
    { ...connectionFlags, flags: connectionFlags.flags.filter(({ name }) => name !== "exit-on-stale") },
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
