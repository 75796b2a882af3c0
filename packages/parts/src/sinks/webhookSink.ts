/** The sink `webhook`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import {
  webhook,
  WebhookConfig,
  type WebhookFormat,
  webhookFormat,
  webhookProblems,
  webhookProfile,
} from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { PartsHost } from "../PartsHost.ts"

/** Webhooks. */
export const webhookSink = ({ guards }: Pick<PartsHost, "guards">): SinkPlugin<WebhookConfig> =>
  sinkPlugin({
    kind: "sink",
    name: "webhook",
    about: "An HTTP endpoint: signed batches, or messages in a Discord or Slack channel.",
    config: WebhookConfig,
    takesLogs: false,
    problems: (written, place) => [
      ...webhookProblems(written, place.emit),
      ...guards?.webhook?.(written, place) ?? [],
    ],
    touches: ({ url }) => [{ kind: "contacts", what: new URL(Redacted.value(url)).host, sends: ["url", "headers"] }],
    make: (options, { log, name }) =>
      Effect.suspend(() => {
        const format = formatOf(options)
        if (options.format === undefined && format !== "standard") {
          log("info", `the format is ${format}, because of the host of its url`, { sink: name })
        }
        return webhook(options)
      }),
    lane: (options) => webhookProfile(options.profile ?? "realtime", formatOf(options)),
  })

const formatOf = ({ url, format }: WebhookConfig): WebhookFormat => webhookFormat(Redacted.value(url), format)
