/** Slack: its escapes and limits (docs.slack.dev, "Formatting message text", "chat.postMessage"). */
import type { Service } from "./channel.ts"
import { unlinked } from "./link.ts"

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
