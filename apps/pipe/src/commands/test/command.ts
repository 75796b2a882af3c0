/** A pipeline against what is expected of it. */
import type { Command } from "../../commandLine/Command.ts"
import { allowFlag, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe test pipeline.yaml`. */
export const testCommand: Command = {
  name: "test",
  usage: "FILE --recording RECORDING --expect SINK=FILE …",
  about: "Run a pipeline over a recording, and compare with expected lines",
  details: [
    `The recording (emit raw) takes the place of the source. Nothing is delivered: what
each sink would be told, behind its emit, condition and processors, is compared
line by line with a file. The same recording always gives the same lines.`,
    `Exit codes: 0 as expected · 65 not, or the recording cannot be read · 78 the
configuration has mistakes.`,
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
          about: "What the feed sent: plain, .gz or .zst; of a rotated recording all files, in order.",
        },
        { name: "expect", value: "SINK=FILE", repeatable: true, about: "What the sink of this name is to be told." },
        allowFlag,
        { name: "write", about: "Write the files instead of comparing with them." },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Make a recording", line: "boltodds-pipe demo --emit raw --for 20s > day.ndjson" },
    {
      about: "Keep what is told now",
      line: "boltodds-pipe test p.yaml --recording day.ndjson --expect hook=hook.ndjson --write",
    },
    {
      about: "And compare from then on",
      line: "boltodds-pipe test p.yaml --recording day.ndjson --expect hook=hook.ndjson",
    },
  ],
  run: async (given) => (await import("./run.ts")).runTest(given),
}
