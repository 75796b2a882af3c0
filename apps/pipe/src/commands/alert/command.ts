/** Messages about moves, for people in a channel. */
import type { Command } from "../../commandLine/Command.ts"
import {
  connectionFlags,
  filterFlags,
  ignoreFlag,
  lateFlags,
  limitFlag,
  logFlags,
  sessionFlags,
} from "../../commandLine/flagGroups.ts"

/** `boltodds-pipe alert`. */
export const alertCommand: Command = {
  name: "alert",
  usage: "[flags]",
  about: "Post moves of prices to Discord, Slack or Telegram",
  details: [
    `One sentence for each market that moved, with both sides, the start of the game and
a link. Several sentences of one moment are one message. A move counts from the price that was posted last, or from the first
price of this run.`,
    `Nothing is posted at a start, after a gap, or when a line opens or closes: only moves
that the feed has sent. While there is no connection nothing is posted; the log says
so. What is posted is history: look at the sportsbook before you bet.`,
    `Each address may be written as @FILE or env:NAME, which others on this machine cannot
see.`,
  ],
  flags: [
    {
      title: "Alerts",
      flags: [
        {
          name: "moved",
          value: "HOW-MUCH",
          about: "The smallest move: 10c (American cents; -105 to +105 is 10c), or 2% (of probability). Default 10c.",
        },
        { name: "every", value: "TIME", about: "Moves of a market within this time are one sentence. Default 5s." },
        { name: "discord", value: "URL", repeatable: true, about: "The address of a webhook of a Discord channel." },
        { name: "slack", value: "URL", repeatable: true, about: "The address of an incoming webhook of Slack." },
        {
          name: "telegram",
          value: "URL",
          repeatable: true,
          about: "https://api.telegram.org/botTOKEN/sendMessage?chat_id=ID, with the token of your bot.",
        },
        {
          name: "where",
          value: "EXPR",
          about: 'Only lines that meet this condition (CEL): \'sportsbook in ["draftkings", "fanduel"]\'.',
        },
        { name: "for", value: "TIME", about: "Stop after this time: 500ms, 30s, 5m, 1h30m." },
        { name: "report", about: "Print a report on stderr at the end: what was read, delivered and lost." },
      ],
    },
    filterFlags,
    { ...connectionFlags, flags: [...connectionFlags.flags, ...sessionFlags, ...lateFlags, ignoreFlag, limitFlag] },
    logFlags,
  ],
  examples: [
    {
      about: "Moneylines that move by ten cents or more, to a Discord channel",
      line: "boltodds-pipe alert --moved 10c --market Moneyline --discord env:DISCORD_URL",
    },
    {
      about: "The same without a key, from a simulated feed on this machine",
      line: "boltodds-pipe alert --url ws://127.0.0.1:7878/api --key any --discord @discord.txt",
    },
  ],
  run: async (given) => (await import("./run.ts")).runAlert(given),
}
