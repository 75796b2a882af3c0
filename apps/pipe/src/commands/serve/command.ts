/** A server for other programs. */
import type { Command } from "../../commandLine/Command.ts"
import {
  connectionFlags,
  filterFlags,
  ignoreFlag,
  lateFlags,
  limitFlag,
  runLogFlags,
  sessionFlags,
} from "../../commandLine/flagGroups.ts"
import { serveFlags, vendorFlags } from "../../commandLine/serveFlags.ts"

/** `boltodds-pipe serve`. */
export const serveCommand: Command = {
  name: "serve",
  usage: "[flags]",
  about: "Serve the feed to any number of programs and browsers",
  details: [
    `Reads the feed once, with one key, and serves it over one HTTP port:
  /v1/stream   a WebSocket, or Server-Sent Events for every other request:
               a snapshot, then the records as they come
  /v1/book     one snapshot, one JSON record per line
  /v1/health   live, gap, stale, …; HTTP 503 before the first record
  /livez, /readyz, /feedz, /status, /metrics
               how the process is doing: see boltodds-pipe status
  /api         the vendor's own protocol and REST, once client keys exist`,
    `Each client may filter: ?sport=NBA&sportsbook=draftkings&game=KEY&where=EXPR, each
but where any number of times. Controls always pass. A WebSocket changes its filter
with {"filter": {"sport": ["NBA"]}} and gets a new snapshot.`,
    `A slow client holds up nobody. Beyond 1 MiB unsent it gets the newest of each line;
beyond 64 MiB, or when it takes nothing for 30 s, it is cut off.`,
    `Only this machine can connect unless --listen names a host, which needs a token.
Without --tls-cert put a proxy with TLS before it. Whether you may pass the feed on
to others is a matter of the vendor's terms.`,
    `Exit codes and signals: see boltodds-pipe --help.`,
  ],
  flags: [
    filterFlags,
    serveFlags,
    vendorFlags,
    {
      title: "The run",
      flags: [
        { name: "for", value: "TIME", about: "Stop after this time: 30s, 1h30m." },
        { name: "report", about: "Print a report on stderr at the end." },
      ],
    },
    { ...connectionFlags, flags: [...connectionFlags.flags, ...lateFlags, ...sessionFlags, ignoreFlag, limitFlag] },
    runLogFlags,
  ],
  examples: [
    {
      about: "Serve on this machine; read it with curl",
      line: "boltodds-pipe serve & curl -N localhost:7880/v1/stream?sport=NBA",
    },
    {
      about: "Serve other machines",
      line: "boltodds-pipe serve --listen 0.0.0.0:7880 --token-file token --tls-cert cert.pem --tls-key key.pem",
    },
    {
      about: "Serve clients of the vendor's protocol: they change their address and key",
      line: "boltodds-pipe serve --client-keys keys.txt",
    },
    { about: "Try it without a key", line: "boltodds-pipe demo --listen 7880 > /dev/null" },
  ],
  run: async (given) => (await import("./run.ts")).runServe(given),
}
