/** A feed to develop against. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe simulate`. */
export const simulateCommand: Command = {
  name: "simulate",
  usage: "[flags]",
  about: "Serve a simulated or replayed feed on this machine",
  details: [
    `WebSocket and REST on one port, the feed's quirks included. Point your client at
it instead of the real address: no key, no network, no limits. The simulated world
holds the games that the example of the vendor's documentation subscribes to.`,
    `Programs are let in wherever they are; web pages only where they are from this
machine or from the host that they ask for, as any site can have a browser talk to
this machine. Others get HTTP 403, which is logged; --allow-host lets them in.`,
    `stdout stays empty. stderr says where it listens, who connects and what they ask
for. SIGINT and SIGTERM end it.`,
    `Exit codes: 0 ended by a signal · 64 usage · 65 the recording cannot be read ·
69 the address cannot be had · 78 the scenario has mistakes.`,
  ],
  flags: [
    {
      title: "Where it listens, and whom it lets in",
      flags: [
        {
          name: "port",
          short: "p",
          value: "N",
          about: "For WebSocket and REST; 0 takes any that is free. Default 7878.",
        },
        { name: "host", value: "ADDRESS", about: "Default 127.0.0.1: this machine only." },
        {
          name: "allow-host",
          value: "NAME",
          repeatable: true,
          about:
            "Let in web pages of this host, and requests under this name; null for pages without an origin, '*' for all.",
        },
        { name: "key", value: "KEY", about: "The only key to accept; others get HTTP 401. Default: any." },
        {
          name: "plan",
          value: "PLAN",
          choices: ["Starter", "Growth", "Pro", "none"],
          about: "The plan that the server announces; none announces no plan, as older servers do. Default Pro.",
        },
        { name: "limits", about: "Enforce the plan's connections, and 12 dials and requests a minute." },
      ],
    },
    {
      title: "The simulated world",
      flags: [
        {
          name: "seed",
          value: "N",
          about: "Another world. With --date the same seed is the same world and history. Default 1.",
        },
        {
          name: "date",
          value: "YYYY-MM-DD",
          about:
            "The day of all games, US Eastern; none starts or ends by the clock. Default: games start around now, run and end.",
        },
        {
          name: "time-speed",
          value: "N",
          about: "How many times as fast as real time games start, run and end; timestamps stay real. Default 1.",
        },
        { name: "games", value: "N", about: "Games at a time. Default 40." },
        { name: "sport", value: "NAME", repeatable: true, about: "Only this sport." },
        { name: "sportsbook", alias: "book", value: "NAME", repeatable: true, about: "Only this sportsbook." },
        { name: "rate", value: "N", about: "Messages a second, 0 to 50000. Default 100." },
      ],
    },
    {
      title: "How it is sent",
      flags: [
        {
          name: "frames",
          value: "FORM",
          choices: ["auto", "arrays", "objects", "mixed"],
          about:
            "What a frame holds; auto: arrays, but objects for a client that asks for games by name. Default auto.",
        },
        { name: "binary", about: "Send data as binary frames." },
        { name: "ping", value: "TIME", about: "Time between pings; 0s for none. Default 15s." },
      ],
    },
    {
      title: "Replay, in place of the simulated world",
      flags: [
        {
          name: "replay",
          value: "FILE",
          about: `Replay a recording, or lines of {"t": ms, "frame": …}; plain or gzip.`,
        },
        { name: "speed", value: "N|max", about: "How many times as fast as recorded, or max. Default 1." },
        {
          name: "timeline",
          about: "Run once for all; a later client gets the present. Default: each gets it from the start.",
        },
        {
          name: "cut-after",
          value: "FRAMES",
          about: "Cut the line after so many frames; the rest is missed, the end is there.",
        },
        {
          name: "at-end",
          value: "WHAT",
          choices: ["stay", "close"],
          about: "After the last frame keep pinging, or close. Default stay.",
        },
      ],
    },
    {
      title: "What goes wrong",
      flags: [
        {
          name: "faults",
          value: "SPEC",
          repeatable: true,
          about: "Misbehave: 'mute after=10s for=60s, garbage share=0.1'. `list` prints all faults, 'list mute' one.",
        },
        {
          name: "fault-seed",
          value: "N",
          about: "Where the random numbers of faults begin. Default: the seed of the world.",
        },
        {
          name: "scenario",
          value: "FILE",
          about: "Play a scripted run: .yaml, .yml, .json, or a module .ts, .mts, .js, .mjs.",
        },
      ],
    },
    logFlags,
  ],
  examples: [
    { about: "A simulated feed of 100 messages a second on port 7878", line: "boltodds-pipe simulate" },
    {
      about: "A busy day, the same one every time",
      line: "boltodds-pipe simulate --rate 20000 --seed 7 --date 2026-07-16",
    },
    { about: "An hour of games in a minute", line: "boltodds-pipe simulate --time-speed 60" },
    {
      about: "A recorded day, an hour a minute",
      line: "boltodds-pipe simulate --replay day.ndjson.gz --speed 60",
    },
    { about: "Does your client recover?", line: "boltodds-pipe simulate --faults 'abort every=30s'" },
    { about: "Does it read what it is sent?", line: "boltodds-pipe simulate --faults garbage --binary" },
    {
      about: "Does it hammer the server?",
      line: "boltodds-pipe simulate --faults 'refuse status=429 retry-after=30s'",
    },
    { about: "All faults", line: "boltodds-pipe simulate --faults list" },
    { about: "A scripted run", line: "boltodds-pipe simulate --scenario night.yaml" },
    { about: "The limits of a plan", line: "boltodds-pipe simulate --limits --plan Growth --key k" },
  ],
  run: async (given) => (await import("./run.ts")).runSimulate(given),
}
