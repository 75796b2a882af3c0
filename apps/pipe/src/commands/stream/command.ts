/** The default command: streams the feed to standard output. */
import type { Command } from "../../commandLine/Command.ts"
import {
  allowFlag,
  connectionFlags,
  filterFlags,
  ignoreFlag,
  lateFlags,
  limitFlag,
  outputFlags,
  runLogFlags,
  sessionFlags,
} from "../../commandLine/flagGroups.ts"
import { signalFlags } from "../../commandLine/signalFlags.ts"

/** Without a name: `boltodds-pipe --sport NBA`. */
export const streamCommand: Command = {
  name: "",
  usage: "[flags]",
  about: "Stream BoltOdds live odds to stdout, one JSON record per line.",
  details: [
    `Each line is one JSON record. --emit selects its form:
  changes   Changes of the book. "change" names the kind (line_moved,
            line_suspended, …); "control" marks a record about the stream
            (gap_opened, game_verified, …). Prices that may no longer be live
            are marked unverified. Act on this output.
  messages  Each message of the feed, unchanged, without pings and
            acknowledgements. Events of the stream are added as messages
            (pipe_gap_opened, pipe_game_gone, …). This is not a book: nothing
            withdraws the prices from before a disconnect.
  quotes    One flat row per outcome and message, for data tools.
  raw       The event log of the session: every frame, connect, disconnect and
            tick. It is a recording: \`run\` and \`simulate --replay\` play it.
  best      The best price of every selection over all sportsbooks, of those
            that are live: opened, moved, closed, with controls between them.
  fair      What the sides of each line are worth without a margin: by a
            sportsbook (--reference), or the mean of three or more.
  closing   The last live price of each bet at each sportsbook before the start
            of its game, or why there is none.
  opportunities
            Arbitrages, value, middles and lines with nearly no margin: opened
            once they have stood for a while, closed at once with the reason.`,
    `stdout holds only records. Logs, errors and reports go to stderr. On a terminal,
changes are one line each, for a person; --json writes JSON there too. For live prices
side by side: boltodds-pipe watch.`,
    `Delivery:
  - From the feed: best effort. The feed cannot replay; gaps are reported.
  - To stdout: at most once. Nothing is kept across a crash.
  - To several sinks: no sink waits for another. A full one drops its oldest
    records and reports the loss.`,
    `Exit codes:
    0  clean end: a signal, --count or --for, or the reader closed stdout
    1  a bug; please report it
   64  wrong usage
   69  feed unavailable: --max-attempts or --exit-on-stale, or never connected
   70  an expression or plug-in did not return
   74  a sink cannot be written
   75  some records were not delivered, or were lost without a resnapshot
   77  the key was refused
   78  the configuration has mistakes
  129  ended by SIGHUP, everything delivered
  130, 143  ended at once by a second signal`,
    `Signals:
  SIGINT, SIGTERM  deliver what waits, then end
  SIGHUP           with a file sink: open the files again; otherwise end
  SIGUSR1          print the status on stderr
nohup does not protect a Node program from SIGHUP: use setsid or systemd-run.`,
  ],
  flags: [
    filterFlags,
    {
      ...outputFlags,
      flags: [...outputFlags.flags, {
        name: "config",
        value: "FILE",
        about: "Run this configuration, like `run FILE`. Only --report, --allow and log flags can be added.",
      }, allowFlag],
    },
    signalFlags,
    { ...connectionFlags, flags: [...connectionFlags.flags, ...lateFlags, ...sessionFlags, ignoreFlag, limitFlag] },
    runLogFlags,
  ],
  examples: [
    {
      about: "Everything that your plan allows, indented",
      line: "boltodds-pipe | jq .",
    },
    {
      about: "Price moves of the NBA at one sportsbook",
      line: `boltodds-pipe --sport NBA --sportsbook draftkings \\
    | jq -c 'select(.change == "line_moved") | [.game, .outcome, .previous_odds, .odds]'`,
    },
    {
      about: "Write ten minutes to a file and print a report",
      line: "boltodds-pipe --for 10m --report > changes.ndjson",
    },
    {
      about: "List the exact names of sportsbooks",
      line: "boltodds-pipe catalog sportsbooks",
    },
    {
      about: "Write to a file and a webhook at the same time",
      line: "boltodds-pipe --sink file:odds.ndjson --sink webhook:@hook-url",
    },
    {
      about: "The best prices of the MLB where you bet",
      line: "boltodds-pipe --sport MLB --emit best --bet-at draftkings,fanduel",
    },
    {
      about: "Arbitrages and value where you bet",
      line: "boltodds-pipe --emit opportunities --type arb,ev --min-profit 0.5% --bet-at draftkings,fanduel",
    },
    { about: "Try it without a key", line: "boltodds-pipe demo | jq -c ." },
  ],
  run: async (given) => (await import("./run.ts")).runStream(given),
}
