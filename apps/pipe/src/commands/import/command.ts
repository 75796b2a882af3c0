/** Frames of an archive as a recording. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe import FILE…`. */
export const importCommand: Command = {
  name: "import",
  usage: "FILE… [flags]",
  about: "Turn an archive of the feed's frames into a recording",
  details: [
    `Reads files with one frame of the feed on each line, a JSON object or an array of
objects (plain, .gz or .zst), in the given order, and writes a recording to stdout
that a pipeline (source: replay) and \`simulate --replay\` play.`,
    `The time of a frame is that of --time-field. It should be when the frame arrived. The
default is the time of the server (timestamp): then delays are not known.`,
    `Nothing says when an archive was not connected. After 25 s without a frame the records
say that the feed is stale, and after --gap that the connection was lost.`,
  ],
  words: Number.POSITIVE_INFINITY,
  flags: [
    {
      title: "The archive",
      flags: [
        {
          name: "time-field",
          value: "NAME",
          about:
            "The field with the time: ISO 8601, or seconds, milliseconds, … since 1970. a.b is b in a. Default timestamp.",
        },
        {
          name: "frame-field",
          value: "NAME",
          about: "The field with the frame, if a line holds more than the frame. Default: the line is the frame.",
        },
        {
          name: "gap",
          value: "TIME",
          about: "After this time without a frame the connection counts as lost. Default 5m.",
        },
        { name: "sort", about: "Put the frames in the order of their times. Holds all of them in memory." },
      ],
    },
    logFlags,
  ],
  examples: [
    {
      about: "Import, and serve the feed of that day",
      line: "boltodds-pipe import archive.ndjson.gz > day.ndjson && boltodds-pipe simulate --replay day.ndjson",
    },
    {
      about: 'Lines such as {"received":…,"frame":{…}}',
      line: "boltodds-pipe import log.ndjson --time-field received --frame-field frame > day.ndjson",
    },
  ],
  run: async (given) => (await import("./run.ts")).runImport(given),
}
