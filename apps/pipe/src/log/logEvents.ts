/** The stable names of what is logged: `event` in a line of JSON. Messages are for people, and may change. */

/** One event: its name, and what it means. */
export interface LogEvent {
  readonly event: string
  readonly about: string
}

/** All events, by subject. A name is never used again for something else. */
export const logEvents: ReadonlyArray<LogEvent> = [
  { event: "heartbeat", about: "The process is alive, and how it is doing" },
  { event: "dialing", about: "The feed is dialed" },
  { event: "connected", about: "The feed has accepted a connection, `connection`" },
  { event: "live", about: "Data comes on a connection" },
  { event: "stale", about: "Nothing comes, or it is read too late: no price is live" },
  { event: "no_connection", about: "There is no connection; the next dial is in `again_in_s` seconds" },
  { event: "waiting_for_reader", about: "The feed is dialed when the reader of standard output reads on" },
  { event: "session", about: "A session is idle, waits for the server to accept it, or is closed (debug)" },
  { event: "key_changed", about: "The key file has a new key: the feed is connected again" },
  { event: "feed_notice", about: "What the server says" },
  { event: "no_data", about: "Names of the filters of which nothing has come" },
  { event: "sportsbook_late", about: "Updates of a sportsbook arrive late: its prices are stale" },
  { event: "sportsbook_on_time", about: "They are on time again" },
  { event: "resync", about: "Something has been unverified for a minute: the feed is connected again" },
  { event: "game_moved", about: "A sportsbook moved a game to another key" },
  { event: "not_understood", about: "A message could not be read: what it names is unverified, or it names no price" },
  { event: "beyond_bound", about: "A message is beyond a bound, `limit`, and was not applied" },
  { event: "late_arrivals", about: "Messages were dropped that were sent before the removal that they follow" },
  { event: "sink_retrying", about: "A sink failed, and tries again" },
  { event: "sink_breaker_opened", about: "A sink failed several times in a row: nothing is tried for a while" },
  { event: "sink_batch_halved", about: "A batch was too large for its destination: it is sent in halves" },
  { event: "sink_degraded", about: "A batch was lost, and the sink goes on" },
  { event: "sink_dead_lettered", about: "The destination will never take some records" },
  { event: "sink_lost", about: "Records were lost before a sink: too old, or its lane was full" },
  { event: "sink_block_timed_out", about: "The feed no longer waits for a sink: the oldest records are dropped" },
  { event: "sink_resnapshot", about: "The book, or single games, are sent again after a loss" },
  { event: "sink_store_failed", about: "Records could not be stored, and are lost" },
  { event: "sink_recovered", about: "A sink delivers again" },
  { event: "sink_disabled", about: "A sink failed for good" },
  { event: "serving", about: "A server listens" },
  { event: "page_refused", about: "A web page, or a name that is not the server's, was refused" },
  { event: "client_cut_off", about: "A client was cut off" },
  { event: "server_exposed", about: "A server can be reached by other machines without encryption" },
  { event: "leader", about: "This process holds the lease and reads the feed" },
  { event: "standby", about: "This process lost the lease" },
  { event: "stopped_as_standby", about: "The process ended while another one led" },
  { event: "files_reopened", about: "SIGHUP: the files were opened again" },
  { event: "reopen_failed", about: "SIGHUP: a destination could not be opened again" },
  { event: "reload", about: "SIGHUP: a change of the configuration is taken over, or nothing has changed" },
  { event: "reload_refused", about: "SIGHUP: the configuration was not reloaded, and the run goes on as it was" },
  { event: "reload_failed", about: "SIGHUP: a change could not be taken over" },
  { event: "metrics_not_sent", about: "The collector did not take the metrics" },
  { event: "metrics_sent_again", about: "It takes them again" },
]

/** The events as Markdown. */
export const logEventsReference = (): string =>
  `# Events of the log

Made by \`boltodds-pipe schema log-events\` of the table in the source: change that, not this page.

With \`--log-format json\` each line on stderr is an object with \`time\`, \`level\` and \`message\`. Those below have an
\`event\` too, whose names are stable: match them, and not the messages. Other lines have none. \`sink\` names the sink that
a line is about, \`not_shown\` how many lines like it were left out in ten seconds.

| event | what |
| --- | --- |
${logEvents.map(({ event, about }) => `| \`${event}\` | ${about} |`).join("\n")}
`
