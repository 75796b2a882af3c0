/** The sink `webhook`. */
import { type OptionProblem, type SinkPlugin, sinkPlugin, type WrittenOptions } from "@boltodds/config"
import {
  webhook,
  WebhookConfig,
  type WebhookFormat,
  webhookFormat,
  webhookProblems,
  webhookProfile,
} from "@boltodds/sink-webhook"
import { isLoopbackHost } from "@boltodds/text"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Allowance, allowsAll, howToAllow } from "../commandLine/allowed.ts"
import type { PartsHost } from "./PartsHost.ts"

/** Webhooks. */
export const webhookSink = ({ allowed = allowsAll }: Pick<PartsHost, "allowed">): SinkPlugin<WebhookConfig> =>
  sinkPlugin({
    kind: "sink",
    name: "webhook",
    about: "An HTTP endpoint: signed batches, or messages in a Discord or Slack channel.",
    config: WebhookConfig,
    emits: ["changes", "quotes", "messages"],
    problems: (written, { emit }) => [...webhookProblems(written, emit), ...notAllowed(written, allowed)],
    touches: ({ url }) => [{ kind: "contacts", what: new URL(Redacted.value(url)).host, sends: ["url", "headers"] }],
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

/** What only the user's own command line or environment can allow. Nothing of it matters for this machine itself. */
const notAllowed = (
  { url, allow_private, allow_insecure }: WrittenOptions,
  allowed: ReadonlySet<Allowance>,
): ReadonlyArray<OptionProblem> => {
  // One that is missing or wrong is told already.
  if (typeof url !== "string" || !URL.canParse(url) || isLoopbackHost(new URL(url).hostname)) return []
  const problems: Array<OptionProblem> = []
  const refuse = (option: string, allowance: Allowance, why: string): void =>
    void problems.push({ path: [option], message: `${why}, and only a file allows it`, remedy: howToAllow(allowance) })
  if (allow_private === true && !allowed.has("private")) {
    refuse("allow_private", "private", "this sink could post to machines of this network")
  }
  if (allow_insecure === true && !allowed.has("insecure")) {
    refuse("allow_insecure", "insecure", "what this sink posts could be read on the way")
  }
  return problems
}

const formatOf = ({ url, format }: WebhookConfig): WebhookFormat => webhookFormat(Redacted.value(url), format)
