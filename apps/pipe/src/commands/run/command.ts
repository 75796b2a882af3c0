/** A configured pipeline. */
import type { Command } from "../../commandLine/Command.ts"
import { allowFlag, runLogFlags } from "../../commandLine/flagGroups.ts"
import { statusServerFlags } from "../../commandLine/serveFlags.ts"

/** `boltodds-pipe run pipeline.yaml`. */
export const runCommand: Command = {
  name: "run",
  usage: "FILE [flags]",
  about: "Run a pipeline from a configuration file",
  details: [
    `The file is YAML or JSON. It names a source (feed, simulator, replay or stdin, or
changes, nats, redis or serve for the records of another pipeline) and sinks
(stdout, file, webhook, serve, nats, redis, postgres, parquet, or a plug-in). Each
sink says what it receives (emit, where, processors) and how it is delivered (lane).
  check FILE      finds every mistake in the file
  schema config   prints a JSON Schema for editors
  examples/pipelines/ in the repository has files to start from`,
    `SIGHUP opens files again and reloads the configuration: the filters of the feed,
and sinks that were added, removed or changed. If a change needs a restart, the
log says so and nothing changes.`,
    `Delivery, by sink:
  - From the feed: best effort. The feed cannot replay; gaps are reported.
  - Waiting in memory: at most once.
  - With \`store: outbox\`: at least once, from the commit on.
  - A slow or failed sink stops no other. \`overflow\` says which records a full
    lane drops. Every loss is counted and reported to the reader.`,
    `A file alone cannot run code, post to private addresses, or send secrets
unencrypted: allow it with --allow. It cannot send the key in BOLTODDS_API_KEY to
other hosts than the vendor's: allow more with BOLTODDS_API_KEY_HOST. At its start
a run logs the hosts it contacts, and the secrets and variables it sends them.
\`check\` prints everything that the file would touch.`,
    `Exit codes: see boltodds-pipe --help. 78 means that the file has mistakes.`,
  ],
  words: 1,
  flags: [
    {
      title: "The run",
      flags: [{ name: "report", about: "Print a report on stderr at the end." }, allowFlag],
    },
    statusServerFlags,
    runLogFlags,
  ],
  examples: [
    {
      about: "Record a simulated feed to files; needs no key",
      line: "boltodds-pipe run examples/pipelines/record.yaml",
    },
    {
      about: "The same, with health and metrics on port 9464",
      line: "boltodds-pipe run examples/pipelines/record.yaml --listen 9464",
    },
    { about: "Reload a changed configuration", line: "kill -HUP $(pgrep -f 'boltodds-pipe.* run ')" },
  ],
  run: async (given) => (await import("./run.ts")).runConfigured(given, given.words[0]),
}
