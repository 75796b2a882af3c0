/** The default command: the feed on standard output. */
import type { Command } from "../../commandLine/Command.ts"
import {
  allowFlag,
  connectionFlags,
  filterFlags,
  ignoreFlag,
  lateFlags,
  limitFlag,
  logFlags,
  outputFlags,
  sessionFlags,
} from "../../commandLine/flagGroups.ts"

/** Without a name: `boltodds-pipe --sport NBA`. */
export const streamCommand: Command = {
  name: "",
  usage: "[flags]",
  about: "The BoltOdds live odds feed on standard output, one JSON record a line.",
  details: [
    `What a line is, by --emit:
  changes   Changes of a checked book: "change" names the kind (line_moved,
            line_suspended, …), "control" a record about the stream (gap_opened,
            game_verified, …). Whatever is no longer known to be live is marked
            unverified. This is the output to act on.
  messages  Each message of the feed as it came, without pings and
            acknowledgements. Events of the stream are messages of their own
            (pipe_gap_opened, pipe_game_gone, …). This is not a book: prices
            from before a disconnect are not withdrawn.
  quotes    One flat row for each outcome of each message, for data tools.
  raw       The session's event log: every frame, connect, disconnect and tick.
            It is a recording: \`simulate --replay\` plays it, and so does \`run\`.`,
    `Logs, errors and reports go to stderr. The promise: until it is received, best
effort (the feed cannot replay; gaps are told); on stdout, at most once (nothing
is kept across a crash). With several sinks none waits for another: a full one
loses its oldest records, and says so.`,
    `Exit codes: 0 clean (a signal and drained, the reader gone, --count or --for
reached) · 1 a bug · 64 usage · 69 feed unavailable (--max-attempts,
--exit-on-stale, or no connection until the end) · 70 an expression or a plug-in
that does not end · 74 a sink cannot be written · 75 a reader lacks records now:
they wait, or were lost and no resnapshot made it good · 77 key refused · 78 bad
configuration · 129 ended by SIGHUP, everything delivered · 130, 143 forced by a
second signal.`,
    `Signals: SIGINT and SIGTERM end the run; SIGHUP (a closing terminal) too, but
with a file sink it opens the files again, after they were rotated by others.
SIGUSR1 prints one line of status on stderr. nohup does not keep SIGHUP from a
Node program: use setsid or systemd-run.`,
  ],
  flags: [
    filterFlags,
    {
      ...outputFlags,
      flags: [...outputFlags.flags, {
        name: "config",
        value: "FILE",
        about:
          "Run this configuration instead, the same as `run FILE`. Beside it only --report, --allow and the log's flags.",
      }, allowFlag],
    },
    { ...connectionFlags, flags: [...connectionFlags.flags, ...lateFlags, ...sessionFlags, ignoreFlag, limitFlag] },
    logFlags,
  ],
  examples: [
    {
      about: "Everything your plan allows, readable",
      line: "boltodds-pipe | jq .",
    },
    {
      about: "Prices that moved in the NBA at one sportsbook",
      line: `boltodds-pipe --sport NBA --sportsbook draftkings \\
    | jq -c 'select(.change == "line_moved") | [.game, .outcome, .previous_odds, .odds]'`,
    },
    {
      about: "Ten minutes into a file, with a report at the end",
      line: "boltodds-pipe --for 10m --report > changes.ndjson",
    },
    {
      about: "Names must be exact; look them up",
      line: "boltodds-pipe catalog sportsbooks",
    },
    {
      about: "Into a file, and to a webhook, at once",
      line: "boltodds-pipe --sink file:odds.ndjson --sink webhook:@hook-url",
    },
    { about: "Try it without a key", line: "boltodds-pipe demo | jq -c ." },
  ],
  run: async (given) => (await import("./run.ts")).runStream(given),
}
