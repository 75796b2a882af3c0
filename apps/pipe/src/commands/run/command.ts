/** A configured pipeline. */
import type { Command } from "../../commandLine/Command.ts"
import { allowFlag, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe run pipeline.yaml`. */
export const runCommand: Command = {
  name: "run",
  usage: "FILE [flags]",
  about: "Run a pipeline from a configuration file",
  details: [
    `The file is YAML or JSON: a source (feed, simulator, replay or stdin) and named
sinks (stdout, file, webhook, or your own), each with what it is told (emit,
where, processors) and how it is delivered (lane). All mistakes in it are told at
once. \`check\` checks it, \`schema config\` is its JSON Schema for editors,
examples/pipelines has some to begin with.`,
    `SIGHUP opens files again and takes over what changed in the configuration: the
filters of the feed, sinks added, removed or changed. What needs a restart is said
so, and then nothing changes.`,
    `The promise, by sink: before it is received, best effort (the feed cannot replay;
gaps are told); in memory, at most once; from commit on at least once with
\`store: outbox\`. A sink that is slow or dead stops no other: \`overflow\` says what
it loses, and everything that is lost is counted and told.`,
    `A file alone cannot run code of its own, post to private addresses or send secrets
in the clear: --allow says what it may. Nor can it send the key of BOLTODDS_API_KEY
to another host than the vendor's: BOLTODDS_API_KEY_HOST names more. At its start a
run logs which hosts it contacts, and with which secrets and variables; \`check\`
prints all that it would touch.`,
    `Exit codes: as of the stream (boltodds-pipe --help), and 78 for a configuration
with mistakes.`,
  ],
  words: 1,
  flags: [{
    title: "The run",
    flags: [{ name: "report", about: "At the end, print to stderr what became of everything." }, allowFlag],
  }, logFlags],
  examples: [
    { about: "A simulated feed into files, no key needed", line: "boltodds-pipe run examples/pipelines/record.yaml" },
    { about: "Take over a changed configuration", line: "kill -HUP $(pgrep -f 'boltodds-pipe.* run ')" },
  ],
  run: async (given) => (await import("./run.ts")).runConfigured(given, given.words[0]),
}
