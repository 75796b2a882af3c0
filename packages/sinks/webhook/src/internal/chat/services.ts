/** Discord, Slack and Telegram: their markup, their mentions, their limits. */
import type { Service } from "./channel.ts"
import { unlinked } from "./clean.ts"

/** After an @ it keeps any name from being a mention. */
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

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

/**
 * Mentions and written links of Slack all begin with `<`. The @ is parted from its name for workspaces that link names,
 * and addresses are broken up, which Slack links by itself.
 */
export const escapeSlack = (name: string): string =>
  unlinked(name).replaceAll(/[&<>]/g, (character) => entities[character]!).replaceAll("@", "@\u200B")

/** Slack cuts messages beyond 40,000 characters and asks for 4,000: more is not read by anybody. */
export const slack: Service = {
  name: "slack",
  escape: escapeSlack,
  // Slack makes a link of it; the whole address is seen.
  link: (href) => href.replaceAll("&", "&amp;"),
  limit: 4_000,
  payload: (text) => ({ text, mrkdwn: false, link_names: false, unfurl_links: false, unfurl_media: false }),
  query: "",
}

/** Without a parse mode Telegram reads no markup, but it links mentions, addresses and tags by itself. */
export const escapeTelegram = (name: string): string => unlinked(name).replaceAll(/[@#$/]/g, "$&\u200B")

/** The chat is named in the address; Telegram takes parameters from there and from the body alike. */
export const telegram: Service = {
  name: "telegram",
  escape: escapeTelegram,
  link: (href) => href,
  limit: 4_096,
  payload: (text) => ({ text, link_preview_options: { is_disabled: true } }),
  query: "",
}
