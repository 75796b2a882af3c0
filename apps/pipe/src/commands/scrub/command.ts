/** A recording without the key. */
import type { Command } from "../../commandLine/Command.ts"
import { keyFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe scrub FILE`. */
export const scrubCommand: Command = {
  name: "scrub",
  usage: "FILE [flags]",
  about: "Copy a recording to stdout without the key, to share it",
  details: [
    `Searches every line for the key, as it is and as URLs and JSON escape it, frames in
base64 included, and writes [redacted] in its place. Works on a recording (emit raw)
and on any other output; plain, .gz or .zst. What comes out is plain. How often the
key was found is said on stderr.`,
    `Recordings of this version hold no key: a session takes it out of every frame. Older
ones may hold it where the server sent it back. Names, prices and links stay: a
recording is paid data.`,
  ],
  words: 1,
  flags: [
    { title: "The key to take out", flags: keyFlags },
    logFlags,
  ],
  examples: [
    { about: "Before a recording is sent to anybody", line: "boltodds-pipe scrub old.ndjson.gz > shared.ndjson" },
  ],
  run: async (given) => (await import("./run.ts")).runScrub(given),
}
