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

/** Webhooks. */
export const webhookSink: SinkPlugin<WebhookConfig> = sinkPlugin({
  kind: "sink",
  name: "webhook",
  about: "An HTTP endpoint: signed batches, or messages in a Discord or Slack channel.",
  config: WebhookConfig,
  emits: ["changes", "quotes", "messages"],
  problems: (written, { emit }) => webhookProblems(written, emit),
  make: (options, { log, name }) =>
    Effect.suspend(() => {
      const format = formatOf(options)
      if (options.format === undefined && format !== "standard") {
        log("info", `the host of its url takes format: ${format}`, { sink: name })
      }
      return webhook(options)
    }),
  lane: (options) => webhookProfile(options.profile ?? "realtime", formatOf(options)),
})

const formatOf = ({ url, format }: WebhookConfig): WebhookFormat => webhookFormat(Redacted.value(url), format)
