/** The command that shows how a running process is doing. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"
import { serverTokenFlag } from "../../status/askServer.ts"

/** The pages that `--probe` asks for. */
export const probes: ReadonlyArray<string> = ["livez", "readyz", "feedz"]

/** `boltodds-pipe status`. */
export const statusCommand: Command = {
  name: "status",
  usage: "[ADDRESS] [flags]",
  about: "Show how a running process is doing",
  details: [
    `ADDRESS is where the process serves: a port, HOST:PORT or a URL. Default
127.0.0.1:7880. Any command that streams serves with --listen.`,
    `Prints the sessions with the feed, the sportsbooks, the sinks and the last gaps.
SIGUSR1 makes a process print the same on its stderr, also without --listen.`,
    `Exit codes:
   0  the process answers; with --probe, the answer is yes
  69  no process answers; with --probe, the answer is no
The others are those of boltodds-pipe --help.`,
  ],
  words: 1,
  flags: [
    {
      title: "What to show",
      flags: [
        { name: "json", about: "Print the status records as one JSON object." },
        {
          name: "probe",
          value: "PAGE",
          choices: probes,
          about:
            "Ask one page and print its answer: livez (does it run), readyz (can it serve), feedz (is the feed live).",
        },
        serverTokenFlag,
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "The process on the usual port", line: "boltodds-pipe status" },
    { about: "The verified share of each sportsbook", line: "boltodds-pipe status --json | jq '.books.books[]'" },
    { about: "For a container", line: "boltodds-pipe status 9464 --probe livez" },
  ],
  run: async (given) => (await import("./run.ts")).runStatus(given),
}
