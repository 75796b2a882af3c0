/** The flags of a server. */
import type { FlagGroup } from "./flags.ts"

/** Where to listen, for all commands that stream. */
export const listenFlag: FlagGroup["flags"][number] = {
  name: "listen",
  value: "ADDRESS",
  about:
    "Serve the records to other programs and browsers too, at [HOST:]PORT. The host is 127.0.0.1 if it is left out; another one needs --token-file. See `serve`.",
}

/** Who may connect. */
export const tokenFlag: FlagGroup["flags"][number] = {
  name: "token-file",
  value: "PATH",
  about: "The token that clients must send, at least 16 characters: `Authorization: Bearer …`, or ?token=….",
}

/** How to serve. */
export const serveFlags: FlagGroup = {
  title: "The server",
  flags: [
    { name: "listen", value: "ADDRESS", about: "[HOST:]PORT. Default 127.0.0.1:7880." },
    {
      name: "emit",
      value: "FORM",
      repeatable: true,
      about:
        "The form of a record: changes, messages, quotes, raw, best, fair, closing or opportunities. Several are served side by side. Default changes.",
    },
    { name: "where", value: "EXPR", about: "Only records that meet this condition (CEL), for all clients." },
    tokenFlag,
    {
      name: "token",
      value: "TOKEN",
      about: "The token itself. Other users of this machine can see it: prefer --token-file.",
    },
    { name: "tls-cert", value: "FILE", about: "The certificate (PEM): serve HTTPS. Needs --tls-key." },
    { name: "tls-key", value: "FILE", about: "The private key of the certificate (PEM)." },
    {
      name: "allow-host",
      value: "NAME",
      repeatable: true,
      about: "A name of this server, or a site whose pages may connect, beside this machine's own names.",
    },
    { name: "compress", about: "Compress what goes to WebSockets that ask for it." },
  ],
}

/** A server for the status of a process alone. */
export const statusServerFlags: FlagGroup = {
  title: "Health, metrics and status (off without --listen)",
  flags: [
    {
      name: "listen",
      value: "ADDRESS",
      env: "BOLTODDS_LISTEN",
      about:
        "Serve /livez, /readyz, /feedz, /metrics and /status at [HOST:]PORT. The host is 127.0.0.1 if it is left out; another one needs --token-file. Sinks `serve` with this address share the server.",
    },
    {
      name: "token-file",
      value: "PATH",
      about: "The token that clients must send, at least 16 characters; /livez, /readyz and /feedz need none.",
    },
    { name: "tls-cert", value: "FILE", about: "The certificate (PEM): serve HTTPS. Needs --tls-key." },
    { name: "tls-key", value: "FILE", about: "The private key of the certificate (PEM)." },
    {
      name: "allow-host",
      value: "NAME",
      repeatable: true,
      about: "A name of this server, or a site whose pages may connect, beside this machine's own names.",
    },
  ],
}

/** How to serve the vendor's protocol. */
export const vendorFlags: FlagGroup = {
  title: "The vendor's protocol (at /api; off without keys)",
  flags: [
    {
      name: "client-keys",
      value: "FILE",
      about: "The keys of clients, as one SHA-256 on each line: printf %s KEY | sha256sum.",
    },
    {
      name: "client-key",
      value: "KEY",
      repeatable: true,
      about: "A key itself. Other users of this machine can see it: prefer --client-keys.",
    },
    {
      name: "on-gap",
      value: "WHAT",
      choices: ["clear", "close", "keep"],
      about:
        "What these clients get when prices are unverified. clear: book_clear, and the games again once they are verified. close: their connections are closed. keep: nothing, and old prices look live. Default clear.",
    },
  ],
}
