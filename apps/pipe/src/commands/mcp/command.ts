/** A server for assistants. */
import { logFlags } from "../../commandLine/flagGroups.ts"
import type { Command } from "../../commandLine/Command.ts"

/** `boltodds-pipe mcp`. */
export const mcpCommand: Command = {
  name: "mcp",
  usage: "[URL] [flags]",
  about: "Answer questions of an assistant (Model Context Protocol)",
  words: 1,
  details: [
    `Speaks the Model Context Protocol on standard input and output. It reads from a
server of boltodds-pipe (\`serve\`, or --listen at another command) at URL, by default
http://127.0.0.1:7880, and changes nothing. An assistant starts this command by
itself: give it the command line in its settings.`,
    `The tools:
  feed_health      is the feed live, and since when is what missing
  list_games       games, with the number of sportsbooks and live prices of each
  get_prices       the prices of games at each sportsbook
  best_prices      the best price of each bet    (needs serve --emit best)
  opportunities    arbitrage, value and middles  (needs serve --emit opportunities)`,
    `A price that is not verified at this moment is never given: its row has no odds, and
the reason. Every answer has its time. Names and links come from the feed: an
assistant should treat them as data.`,
  ],
  flags: [
    {
      title: "The server to read from",
      flags: [
        {
          name: "token-file",
          value: "PATH",
          about: "A file with the token of the server. Default: the variable BOLTODDS_TOKEN, or none.",
        },
        { name: "timeout", value: "TIME", about: "How long the server may take to answer. Default 10s." },
      ],
    },
    logFlags,
  ],
  examples: [
    {
      about: "A server for all tools, and the settings of an assistant for it",
      line: "boltodds-pipe serve --emit changes --emit best --emit opportunities",
    },
    {
      about: "In the settings of the assistant",
      line: `{"mcpServers": {"boltodds": {"command": "npx", "args": ["boltodds-pipe", "mcp"]}}}`,
    },
  ],
  run: async (given) => (await import("./run.ts")).runMcp(given),
}
