/** The flags that commands share. */
import type { FlagGroup } from "./flags.ts"
import { listenFlag, tokenFlag } from "./serveFlags.ts"

/** Which part of the feed. */
export const filterFlags: FlagGroup = {
  title: "Filters (each can be repeated; default: everything)",
  flags: [
    {
      name: "sport",
      value: "NAME",
      repeatable: true,
      about: "A sport or league, as listed by `catalog sports`.",
    },
    {
      name: "sportsbook",
      alias: "book",
      value: "NAME",
      repeatable: true,
      about: "A sportsbook, as listed by `catalog sportsbooks`.",
    },
    {
      name: "game",
      value: "KEY",
      repeatable: true,
      about: "A game, by its whole key as listed by `catalog games`.",
    },
    {
      name: "market",
      value: "NAME",
      repeatable: true,
      about: "A market, as listed by `catalog markets`.",
    },
  ],
}

/** What to print. */
export const outputFlags: FlagGroup = {
  title: "Output",
  flags: [
    {
      name: "emit",
      value: "FORM",
      about:
        "The form of a record: changes, messages, quotes, raw, best, fair, closing or opportunities. Default changes; see above.",
    },
    {
      name: "json",
      about: "JSON on a terminal too. Without it a terminal shows one line a change, or, with demo, the board.",
    },
    {
      name: "no-control",
      about: "Leave out controls: records about the stream itself (gaps, stale feeds, heartbeats).",
    },
    {
      name: "meta",
      about: "With --emit messages: wrap each message in an object with run, seq, at, session, epoch and message.",
    },
    {
      name: "count",
      value: "N",
      about: "Stop after N records, not counting controls.",
    },
    {
      name: "for",
      value: "TIME",
      about: "Stop after this time: 500ms, 30s, 5m, 1h30m.",
    },
    {
      name: "where",
      value: "EXPR",
      about: "Only records that meet this condition (CEL): 'sport == \"NBA\" && odds >= 150'. Controls always pass.",
    },
    {
      name: "sink",
      value: "SINK",
      repeatable: true,
      about: "The destination: stdout, file:PATH or webhook:URL. Default stdout. A webhook is signed with " +
        "BOLTODDS_WEBHOOK_SECRET; Discord and Slack URLs get readable messages. Other users of this machine can see a " +
        "URL: prefer webhook:@FILE or webhook:env:NAME.",
    },
    listenFlag,
    tokenFlag,
    {
      name: "resume",
      value: "FILE",
      about:
        "Continue from the changes that an earlier run wrote to FILE: only differences are sent. Append to it (>> FILE), " +
        "or write it with --sink file:FILE. If the file does not exist, everything is sent.",
    },
    {
      name: "report",
      about: "Print a report on stderr at the end: what was read, delivered and lost.",
    },
  ],
}

const urlFlags = [
  {
    name: "url",
    value: "URL",
    env: "BOLTODDS_URL",
    about: "The address of the feed, wss:// or ws://. REST uses the same host over http.",
  },
  {
    name: "insecure",
    about: "Allow ws:// to other hosts than this machine. The key is then sent unencrypted.",
  },
]

export const keyFlags = [
  {
    name: "key-file",
    value: "PATH",
    about: "Read the key from a file, again at each dial. Default: the variable BOLTODDS_API_KEY.",
  },
  {
    name: "key",
    value: "KEY",
    about: "The key itself. Other users of this machine can see it: prefer --key-file.",
  },
]

/** Where the feed is, for commands that only ask for names. */
export const feedFlags: FlagGroup = {
  title: "Feed",
  flags: [...urlFlags, ...keyFlags],
}

/** Where the feed is, for commands that stay. */
export const connectionFlags: FlagGroup = {
  title: "Connection",
  flags: [
    ...urlFlags,
    ...keyFlags,
    {
      name: "max-attempts",
      value: "N",
      about: "Give up after N dials in a row without data (exit 69). Default: never.",
    },
    {
      name: "exit-on-stale",
      value: "TIME",
      about:
        "End with 69 when nothing has been live for this long, as in 5m; for cron and orchestrators. Silence is noticed " +
        "after 10 to 25 s. A quiet market is not silence while the feed pings. Default: never.",
    },
  ],
}

/** When updates that arrive late make a sportsbook stale. */
export const lateFlags: FlagGroup["flags"] = [
  {
    name: "late-by",
    value: "TIME",
    about:
      "Make a sportsbook stale (reason late) when its updates arrive this much later than the fastest on the connection. Default 10s.",
  },
  {
    name: "late-for",
    value: "TIME",
    about: "How long updates must be late to make it stale, and on time to make it fresh again. Default 10s.",
  },
]

/** What to leave alone of what is not understood. */
export const ignoreFlag: FlagGroup["flags"][number] = {
  name: "ignore-action",
  value: "NAME",
  repeatable: true,
  about:
    "Ignore messages of this unknown action. By default such a message makes the games and sportsbooks that it names " +
    "unverified.",
}

/** How much the book may hold. */
export const limitFlag: FlagGroup["flags"][number] = {
  name: "limit",
  value: "NAME=VALUE",
  repeatable: true,
  about: "Bound the book: sessions, sportsbooks (of a session), games, outcomes (of a game), characters (of a name), " +
    "bytes, as in games=50000 or bytes=512MiB. Messages beyond a bound are not applied. Defaults: `schema reference`.",
}

/** What a configuration file may do beside what is harmless. */
export const allowFlag: FlagGroup["flags"][number] = {
  name: "allow",
  value: "WHAT",
  repeatable: true,
  about:
    "What the file may do: plugins (run its modules), private (post to private addresses), insecure (send the key or " +
    "records unencrypted). Separate several with commas. BOLTODDS_ALLOW adds to it.",
}

/** How many connections. */
export const sessionFlags: FlagGroup["flags"] = [
  {
    name: "sessions",
    value: "N",
    about:
      "Divide the feed among N connections. The plan must allow as many (Pro: 3), other programs with this key included. Default 1.",
  },
  {
    name: "shard-by",
    value: "KIND",
    choices: ["sport", "sportsbook"],
    about: "How to divide the feed. Default sportsbook. With sport, a new sport is missed for minutes.",
  },
]

const heartbeatFlag: FlagGroup["flags"][number] = {
  name: "log-heartbeat",
  value: "TIME",
  about: "How often a run logs that it is alive, and how it is doing. 0s: never. Default 5m.",
}

/** The log. */
export const logFlags: FlagGroup = {
  title: "Log (on stderr)",
  flags: [
    {
      name: "log-level",
      value: "LEVEL",
      choices: ["error", "warn", "info", "debug", "none"],
      about: "The least important level to show. Default info.",
    },
    {
      name: "log-format",
      value: "FORMAT",
      choices: ["human", "json"],
      about: "Default human on a terminal, else json.",
    },
    { name: "verbose", short: "v", about: "The same as --log-level debug." },
    { name: "quiet", short: "q", about: "The same as --log-level error." },
    { name: "help", short: "h", about: "Show this help." },
    { name: "version", short: "V", about: "Show the version." },
  ],
}

/** The log of a run. */
export const runLogFlags: FlagGroup = {
  ...logFlags,
  flags: [...logFlags.flags.slice(0, 2), heartbeatFlag, ...logFlags.flags.slice(2)],
}
