/** The flags that commands share. */
import type { FlagGroup } from "./flags.ts"

/** Which part of the feed. */
export const filterFlags: FlagGroup = {
  title: "What to receive (leave all out for everything; each can be repeated)",
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
  title: "What to print",
  flags: [
    {
      name: "emit",
      value: "FORM",
      choices: ["changes", "messages", "quotes", "raw"],
      about: "What a line is. Default changes; see above.",
    },
    {
      name: "no-control",
      about: "Leave out records about the stream itself (gaps, stale feeds, heartbeats).",
    },
    {
      name: "meta",
      about:
        "With --emit messages: put each message into an envelope with run, seq, at, session and epoch; the message itself is in `message`.",
    },
    {
      name: "count",
      value: "N",
      about: "Stop after N data records; controls and the header of raw do not count.",
    },
    {
      name: "for",
      value: "TIME",
      about: "Stop after a while: 500ms, 30s, 5m, 1h30m.",
    },
    {
      name: "where",
      value: "EXPR",
      about: "Only records for which this holds (CEL), like 'sport == \"NBA\" && odds >= 150'. Controls always pass.",
    },
    {
      name: "sink",
      value: "SINK",
      repeatable: true,
      about:
        "Where to: stdout, file:PATH or webhook:URL (changes, signed with BOLTODDS_WEBHOOK_SECRET; a URL of Discord or " +
        "Slack gets messages for people). Other users of this machine can see a URL: prefer webhook:@FILE or " +
        "webhook:env:NAME. Default stdout.",
    },
    {
      name: "resume",
      value: "FILE",
      about:
        "Go on from the changes in a file that an earlier run wrote: only what differs comes out. Append to it (>> FILE), " +
        "or write it with --sink file:FILE. No such file yet: a first start.",
    },
    {
      name: "report",
      about: "At the end, print to stderr what was read, delivered and lost.",
    },
  ],
}

const urlFlags = [
  {
    name: "url",
    value: "URL",
    env: "BOLTODDS_URL",
    about: "The feed's address, wss:// or ws://; REST is the same place over http.",
  },
  {
    name: "insecure",
    about: "Allow ws:// to other hosts than this one. The key is then sent in the clear.",
  },
]

export const keyFlags = [
  {
    name: "key-file",
    value: "PATH",
    about: "Read the key from a file, anew at each dial. Without it the key is in BOLTODDS_API_KEY.",
  },
  {
    name: "key",
    value: "KEY",
    about: "The key itself. Other users of this machine can see it; prefer the above.",
  },
]

/** Where the feed is, for commands that only ask for names. */
export const feedFlags: FlagGroup = {
  title: "The feed",
  flags: [...urlFlags, ...keyFlags],
}

/** Where the feed is, for commands that stay. */
export const connectionFlags: FlagGroup = {
  title: "The connection",
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
        "End with 69 once nothing has been live for so long, like 5m: for cron and orchestrators. Silence counts " +
        "from when it is noticed, after 10 to 25 s; a quiet market is none, while the feed pings. Default: never.",
    },
  ],
}

/** When updates that arrive late make a sportsbook stale. */
export const lateFlags: FlagGroup["flags"] = [
  {
    name: "late-by",
    value: "TIME",
    about:
      "A sportsbook is stale (reason late) when its updates arrive so much later than at best on the connection. Default 10s.",
  },
  {
    name: "late-for",
    value: "TIME",
    about: "How long they must arrive late for that, and on time until it is fresh again. Default 10s.",
  },
]

/** What to leave alone of what is not understood. */
export const ignoreFlag: FlagGroup["flags"][number] = {
  name: "ignore-action",
  value: "NAME",
  repeatable: true,
  about:
    "A message of this unknown action makes nothing unverified. Without it the games and sportsbooks are that such " +
    "a message names.",
}

/** How much the book may hold. */
export const limitFlag: FlagGroup["flags"][number] = {
  name: "limit",
  value: "NAME=VALUE",
  repeatable: true,
  about:
    "Bound what is kept: sessions, sportsbooks (of a session), games, outcomes (of a game), characters (of a name), " +
    "bytes, as in games=50000 or bytes=512MiB. What is beyond is not applied, and unverified. Defaults: `schema reference`.",
}

/** What a configuration file may do beside what is harmless. */
export const allowFlag: FlagGroup["flags"][number] = {
  name: "allow",
  value: "WHAT",
  repeatable: true,
  about:
    "Let the file do what it alone cannot: plugins (run its modules), private (post to private addresses), insecure " +
    "(send the key or a body in the clear); several with commas. Beside BOLTODDS_ALLOW, which says the same.",
}

/** How many connections. */
export const sessionFlags: FlagGroup["flags"] = [
  {
    name: "sessions",
    value: "N",
    about:
      "Divide the feed among N connections. The plan must allow as many (Pro: 3), everything that uses the key counted. Default 1.",
  },
  {
    name: "shard-by",
    value: "KIND",
    choices: ["sport", "sportsbook"],
    about: "How the feed is divided. Default sportsbook: sports come and go, and a new one is missed for minutes.",
  },
]

/** The log. */
export const logFlags: FlagGroup = {
  title: "The log, on stderr",
  flags: [
    {
      name: "log-level",
      value: "LEVEL",
      choices: ["error", "warn", "info", "debug", "none"],
      about: "Default info.",
    },
    {
      name: "log-format",
      value: "FORMAT",
      choices: ["human", "json"],
      about: "Default human on a terminal, json elsewhere.",
    },
    { name: "verbose", short: "v", about: "The same as --log-level debug." },
    { name: "quiet", short: "q", about: "The same as --log-level error." },
    { name: "help", short: "h", about: "Show this." },
    { name: "version", short: "V", about: "Show the version." },
  ],
}
