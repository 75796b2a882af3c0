/** Discord: its Markdown, its mentions, its limits (docs.discord.com, "Execute Webhook"). */
import type { Service } from "./channel.ts"
import { unlinked } from "./link.ts"

/** Behind an @ it keeps any name from being a mention. */
const zeroWidthSpace = "\u200B"

/** Shown as it is: no Markdown, no mentions, no links. */
export const escapeDiscord = (name: string): string =>
  unlinked(name).replaceAll(/[\\*_~`|<>#[\]()-]/g, String.raw`\$&`).replaceAll("@", `@${zeroWidthSpace}`)

/**
 * `allowed_mentions` forbids pings whatever the text says; flag 4 keeps links without previews. `wait` makes Discord
 * answer only when the message is kept: without it a message that is not kept is acknowledged all the same.
 */
export const discord: Service = {
  name: "discord",
  escape: escapeDiscord,
  // The whole address is seen. Names cannot have these brackets: theirs are escaped.
  link: (href) => `<${href}>`,
  limit: 2_000,
  payload: (text) => ({ content: text, allowed_mentions: { parse: [] }, flags: 4 }),
  query: "wait=true",
}
