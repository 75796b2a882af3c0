/** The command that shows what a sink of a running process gets. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"
import { serverTokenFlag } from "../../status/askServer.ts"

/** `boltodds-pipe tap`. */
export const tapCommand: Command = {
  name: "tap",
  usage: "SINK [ADDRESS] [flags]",
  about: "Show what a sink of a running process gets",
  details: [
    `SINK is the name of a sink; \`boltodds-pipe status\` lists them. ADDRESS is where the
process serves, as for \`status\`. Default 127.0.0.1:7880.`,
    `Prints each record that the sink gets from now on, one a line, as it is sent to it,
in each attempt. The sink does not notice. A tap that is too slow gets the newest
record of each line, and a line such as {"tap":"slow","merged":12,"dropped":0}.`,
    `Exit codes: see boltodds-pipe --help.`,
  ],
  words: 2,
  flags: [
    {
      title: "The tap",
      flags: [
        { name: "for", value: "TIME", about: "Stop after this time: 30s, 1h30m." },
        serverTokenFlag,
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "What the sink files gets", line: "boltodds-pipe tap files | jq -c 'select(.change)'" },
  ],
  run: async (given) => (await import("./run.ts")).runTap(given),
}
