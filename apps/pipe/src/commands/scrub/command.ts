/** A recording without the key. */
import type { Command } from "../../commandLine/Command.ts"
import { keyFlags, logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe scrub FILE`. */
export const scrubCommand: Command = {
  name: "scrub",
  usage: "FILE [flags]",
  about: "Copy a recording to stdout without the key",
  details: [
    `Replaces the key with [redacted] in every line, also where it is escaped for URLs or
JSON or inside base64 frames. Reads a recording (emit raw) or any other output:
plain, .gz or .zst. Writes plain text. Prints on stderr how often the key was found.`,
    `Recordings of this version hold no key, because a session removes it from every
frame. Older ones can hold it if the server sent it back. Names, prices and links
stay: a recording is paid data.`,
  ],
  words: 1,
  flags: [
    { title: "The key to remove", flags: keyFlags },
    logFlags,
  ],
  examples: [
    { about: "Before you share a recording", line: "boltodds-pipe scrub old.ndjson.gz > shared.ndjson" },
  ],
  run: async (given) => (await import("./run.ts")).runScrub(given),
}
