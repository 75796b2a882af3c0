/** The command that tests a pipeline against expected output. */
import type { Command } from "../../commandLine/Command.ts"
import { allowFlag, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe test pipeline.yaml`. */
export const testCommand: Command = {
  name: "test",
  usage: "FILE --recording RECORDING --expect SINK=FILE …",
  about: "Run a pipeline over a recording and compare with expected lines",
  details: [
    `Plays a recording (emit raw) in place of the source and delivers nothing. Compares
the records that each sink would receive, after its emit, condition and processors,
with a file, line by line. The same recording always gives the same lines.`,
    `Exit codes:
   0  all lines are as expected
  65  they differ, or the recording cannot be read
  78  the configuration has mistakes`,
  ],
  words: 1,
  flags: [
    {
      title: "The test",
      flags: [
        {
          name: "recording",
          value: "FILE",
          repeatable: true,
          about: "The recording: plain, .gz or .zst. Repeat for all files of a rotated one, in order.",
        },
        {
          name: "expect",
          value: "SINK=FILE",
          repeatable: true,
          about: "The file with the expected lines of this sink.",
        },
        allowFlag,
        { name: "write", about: "Write the expected lines to the files instead of comparing." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Make a recording", line: "boltodds-pipe demo --emit raw --for 20s > day.ndjson" },
    {
      about: "Save the current output as expected",
      line: "boltodds-pipe test p.yaml --recording day.ndjson --expect hook=hook.ndjson --write",
    },
    {
      about: "Compare with it later",
      line: "boltodds-pipe test p.yaml --recording day.ndjson --expect hook=hook.ndjson",
    },
  ],
  run: async (given) => (await import("./run.ts")).runTest(given),
}
