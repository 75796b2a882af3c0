/** Whether a configuration is right. */
import type { Command } from "../../commandLine/Command.ts"
import { allowFlag, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe check pipeline.yaml`. */
export const checkCommand: Command = {
  name: "check",
  usage: "FILE [--resolved] [--connect] [--no-plugins]",
  about: "Check a configuration: every mistake, with its place and what to do",
  details: [
    `Opens nothing: reads the file and the files of its secrets. Plug-ins run: to
know their options the modules that the file names are loaded, which runs their
code with your rights. That needs --allow plugins; --no-plugins loads none, and
checks everything else.`,
    `With --connect the feed is dialed once with its key; every name in the
options of \`feed\`, and every name that a condition compares sport, sportsbook, game
or market with, is looked up in the catalog. Then each sink is opened and asked
whether its destination can be reached; a webhook gets a test event.`,
    `Exit codes: 0 right · 69 the feed cannot be reached · 74 a sink cannot be reached ·
77 the key is refused · 78 it has mistakes, or names that do not exist.`,
  ],
  words: 1,
  flags: [
    {
      title: "What to check",
      flags: [
        { name: "connect", about: "Dial the feed, look up every name, open each sink, send webhooks a test event." },
        { name: "no-plugins", about: "Load no module of the file; their parts are not checked." },
        allowFlag,
        { name: "resolved", about: "Print the configuration as it is understood, defaults filled in, secrets masked." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Before a deployment", line: "boltodds-pipe check pipeline.yaml --connect" },
    { about: "What the defaults come to", line: "boltodds-pipe check pipeline.yaml --resolved" },
  ],
  run: async (given) => (await import("./run.ts")).runCheck(given),
}
