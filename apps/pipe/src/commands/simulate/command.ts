/** The command that serves a simulated feed. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe simulate`. */
export const simulateCommand: Command = {
  name: "simulate",
  usage: "[flags]",
  about: "Serve a simulated or replayed feed on this machine",
  details: [
    `Serves WebSocket and REST on one port, with the quirks of the real feed. Point your
client at it instead of the real address: it needs no key and has no limits. The
simulated world contains the games in the example of the vendor's documentation.`,
    `Programs may connect from anywhere. Web pages may connect only from this machine or
from the host that they request, because any site can make a browser talk to this
machine. Others get HTTP 403, which is logged; allow them with --allow-host.`,
    `Writes nothing to stdout. The log on stderr says where it listens, who connects and
what clients ask for. SIGINT and SIGTERM end it.`,
    `Exit codes:
   0  ended by a signal
  64  wrong usage
  65  the recording cannot be read
  69  the address is in use or not allowed
  78  the scenario has mistakes`,
  ],
  flags: [
    {
      title: "The server",
      flags: [
        {
          name: "port",
          short: "p",
          value: "N",
          about: "The port for WebSocket and REST; 0 takes any free one. Default 7878.",
        },
        { name: "host", value: "ADDRESS", about: "The address to listen on. Default 127.0.0.1: this machine only." },
        {
          name: "allow-host",
          value: "NAME",
          repeatable: true,
          about: "Accept web pages of this host and requests under this name; null: pages without an origin, '*': all.",
        },
        { name: "key", value: "KEY", about: "The only key to accept; others get HTTP 401. Default: any key." },
        {
          name: "plan",
          value: "PLAN",
          choices: ["Starter", "Growth", "Pro", "none"],
          about: "The plan that the server announces; none: no plan, like older servers. Default Pro.",
        },
        { name: "limits", about: "Enforce the connections of the plan, and 12 dials and requests per minute." },
      ],
    },
    {
      title: "The simulated world",
      flags: [
        {
          name: "seed",
          value: "N",
          about: "The seed of the world. With --date, a seed always gives the same world and history. Default 1.",
        },
        {
          name: "date",
          value: "YYYY-MM-DD",
          about:
            "The day of all games, US Eastern time; no game starts or ends. Default: games start around now, run and end.",
        },
        {
          name: "time-speed",
          value: "N",
          about: "How much faster than real time games start, run and end; timestamps stay real. Default 1.",
        },
        { name: "games", value: "N", about: "The number of games at a time. Default 40." },
        { name: "sport", value: "NAME", repeatable: true, about: "Only this sport." },
        { name: "sportsbook", alias: "book", value: "NAME", repeatable: true, about: "Only this sportsbook." },
        { name: "rate", value: "N", about: "Messages per second, 0 to 50000. Default 100." },
        {
          name: "archive",
          value: "TIME",
          about: "Serve nothing: print the frames of so much time, up to now, for `import`. Default rate 5.",
        },
      ],
    },
    {
      title: "Frames",
      flags: [
        {
          name: "frames",
          value: "FORM",
          choices: ["auto", "arrays", "objects", "mixed"],
          about: "The content of a frame; auto: arrays, but objects for clients that filter by game. Default auto.",
        },
        { name: "binary", about: "Send data as binary frames." },
        { name: "ping", value: "TIME", about: "The time between pings; 0s: no pings. Default 15s." },
      ],
    },
    {
      title: "Replay, instead of the simulated world",
      flags: [
        {
          name: "replay",
          value: "FILE",
          about: `Replay a recording, or lines of {"t": ms, "frame": …}; plain or gzip.`,
        },
        { name: "speed", value: "N|max", about: "The speed: a multiple of real time, or max. Default 1." },
        {
          name: "timeline",
          about:
            "Play once for all clients; a later client joins in the middle. Default: each client gets it from the start.",
        },
        {
          name: "cut-after",
          value: "FRAMES",
          about: "Cut the connection after this many frames; a client that connects again gets the end state.",
        },
        {
          name: "at-end",
          value: "WHAT",
          choices: ["stay", "close"],
          about: "After the last frame: stay open and ping, or close. Default stay.",
        },
      ],
    },
    {
      title: "Faults",
      flags: [
        {
          name: "faults",
          value: "SPEC",
          repeatable: true,
          about:
            "Inject faults: 'mute after=10s for=60s, garbage share=0.1'. `list` prints all faults, 'list mute' one.",
        },
        {
          name: "fault-seed",
          value: "N",
          about: "The seed of random faults. Default: the seed of the world.",
        },
        {
          name: "scenario",
          value: "FILE",
          about: "Play a scenario: .yaml, .yml, .json, or a module .ts, .mts, .js, .mjs.",
        },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "Serve 100 messages per second on port 7878", line: "boltodds-pipe simulate" },
    {
      about: "A busy day, the same every time",
      line: "boltodds-pipe simulate --rate 20000 --seed 7 --date 2026-07-16",
    },
    { about: "An hour of games in a minute", line: "boltodds-pipe simulate --time-speed 60" },
    {
      about: "An evening to analyze, at once",
      line: "boltodds-pipe simulate --archive 4h > evening.archive.ndjson",
    },
    {
      about: "A recorded day, one hour per minute",
      line: "boltodds-pipe simulate --replay day.ndjson.gz --speed 60",
    },
    {
      about: "Does your client recover from lost connections?",
      line: "boltodds-pipe simulate --faults 'abort every=30s'",
    },
    { about: "Does it survive invalid frames?", line: "boltodds-pipe simulate --faults garbage --binary" },
    {
      about: "Does it hammer the server?",
      line: "boltodds-pipe simulate --faults 'refuse status=429 retry-after=30s'",
    },
    { about: "List all faults", line: "boltodds-pipe simulate --faults list" },
    { about: "Play a scenario", line: "boltodds-pipe simulate --scenario night.yaml" },
    { about: "Enforce the limits of a plan", line: "boltodds-pipe simulate --limits --plan Growth --key k" },
  ],
  run: async (given) => (await import("./run.ts")).runSimulate(given),
}
