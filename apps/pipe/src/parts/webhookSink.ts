/** The sink `webhook`. */
import { type SinkPlugin, sinkPlugin } from "@boltodds/config"
import { SinkError } from "@boltodds/sink"
import { webhook, WebhookConfig, webhookProfile } from "@boltodds/sink-webhook"
import * as Effect from "effect/Effect"

/** Webhooks. */
export const webhookSink: SinkPlugin<WebhookConfig> = sinkPlugin({
  kind: "sink",
  name: "webhook",
  about: "An HTTP endpoint: signed batches, or messages in a Discord or Slack channel.",
  config: WebhookConfig,
  emits: ["changes", "quotes", "messages"],
  make: (options, { emit }) => {
    const { format = "standard" } = options
    if (format !== "standard" && emit !== "changes") {
      const cause = new Error(`Cannot write ${emit} for people: format ${format} needs emit: changes`)
      return Effect.fail(new SinkError({ rest: "disable", cause }))
    }
    return webhook(options)
  },
  lane: ({ profile = "realtime", format }) => webhookProfile(profile, format),
})
