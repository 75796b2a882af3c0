/** The command that checks a configuration. */
import type { Command } from "../../commandLine/Command.ts"
import { allowFlag, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe check pipeline.yaml`. */
export const checkCommand: Command = {
  name: "check",
  usage: "FILE [--resolved] [--connect] [--no-plugins]",
  about: "Find every mistake in a configuration, with its line and the fix",
  details: [
    `Reads the file and the files of its secrets, and opens nothing else. To check the
options of plug-ins, their modules are loaded, which runs their code with your
rights. That needs --allow plugins; --no-plugins skips them.`,
    `--connect connects to the feed once with the key. It looks up every name in the
options of \`feed\`, and every name that a condition compares with sport, sportsbook,
game or market. Then it opens each sink and tests whether its destination can be
reached; a webhook gets a test event.`,
    `Exit codes:
   0  no mistakes
  69  the feed cannot be reached
  74  a sink cannot be reached
  77  the key was refused
  78  the file has mistakes, or names that do not exist`,
  ],
  words: 1,
  flags: [
    {
      title: "What to check",
      flags: [
        { name: "connect", about: "Connect to the feed, look up names, open sinks, send webhooks a test event." },
        { name: "no-plugins", about: "Do not load the plug-ins of the file, and do not check their parts." },
        allowFlag,
        { name: "resolved", about: "Print the configuration with defaults filled in and secrets masked." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Before a deployment", line: "boltodds-pipe check pipeline.yaml --connect" },
    { about: "Show the defaults", line: "boltodds-pipe check pipeline.yaml --resolved" },
  ],
  run: async (given) => (await import("./run.ts")).runCheck(given),
}
