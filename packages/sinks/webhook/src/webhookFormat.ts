/** Which format a receiver wants, by its address. */
import type { WebhookFormat } from "./WebhookOptions.ts"

/** What the address of a chat service says. */
export interface ChatAddress {
  /** `Discord`, `Slack` or `Telegram`. */
  readonly service: string
  /** The only format that it takes; undefined where this address takes none of ours. */
  readonly format: "discord" | "slack" | "telegram" | undefined
  /** What is wrong with the path, and what to write; undefined where it is that of an incoming webhook. */
  readonly problem: { readonly message: string; readonly remedy: string } | undefined
}

/** The chat service of a URL; undefined for any other host, and for what is not a URL. */
export const chatAddressOf = (text: string): ChatAddress | undefined => {
  if (!URL.canParse(text)) return undefined
  const { hostname, pathname, searchParams } = new URL(text)
  const host = hostname.replace(/\.$/, "")
  if (/^(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com$/.test(host)) return discordAddress(host, pathname)
  if (host === "api.telegram.org") return telegramAddress(pathname, searchParams)
  if (host !== "hooks.slack.com" && host !== "hooks.slack-gov.com") return undefined
  const isHook = /^\/(?:services|workflows|triggers)\/./.test(pathname)
  return {
    service: "Slack",
    format: "slack",
    problem: isHook ? undefined : {
      message: `${host} takes messages at /services/… only, and the path is another`,
      remedy: "copy the whole URL of the incoming webhook from the settings of your Slack app",
    },
  }
}

const telegramAddress = (path: string, query: URLSearchParams): ChatAddress => {
  const address = { service: "Telegram", format: "telegram" } as const
  const remedy = "write https://api.telegram.org/botTOKEN/sendMessage?chat_id=ID, with the token of your bot"
  if (!/^\/bot\d+:[\w-]+\/sendMessage$/.test(path)) {
    const message = "api.telegram.org takes messages at /botTOKEN/sendMessage only, and the path is another"
    return { ...address, problem: { message, remedy } }
  }
  if ((query.get("chat_id") ?? "") !== "") return { ...address, problem: undefined }
  return { ...address, problem: { message: "the address names no chat: `chat_id` is missing in it", remedy } }
}

const discordAddress = (host: string, path: string): ChatAddress => {
  const service = "Discord"
  const remedy = "copy the URL from the channel's settings, Integrations, Webhooks"
  const [, rest] = /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[^/]+(\/[^/]*)?\/?$/.exec(path) ?? []
  if (!/^\/api\/(?:v\d+\/)?webhooks\/\d+\/[^/]/.test(path)) {
    const message = `${host} takes messages at /api/webhooks/ID/TOKEN only, and the path is another`
    return { service, format: "discord", problem: { message, remedy } }
  }
  // Discord reads Slack's messages and GitHub's events too, each at an address of its own.
  if (rest === "/slack") return { service, format: "slack", problem: undefined }
  if (rest === undefined || rest === "/") return { service, format: "discord", problem: undefined }
  const message = `${host} takes other messages at an address that ends in ${rest}`
  return { service, format: undefined, problem: { message, remedy: `remove ${rest} from its end` } }
}

/**
 * The format that is written, or else the one that the host of the URL takes: `discord` for discord.com and
 * discordapp.com, `slack` for hooks.slack.com and hooks.slack-gov.com, `telegram` for api.telegram.org, `standard` for all
 * others.
 */
export const webhookFormat = (url: string, written?: WebhookFormat): WebhookFormat =>
  written ?? chatAddressOf(url)?.format ?? "standard"
