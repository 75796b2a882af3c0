/** Whether a configuration is right. */
import type { Command } from "../Command.ts"
import { logFlags } from "./flagGroups.ts"

/** `boltodds-pipe check pipeline.yaml`. */
export const check: Command = {
  name: "check",
  usage: "FILE [--resolved] [--connect]",
  about: "Check a configuration: every mistake, with its place and what to do",
  details: [
    `Opens nothing: reads the file, the plug-ins that it names and the files of its
secrets. With --connect each sink is opened and asked whether its destination can
be reached; a webhook gets a test event.`,
    `Exit codes: 0 right · 74 a sink cannot be reached · 78 it has mistakes.`,
  ],
  words: 1,
  flags: [
    {
      title: "What to check",
      flags: [
        { name: "connect", about: "Open each sink, and send webhooks a test event." },
        { name: "resolved", about: "Print the configuration as it is understood, defaults filled in, secrets masked." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Before a deployment", line: "boltodds-pipe check pipeline.yaml --connect" },
    { about: "What the defaults come to", line: "boltodds-pipe check pipeline.yaml --resolved" },
  ],
  run: async (given) => (await import("../run/runCheck.ts")).runCheck(given),
}
